import type { DeclineReason } from '../domain/decline.ts';
import { awaitAnotherCard } from '../domain/hosted-page.ts';
import { isRefusal, type Payment } from '../domain/payment.ts';
import type { Gateway } from './gateway.ts';

/**
 * The payment as its hosted page takes another card after this one did not go through; null when it ends instead, because
 * its flow says so (the default), or the rules of the page do.
 */
export async function asAwaitingAnotherCard(
  gateway: Gateway,
  payment: Payment,
  reason: DeclineReason,
  now: Date,
): Promise<Payment | null> {
  if (!payment.hosted) return null;
  const flow = await gateway.flows.findFlow(payment.merchantId, payment.flowId);
  if (!flow?.retryAfterDecline) return null;
  const waiting = awaitAnotherCard(payment, reason, now);
  return isRefusal(waiting) ? null : waiting;
}
