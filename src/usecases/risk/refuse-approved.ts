import type { Attempt } from '../../domain/attempt.ts';
import { fail, isRefusal, type Payment } from '../../domain/payment.ts';
import type { RiskDecision } from '../../domain/risk/decision.ts';
import { assert } from '../../lib/assert.ts';
import {
  attemptApproved,
  attemptReversed,
  attemptUnknown,
  newAttempt,
  newEvent,
  touched,
} from '../attempts.ts';
import { type AuthorizationContext, answerFor } from '../authorization-context.ts';
import type { PaymentOutcome, PaymentResult } from '../commands.ts';
import type { Gateway } from '../gateway.ts';
import type { Approval } from '../ports/acquirer.ts';
import type { PaymentChange } from '../ports/store.ts';
import { readBack } from '../read-back.ts';
import { undoLateApproval } from '../undo-late-approval.ts';

/**
 * Undoes an approval that a rule refuses, at once: the reversal is committed under a reference of its own, sent, and the
 * payment fails when it is acknowledged. When it is not, the payment stays under way and a worker repeats the reversal.
 */
export async function refuseApproved(
  gateway: Gateway,
  context: AuthorizationContext,
  payment: Payment,
  attempt: Attempt,
  approval: Approval,
): Promise<PaymentResult> {
  const reversal = newAttempt(gateway, payment, 'reversal', attempt.amount, {
    originalAttemptId: attempt.id,
  });
  const change = refusalChange(gateway, payment, attempt, approval, reversal, context.decisions);
  const recorded = await gateway.payments.recordChange(change);
  if (recorded !== 'recorded') {
    await undoLateApproval(gateway, attempt);
    return readBack(gateway, payment);
  }
  const outcome = await gateway.acquirer.reverse({ reference: reversal.id, original: attempt.id });
  const now = gateway.clock.now();
  if (outcome.kind !== 'approved') {
    const cause = outcome.kind === 'unknown' ? outcome.cause : 'the acquirer refused the reversal';
    const waiting = touched(change.payment, now);
    await gateway.payments.recordChange({
      payment: waiting,
      attempt: attemptUnknown(reversal.id, cause, now),
    });
    return { kind: 'done', outcome: { payment: waiting, challenge: null, savedCard: null } };
  }
  const transition = fail(change.payment, 'fraud_suspected', now);
  assert(!isRefusal(transition), 'a payment under way can fail');
  const failed: PaymentOutcome = { payment: transition.payment, challenge: null, savedCard: null };
  const ended = await gateway.payments.recordChange({
    payment: transition.payment,
    event: newEvent(gateway, transition.event),
    attempt: attemptApproved(reversal.id, outcome, now),
    closed: attemptReversed(attempt.id, now),
    answer: answerFor(context, failed),
  });
  // A worker repeated the reversal meanwhile, and recorded the same end.
  if (ended !== 'recorded') return readBack(gateway, payment);
  gateway.deliveriesWaiting();
  return { kind: 'done', outcome: failed };
}

/** The commit that takes an approval back: no later answer to the attempt is adopted, and its reversal is on record. */
export function refusalChange(
  gateway: Gateway,
  payment: Payment,
  attempt: Attempt,
  approval: Approval,
  reversal: Attempt,
  decisions: readonly RiskDecision[],
): PaymentChange {
  const now = gateway.clock.now();
  return {
    payment: touched(payment, now),
    attempt: { ...attemptApproved(attempt.id, approval, now), state: 'reversing', finishedAt: null },
    newAttempt: reversal,
    riskDecisions: decisions,
    dropCvcOf: payment.source === 'saved' ? undefined : payment.card?.id,
  };
}
