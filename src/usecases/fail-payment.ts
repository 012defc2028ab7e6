import type { Attempt } from '../domain/attempt.ts';
import type { DeclineReason } from '../domain/decline.ts';
import { fail, isRefusal, type Payment } from '../domain/payment.ts';
import { assert } from '../lib/assert.ts';
import { attemptDeclined, newEvent } from './attempts.ts';
import { type AuthorizationContext, answerFor } from './authorization-context.ts';
import { asAwaitingAnotherCard } from './await-another-card.ts';
import type { PaymentOutcome, PaymentResult } from './commands.ts';
import type { Gateway } from './gateway.ts';
import { readBack } from './read-back.ts';

/**
 * Ends a payment as failed, or takes it back to its hosted page for another card; with its attempt's decline when there
 * is one: for `declineReason` where the attempt ended for another reason than the payment. The card's code dies with it.
 */
export async function failPayment(
  gateway: Gateway,
  context: AuthorizationContext,
  payment: Payment,
  attempt: Attempt | null,
  reason: DeclineReason,
  {
    declineReason = reason,
    acquirerReference = null,
  }: { readonly declineReason?: DeclineReason; readonly acquirerReference?: string | null } = {},
): Promise<PaymentResult> {
  const now = gateway.clock.now();
  const waiting = await asAwaitingAnotherCard(gateway, payment, reason, now);
  const transition = waiting ? { payment: waiting, event: null } : fail(payment, reason, now);
  assert(!isRefusal(transition), 'a payment under way can fail');
  const { event } = transition;
  const outcome: PaymentOutcome = { payment: transition.payment, challenge: null, savedCard: null };
  const recorded = await gateway.payments.recordChange({
    payment: transition.payment,
    event: event ? newEvent(gateway, event) : undefined,
    attempt: attempt ? attemptDeclined(attempt.id, declineReason, acquirerReference, now) : undefined,
    dropCvcOf: payment.source === 'saved' ? undefined : payment.card?.id,
    riskDecisions: context.decisions,
    answer: answerFor(context, outcome),
  });
  if (recorded !== 'recorded') return readBack(gateway, payment);
  if (event) gateway.deliveriesWaiting();
  return { kind: 'done', outcome };
}
