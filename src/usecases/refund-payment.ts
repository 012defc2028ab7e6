import type { Attempt } from '../domain/attempt.ts';
import { declineMessages } from '../domain/decline.ts';
import { type MerchantId, newId } from '../domain/ids.ts';
import { type MinorUnits, noMoney } from '../domain/money.ts';
import { isRefusal, type Payment } from '../domain/payment.ts';
import { beginRefund, refundableAmount, releaseRefund, settleRefund } from '../domain/payment-refund.ts';
import type { Refund } from '../domain/refund.ts';
import { refuse } from '../domain/refusal.ts';
import { assert } from '../lib/assert.ts';
import { asAskedFor } from './asked-for.ts';
import {
  attemptApproved,
  attemptDeclined,
  attemptSent,
  attemptUnknown,
  newAttempt,
  newEvent,
  touched,
} from './attempts.ts';
import type { RefundOutcome, RefundResult } from './commands.ts';
import { findEarlier, keySeen, refuseUnlessEarlier } from './earlier-request.ts';
import { answerOf } from './follow-up.ts';
import type { Gateway } from './gateway.ts';
import type { AcquirerOutcome } from './ports/acquirer.ts';
import type { IdempotencyClaim, PaymentChange, PaymentName, StoredAnswer } from './ports/store.ts';
import { undoLateApproval } from './undo-late-approval.ts';

/** Concurrent refunds of one payment take turns; each turn lost to another is a new try. */
const racesMax = 50;

export interface RefundPayment {
  readonly merchantId: MerchantId;
  readonly name: PaymentName;
  /** Null refunds all that is left. */
  readonly amount: MinorUnits | null;
  readonly reason: string | null;
  readonly merchantReference: string | null;
  /** `in_background` answers as soon as the refund is committed as initiated. */
  readonly settle: 'await' | 'in_background';
  readonly claim: IdempotencyClaim | null;
  readonly render: (outcome: RefundOutcome) => StoredAnswer;
}

/** Gives back part or all of what was captured. The sum is reserved before anything is sent, so no two refunds exceed it. */
export async function refundPayment(gateway: Gateway, command: RefundPayment): Promise<RefundResult> {
  const earlier = await findEarlier(gateway, command);
  if (earlier) return { kind: 'earlier', earlier };
  for (let race = 0; race < racesMax; race++) {
    const payment = await gateway.payments.findPayment(command.merchantId, command.name);
    if (!payment) return { kind: 'refused', refusal: refuse('not_found', 'There is no payment of that id.') };
    const now = gateway.clock.now();
    const amount = command.amount ?? refundableAmount(payment);
    const begun = beginRefund(payment, amount, now);
    if (isRefusal(begun)) return refuseUnlessEarlier(gateway, command, begun);
    const refund = await newRefund(gateway, command, payment, amount, now);
    const queued = command.settle === 'in_background' ? ({ state: 'queued' } as const) : {};
    const attempt = newAttempt(gateway, payment, 'refund', amount, { refundId: refund.id, ...queued });
    const done = { kind: 'done', payment: begun, refund } as const;
    const recorded = await gateway.payments.recordChange({
      payment: begun,
      refund,
      newAttempt: attempt,
      claim: command.claim ?? undefined,
      answer: command.settle === 'in_background' ? answerOf(command, done) : undefined,
    });
    if (recorded === 'key_seen') return keySeen(gateway, command);
    if (recorded !== 'recorded') continue;
    if (command.settle === 'in_background') {
      gateway.inBackground(`refund ${refund.id}`, () =>
        sendQueuedRefund(gateway, payment.merchantId, attempt.id),
      );
      return done;
    }
    return sendRefund(gateway, command, begun, refund, attempt);
  }
  return {
    kind: 'refused',
    refusal: refuse(
      'operation_in_progress',
      'Too many operations on this payment at once. Try again shortly.',
    ),
  };
}

async function newRefund(
  gateway: Gateway,
  command: RefundPayment,
  payment: Payment,
  amount: MinorUnits,
  now: Date,
): Promise<Refund> {
  const flow = await gateway.flows.findFlow(payment.merchantId, payment.flowId);
  return {
    id: newId('RefundId', gateway.random),
    number: gateway.newRefundNumber(payment.dialect),
    paymentId: payment.id,
    merchantId: payment.merchantId,
    amount,
    fee: flow?.refundFees[payment.currency] ?? noMoney,
    state: 'initiated',
    reason: command.reason,
    merchantReference: command.merchantReference,
    message: null,
    acquirerReference: null,
    createdAt: now,
    updatedAt: now,
    refundedAt: null,
  };
}

