import type { Attempt, AttemptKind } from '../domain/attempt.ts';
import type { DeclineReason } from '../domain/decline.ts';
import { type AttemptId, newId, type RefundId } from '../domain/ids.ts';
import type { MinorUnits } from '../domain/money.ts';
import type { Payment, PaymentEventType } from '../domain/payment.ts';
import { addSeconds } from '../lib/clock.ts';
import type { Gateway } from './gateway.ts';
import type { Approval } from './ports/acquirer.ts';
import type { AttemptUpdate, PaymentChange } from './ports/store.ts';
import { newUuid } from './unguessable-token.ts';

/** The first inquiry about a lost answer comes so long after it was lost. */
const firstInquirySeconds = 5;

/** Longer than any deadline of an acquirer's call: after it nobody can still be waiting for the answer. */
export const answerAwaitedSeconds = 60;

/** A message about to be sent; committed before it is. */
export function newAttempt(
  gateway: Gateway,
  payment: Payment,
  kind: AttemptKind,
  amount: MinorUnits,
  extra: {
    refundId?: RefundId;
    state?: 'queued';
    originalAttemptId?: AttemptId;
    onlyAcquirerReference?: string | null;
  } = {},
): Attempt {
  const now = gateway.clock.now();
  return {
    id: newId('AttemptId', gateway.random),
    paymentId: payment.id,
    merchantId: payment.merchantId,
    refundId: extra.refundId ?? null,
    originalAttemptId: extra.originalAttemptId ?? null,
    onlyAcquirerReference: extra.onlyAcquirerReference ?? null,
    kind,
    state: extra.state ?? 'sending',
    amount,
    acquirer: gateway.acquirer.name,
    acquirerReference: null,
    authorizationCode: null,
    networkTransactionId: null,
    declineReason: null,
    createdAt: now,
    sentAt: now,
    finishedAt: null,
  };
}

/** The attempt by which an authenticated or hosted payment is sent. */
export function authorizationAttempt(gateway: Gateway, payment: Payment): Attempt {
  return newAttempt(
    gateway,
    payment,
    payment.captureMethod === 'manual' ? 'authorization' : 'purchase',
    payment.amount,
  );
}

const unanswered = {
  acquirerReference: null,
  authorizationCode: null,
  networkTransactionId: null,
  declineReason: null,
  unknownCause: null,
  nextInquiryAt: null,
  finishedAt: null,
};

export function attemptApproved(id: AttemptId, approval: Approval, now: Date): AttemptUpdate {
  return {
    ...unanswered,
    id,
    state: 'approved',
    acquirerReference: approval.acquirerReference,
    authorizationCode: approval.authorizationCode,
    networkTransactionId: approval.networkTransactionId,
    finishedAt: now,
  };
}

export function attemptDeclined(
  id: AttemptId,
  reason: DeclineReason,
  acquirerReference: string | null,
  now: Date,
): AttemptUpdate {
  return { ...unanswered, id, state: 'declined', declineReason: reason, acquirerReference, finishedAt: now };
}

/**
 * On its way now, after it waited in the queue. Nobody else looks after it before the process that sends it must be dead.
 */
export function attemptSent(id: AttemptId, now: Date): AttemptUpdate {
  return {
    ...unanswered,
    id,
    state: 'sending',
    nextInquiryAt: addSeconds(now, answerAwaitedSeconds),
    sentAt: now,
  };
}

/** Undone, whether or not it had come into force. */
export function attemptReversed(id: AttemptId, now: Date): AttemptUpdate {
  return { ...unanswered, id, state: 'reversed', finishedAt: now };
}

/** No answer that can be trusted: a worker will inquire. */
export function attemptUnknown(id: AttemptId, cause: string, now: Date): AttemptUpdate {
  return {
    ...unanswered,
    id,
    state: 'unknown',
    unknownCause: cause.slice(0, 500),
    nextInquiryAt: addSeconds(now, firstInquirySeconds),
  };
}

/** The payment as it is, one version on: for changes that concern its attempts alone. */
export function touched(payment: Payment, now: Date): Payment {
  return { ...payment, version: payment.version + 1, updatedAt: now };
}

/** The name of a change for the event tables. */
export function newEvent(gateway: Gateway, type: PaymentEventType): NonNullable<PaymentChange['event']> {
  return { id: newId('EventId', gateway.random), uuid: newUuid(gateway.random), type };
}
