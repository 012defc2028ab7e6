import type { AttemptId, MerchantId } from '../domain/ids.ts';
import type { Payment } from '../domain/payment.ts';
import { newAttempt, touched } from './attempts.ts';
import type { Gateway } from './gateway.ts';
import { repeatReversal } from './resolve-attempt.ts';

const racesMax = 20;

/** Money that the acquirer holds without right. */
export interface Mending {
  readonly merchantId: MerchantId;
  readonly attemptId: AttemptId;
  /** Null undoes everything under the attempt's reference. */
  readonly onlyAcquirerReference: string | null;
}

/**
 * Reverses what nobody wants: the reversal is committed first, and repeated by the worker until it is acknowledged.
 * What stands behind a payment is never reversed, whatever was found a moment ago; a reversal under way is enough.
 */
export async function mendDifference(gateway: Gateway, mending: Mending): Promise<'begun' | 'left'> {
  for (let race = 0; race < racesMax; race++) {
    const attempt = await gateway.payments.findAttempt(mending.merchantId, mending.attemptId);
    if (!attempt) return 'left';
    const payment = await gateway.payments.findPayment(mending.merchantId, { id: attempt.paymentId });
    if (!payment || isWanted(payment, mending)) return 'left';
    const reversal = newAttempt(gateway, payment, 'reversal', attempt.amount, {
      originalAttemptId: attempt.id,
      onlyAcquirerReference: mending.onlyAcquirerReference,
    });
    const recorded = await gateway.payments.recordChange({
      payment: touched(payment, gateway.clock.now()),
      newAttempt: reversal,
    });
    if (recorded === 'operation_in_progress') return 'begun';
    if (recorded !== 'recorded') continue;
    await repeatReversal(gateway, reversal);
    return 'begun';
  }
  return 'left';
}

function isWanted(payment: Payment, { attemptId, onlyAcquirerReference }: Mending): boolean {
  const { status } = payment;
  // Its outcome is still open; the difference is looked at again.
  if (status.state === 'authorizing') return true;
  if (status.state !== 'authorized' && status.state !== 'captured') return false;
  return onlyAcquirerReference === null
    ? status.authorization.attemptId === attemptId
    : status.authorization.acquirerReference === onlyAcquirerReference;
}
