import assert from 'node:assert/strict';
import type { Cvc, Pan } from '../../src/domain/card.ts';
import type { Currency } from '../../src/domain/currency.ts';
import { minorUnits } from '../../src/domain/money.ts';
import type { Payment } from '../../src/domain/payment.ts';
import { Secret } from '../../src/lib/secret.ts';
import type { CreatePayment, PaymentCard, PaymentResult } from '../../src/usecases/commands.ts';
import { tokenizeCard } from '../../src/usecases/tokenize-card.ts';
import type { TestCore } from './core.ts';

/** A fresh token of a test card. */
export async function tokenFor(house: TestCore, pan: string): Promise<PaymentCard> {
  const result = await tokenizeCard(house.gateway, {
    merchant: house.merchant,
    card: {
      pan: new Secret(pan as Pan),
      cvc: new Secret('123' as Cvc),
      expiry: { month: 12, year: house.gateway.clock.now().getUTCFullYear() + 3 },
      cardholderName: 'Ada Example',
    },
  });
  assert.equal(result.kind, 'done');
  return result.kind === 'done' ? { from: 'token', tokenId: result.token.id } : { from: 'hosted' };
}

/** Ten dollars by that card, changed as the test needs. */
export function command(
  house: TestCore,
  card: PaymentCard,
  over: Partial<CreatePayment> = {},
): CreatePayment {
  return {
    merchant: house.merchant,
    dialect: 'test',
    newNumbers: null,
    amount: minorUnits(1000n),
    currency: 'USD' as Currency,
    captureMethod: null,
    flowId: null,
    card,
    authentication: 'when_issuer_asks',
    challengeSeconds: 1800,
    hostedSeconds: 86_400,
    notificationUrl: (browserToken) => `http://127.0.0.1:1/return/${browserToken}`,
    customerReference: null,
    saveCard: false,
    savedCardLabel: { nickname: null, declaredFunding: null },
    merchantReference: null,
    returnUrl: null,
    metadata: {},
    email: null,
    phone: null,
    productName: null,
    details: {},
    claim: null,
    render: () => ({ status: 200, body: '{}' }),
    ...over,
  };
}

/** The payment of a result that must be done. */
export function paymentOf(result: PaymentResult): Payment {
  assert.equal(result.kind, 'done');
  if (result.kind !== 'done') throw new Error('unreachable');
  return result.outcome.payment;
}