/** Sends a refund that was committed as queued; whoever moves it to `sending` first is the one that sends. */
export async function sendQueuedRefund(
  gateway: Gateway,
  merchantId: MerchantId,
  attemptId: Attempt['id'],
): Promise<RefundResult | null> {
  for (let race = 0; race < racesMax; race++) {
    const named = await gateway.payments.findAttempt(merchantId, attemptId);
    if (named?.state !== 'queued' || !named.refundId) return null;
    const payment = await gateway.payments.findPayment(merchantId, { id: named.paymentId });
    // Read again after the payment: whoever takes it up after that moves the payment's version, and our write is refused.
    const attempt = await gateway.payments.findAttempt(merchantId, attemptId);
    if (attempt?.state !== 'queued' || !attempt.refundId) return null;
    const refund = await gateway.payments.findRefund(merchantId, { id: attempt.refundId });
    assert(payment && refund, 'a refund attempt belongs to a payment and a refund');
    const now = gateway.clock.now();
    const begun = touched(payment, now);
    const recorded = await gateway.payments.recordChange({
      payment: begun,
      attempt: attemptSent(attempt.id, now),
    });
    if (recorded === 'recorded') return sendRefund(gateway, null, begun, refund, attempt);
  }
  return null;
}

async function sendRefund(
  gateway: Gateway,
  command: RefundPayment | null,
  payment: Payment,
  refund: Refund,
  attempt: Attempt,
): Promise<RefundResult> {
  assert(payment.status.state === 'captured', 'only a captured payment is refunded');
  const outcome = await gateway.acquirer.refund({
    reference: attempt.id,
    acquirerReference: payment.status.authorization.acquirerReference,
    amount: refund.amount,
    currency: payment.currency,
  });
  return recordRefund(gateway, command, payment, refund, attempt, asAskedFor(payment, attempt, outcome));
}

/** Records the acquirer's answer to a refund; other refunds of the payment may have moved it meanwhile. */
export async function recordRefund(
  gateway: Gateway,
  command: Pick<RefundPayment, 'claim' | 'render'> | null,
  payment: Payment,
  refund: Refund,
  attempt: Attempt,
  outcome: AcquirerOutcome,
): Promise<RefundResult> {
  let current = payment;
  for (let race = 0; race < racesMax; race++) {
    const { result, change } = refundChange(gateway, command, current, refund, attempt, outcome);
    const recorded = await gateway.payments.recordChange(change);
    if (recorded === 'recorded') {
      if (change.event) gateway.deliveriesWaiting();
      return result;
    }
    const read = await gateway.payments.findPayment(payment.merchantId, { id: payment.id });
    assert(read, 'a payment that was read is still there');
    const now = await gateway.payments.findAttempt(attempt.merchantId, attempt.id);
    if (!isStillAwaited(attempt, now)) {
      if (outcome.kind === 'approved') await undoLateApproval(gateway, attempt);
      return asStored(gateway, read, refund);
    }
    current = read;
  }
  assert(false, 'a refund’s answer could not be recorded: the payment kept moving');
}

/** Whether the attempt still waits for this answer; somebody else may have found it out, or begun to undo it. */
function isStillAwaited(attempt: Attempt, now: Attempt | null): boolean {
  if (attempt.state === 'reversing') return now?.state === 'reversing';
  return now?.state === 'sending' || now?.state === 'unknown';
}

/** Somebody else recorded the refund's end: what they wrote is the truth. */
async function asStored(gateway: Gateway, payment: Payment, refund: Refund): Promise<RefundResult> {
  const stored = await gateway.payments.findRefund(refund.merchantId, { id: refund.id });
  assert(stored, 'a refund that was read is still there');
  if (stored.state === 'refunded') return { kind: 'done', payment, refund: stored };
  if (stored.state === 'failed')
    return { kind: 'declined', payment, refund: stored, reason: 'processing_error' };
  return { kind: 'unknown', payment, refund: stored };
}

function refundChange(
  gateway: Gateway,
  command: Pick<RefundPayment, 'claim' | 'render'> | null,
  payment: Payment,
  refund: Refund,
  attempt: Attempt,
  outcome: AcquirerOutcome,
): { result: RefundResult; change: PaymentChange } {
  const now = gateway.clock.now();
  if (outcome.kind === 'unknown') {
    const moved = touched(payment, now);
    return {
      result: { kind: 'unknown', payment: moved, refund },
      change: { payment: moved, attempt: attemptUnknown(attempt.id, outcome.cause, now) },
    };
  }
  const approved = outcome.kind === 'approved';
  const transition = approved
    ? settleRefund(payment, refund.amount, now)
    : releaseRefund(payment, refund.amount, 'refund.failed', now);
  assert(!isRefusal(transition), 'a reserved refund can be settled or released');
  const answered: Refund = {
    ...refund,
    state: approved ? 'refunded' : 'failed',
    message: approved ? 'Refund processed successfully' : declineMessages[outcome.reason],
    acquirerReference: outcome.acquirerReference,
    updatedAt: now,
    refundedAt: approved ? now : null,
  };
  const result: RefundOutcome = approved
    ? { kind: 'done', payment: transition.payment, refund: answered }
    : { kind: 'declined', payment: transition.payment, refund: answered, reason: outcome.reason };
  return {
    result,
    change: {
      payment: transition.payment,
      event: newEvent(gateway, transition.event),
      refund: answered,
      attempt: approved
        ? attemptApproved(attempt.id, outcome, now)
        : attemptDeclined(attempt.id, outcome.reason, outcome.acquirerReference, now),
      // Without a request that waits, a worker found it out; that may have taken long.
      closesAlerts: command === null,
      answer: command ? answerOf(command, result) : undefined,
    },
  };
}
