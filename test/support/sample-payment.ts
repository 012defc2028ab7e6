import type { Currency } from '../../src/domain/currency.ts';
import { type MerchantId, newId } from '../../src/domain/ids.ts';
import type { MinorUnits } from '../../src/domain/money.ts';
import type { Payment } from '../../src/domain/payment.ts';
import { systemRandom } from '../../src/lib/random.ts';

/** A payment as it may lie in a table, captured unless told otherwise; 12.34 USD without a card. */
export function samplePayment(merchantId: MerchantId, overrides: Partial<Payment> = {}): Payment {
  const createdAt = new Date('2026-05-01T09:00:00.000Z');
  return {
    id: newId('PaymentId', systemRandom),
    merchantId,
    version: 1,
    eventCount: 0,
    dialect: 'zafapay',
    orderNumber: null,
    orderPaymentNumber: null,
    status: {
      state: 'captured',
      authorization: {
        attemptId: newId('AttemptId', systemRandom),
        acquirer: 'simulator',
        acquirerReference: 'sim_1',
        authorizationCode: '123456',
        networkTransactionId: null,
      },
      captured: 1234n as MinorUnits,
      capturedAt: createdAt,
      refunded: 0n as MinorUnits,
      refunding: 0n as MinorUnits,
    },
    amount: 1234n as MinorUnits,
    currency: 'USD' as Currency,
    captureMethod: 'automatic',
    flowId: 'flow_default',
    source: 'direct',
    initiator: 'cardholder',
    hosted: null,
    card: null,
    paymentMethodId: null,
    customerReference: null,
    saveCard: false,
    merchantReference: 'order_12345',
    returnUrl: null,
    metadata: { note: 'Grüße' },
    email: null,
    phone: null,
    productName: null,
    details: {},
    createdAt,
    updatedAt: createdAt,
    ...overrides,
  };
}
