import type { Attempt } from '../domain/attempt.ts';
import { assert } from '../lib/assert.ts';
import { newAttempt, touched } from './attempts.ts';
import type { Gateway } from './gateway.ts';

const racesMax = 20;

/**
 * An approval that arrives for an attempt that was given up meanwhile: nobody wants it, so it is undone again. Called
 * by whoever held the answer when the record refused it.
 */
export async function undoLateApproval(gateway: Gateway, attempt: Attempt): Promise<void> {
  const current = await gateway.payments.findAttempt(attempt.merchantId, attempt.id);
  if (current?.state !== 'declined' && current?.state !== 'reversed') return;
  for (let race = 0; race < racesMax; race++) {
    const payment = await gateway.payments.findPayment(attempt.merchantId, { id: attempt.paymentId });
    assert(payment, 'an attempt belongs to a payment');
    const recorded = await gateway.payments.recordChange({
      payment: touched(payment, gateway.clock.now()),
      newAttempt: newAttempt(gateway, payment, 'reversal', attempt.amount, { originalAttemptId: attempt.id }),
      alert: {
        kind: 'approved_after_it_was_given_up',
        attemptId: attempt.id,
        message: `${attempt.id} was approved after it had been given up. It is being reversed.`,
      },
    });
    if (recorded !== 'version_moved') return;
  }
}
