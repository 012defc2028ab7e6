import { applyVoid, isRefusal, judgeVoid } from '../domain/payment.ts';
import { refuse } from '../domain/refusal.ts';
import { newEvent } from './attempts.ts';
import type { FollowUpResult } from './commands.ts';
import { findEarlier, keySeen, refuseUnlessEarlier } from './earlier-request.ts';
import { answerOf, type FollowUp, operateOnHold } from './follow-up.ts';
import type { Gateway } from './gateway.ts';

const racesMax = 5;

/** Cancels a payment before any money is claimed: releases the hold, or ends the wait for card or cardholder. */
export async function voidPayment(gateway: Gateway, command: FollowUp): Promise<FollowUpResult> {
  const earlier = await findEarlier(gateway, command);
  if (earlier) return { kind: 'earlier', earlier };
  for (let race = 0; race < racesMax; race++) {
    const payment = await gateway.payments.findPayment(command.merchantId, command.name);
    if (!payment) return { kind: 'refused', refusal: refuse('not_found', 'There is no payment of that id.') };
    if (payment.status.state === 'authorized') return voidHold(gateway, command);
    const now = gateway.clock.now();
    const transition = applyVoid(payment, 'merchant', now);
    if (isRefusal(transition)) return refuseUnlessEarlier(gateway, command, transition);
    const result = { kind: 'done', payment: transition.payment } as const;
    const recorded = await gateway.payments.recordChange({
      payment: transition.payment,
      event: newEvent(gateway, transition.event),
      dropCvcOf: payment.card?.id,
      claim: command.claim ?? undefined,
      answer: answerOf(command, result),
    });
    if (recorded === 'key_seen') return keySeen(gateway, command);
    if (recorded !== 'recorded') continue;
    gateway.deliveriesWaiting();
    return result;
  }
  return {
    kind: 'refused',
    refusal: refuse(
      'operation_in_progress',
      'Another operation on this payment is under way. Try again shortly.',
    ),
  };
}

async function voidHold(gateway: Gateway, command: FollowUp): Promise<FollowUpResult> {
  return operateOnHold(gateway, command, {
    kind: 'void',
    judge: (payment) => judgeVoid(payment),
    amount: (payment) => payment.amount,
    send: (request) => gateway.acquirer.void(request),
    apply: (payment, now) => applyVoid(payment, 'merchant', now),
  });
}
