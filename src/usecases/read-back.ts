import type { Payment } from '../domain/payment.ts';
import { assert } from '../lib/assert.ts';
import type { PaymentResult } from './commands.ts';
import type { Gateway } from './gateway.ts';

/** Somebody else wrote first: what they wrote is the truth. */
export async function readBack(gateway: Gateway, payment: Payment): Promise<PaymentResult> {
  const current = await gateway.payments.findPayment(payment.merchantId, { id: payment.id });
  assert(current, 'a payment that was read is still there');
  return { kind: 'done', outcome: { payment: current, challenge: null, savedCard: null } };
}
