import type { Attempt, AttemptKind } from '../domain/attempt.ts';
import type { MerchantId } from '../domain/ids.ts';
import type { MinorUnits } from '../domain/money.ts';
import type { Payment, Transition } from '../domain/payment.ts';
import { isRefusal } from '../domain/payment.ts';
import { type Refusal, refuse } from '../domain/refusal.ts';
import { assert } from '../lib/assert.ts';
import { asAskedFor } from './asked-for.ts';
import {
  attemptApproved,
  attemptDeclined,
  attemptUnknown,
  newAttempt,
  newEvent,
  touched,
} from './attempts.ts';
import type { FollowUpOutcome, FollowUpResult } from './commands.ts';
import { findEarlier, keySeen, refuseUnlessEarlier } from './earlier-request.ts';
import type { Gateway } from './gateway.ts';
import type { AcquirerOutcome, FollowUpRequest } from './ports/acquirer.ts';
import type { IdempotencyClaim, PaymentChange, PaymentName, StoredAnswer } from './ports/store.ts';
import { undoLateApproval } from './undo-late-approval.ts';

/** How often an operation is begun again after somebody else wrote between its read and its write. */
const racesMax = 5;
/** How often an answer is recorded again after somebody else wrote something else about the payment. */
const answerRacesMax = 20;

export interface FollowUp {
  readonly merchantId: MerchantId;
  readonly name: PaymentName;
  readonly claim: IdempotencyClaim | null;
  readonly render: (outcome: FollowUpOutcome) => StoredAnswer;
}

/** What makes one operation on a hold differ from another. */
export interface HoldOperation {
  readonly kind: Extract<AttemptKind, 'capture' | 'void'>;
  readonly judge: (payment: Payment, now: Date) => Refusal | undefined;
  readonly amount: (payment: Payment) => MinorUnits;
  readonly send: (request: FollowUpRequest) => Promise<AcquirerOutcome>;
  readonly apply: (payment: Payment, now: Date) => Transition | Refusal;
  /** What a decline does to the payment; left out, it stays as it was. */
  readonly applyDecline?: (payment: Payment, now: Date) => Transition | Refusal;
}

/**
 * Runs an operation on a held authorization: judge, commit the attempt, send it with nothing open in the database, commit
 * what came back. A decline leaves the payment as it was, unless the operation says otherwise; silence leaves the attempt
 * for a worker to find out.
 */
export async function operateOnHold(
  gateway: Gateway,
  command: FollowUp,
  operation: HoldOperation,
): Promise<FollowUpResult> {
  const earlier = await findEarlier(gateway, command);
  if (earlier) return { kind: 'earlier', earlier };
  for (let race = 0; race < racesMax; race++) {
    const payment = await gateway.payments.findPayment(command.merchantId, command.name);
    if (!payment) return { kind: 'refused', refusal: refuse('not_found', 'There is no payment of that id.') };
    const now = gateway.clock.now();
    const refusal = operation.judge(payment, now);
    if (refusal) return refuseUnlessEarlier(gateway, command, refusal);
    const attempt = newAttempt(gateway, payment, operation.kind, operation.amount(payment));
    const begun = touched(payment, now);
    const recorded = await gateway.payments.recordChange({
      payment: begun,
      newAttempt: attempt,
      claim: command.claim ?? undefined,
    });
    if (recorded === 'recorded') return sendOnHold(gateway, command, operation, begun, attempt);
    if (recorded === 'operation_in_progress') return refuseUnlessEarlier(gateway, command, inProgress);
    if (recorded === 'key_seen') return keySeen(gateway, command);
  }
  return { kind: 'refused', refusal: inProgress };
}

const inProgress = refuse(
  'operation_in_progress',
  'Another operation on this payment is under way. Try again shortly.',
);

async function sendOnHold(
  gateway: Gateway,
  command: FollowUp,
  operation: HoldOperation,
  payment: Payment,
  attempt: Attempt,
): Promise<FollowUpResult> {
  assert(
    payment.status.state === 'authorized',
    'only a held authorization is captured or voided at the acquirer',
  );
  const answer = await operation.send({
    reference: attempt.id,
    acquirerReference: payment.status.authorization.acquirerReference,
    amount: attempt.amount,
    currency: payment.currency,
  });
  const outcome = asAskedFor(payment, attempt, answer);
  let current = payment;
  for (let race = 0; race < answerRacesMax; race++) {
    const { result, change } = answerChange(gateway, command, operation, current, attempt, outcome);
    if ((await gateway.payments.recordChange(change)) === 'recorded') {
      if (change.event) gateway.deliveriesWaiting();
      return result;
    }
    // The payment first: whoever ends the attempt after this read moves the payment's version.
    const read = await gateway.payments.findPayment(payment.merchantId, { id: payment.id });
    assert(read, 'a payment that was read is still there');
    const now = await gateway.payments.findAttempt(attempt.merchantId, attempt.id);
    assert(now, 'an attempt that was committed is still there');
    if (!(await isStillWanted(gateway, read, now, outcome))) {
      if (outcome.kind === 'approved' && attempt.kind === 'capture') await undoLateApproval(gateway, attempt);
      return asRecorded(read, now);
    }
    current = read;
  }
  // The attempt is open: a worker asks the acquirer, and records what we could not.
  return { kind: 'unknown', payment: current };
}

/**
 * Whether an answer may still be recorded after somebody else wrote: while the attempt is open, and for a void that was
 * given up and then carried out, because no reversal brings a released hold back.
 */
async function isStillWanted(
  gateway: Gateway,
  payment: Payment,
  attempt: Attempt,
  outcome: AcquirerOutcome,
): Promise<boolean> {
  if (payment.status.state !== 'authorized') return false;
  if (attempt.state === 'sending' || attempt.state === 'unknown') return true;
  const released = attempt.kind === 'void' && outcome.kind === 'approved' && attempt.state === 'reversed';
  return released && !(await gateway.payments.hasOpenOperation(payment.merchantId, payment.id));
}

/** Somebody else recorded the attempt's end, or began to undo it: what they wrote is the truth. */
function asRecorded(payment: Payment, attempt: Attempt): FollowUpResult {
  switch (attempt.state) {
    case 'approved':
      return { kind: 'done', payment };
    case 'declined':
    case 'reversed':
      return { kind: 'declined', payment, reason: attempt.declineReason ?? 'processing_error' };
    default:
      return { kind: 'unknown', payment };
  }
}

function answerChange(
  gateway: Gateway,
  command: FollowUp,
  operation: HoldOperation,
  payment: Payment,
  attempt: Attempt,
  outcome: AcquirerOutcome,
): { readonly result: FollowUpResult; readonly change: PaymentChange } {
  const now = gateway.clock.now();
  if (outcome.kind === 'unknown') {
    const waiting = touched(payment, now);
    return {
      result: { kind: 'unknown', payment: waiting },
      change: { payment: waiting, attempt: attemptUnknown(attempt.id, outcome.cause, now) },
    };
  }
  const approved = outcome.kind === 'approved';
  const transition = approved ? operation.apply(payment, now) : operation.applyDecline?.(payment, now);
  assert(!transition || !isRefusal(transition), 'what was judged before is applied after');
  const moved = transition?.payment ?? touched(payment, now);
  const result: FollowUpOutcome = approved
    ? { kind: 'done', payment: moved }
    : { kind: 'declined', payment: moved, reason: outcome.reason };
  return {
    result,
    change: {
      payment: moved,
      event: transition && newEvent(gateway, transition.event),
      attempt: approved
        ? attemptApproved(attempt.id, outcome, now)
        : attemptDeclined(attempt.id, outcome.reason, outcome.acquirerReference, now),
      answer: answerOf(command, result),
    },
  };
}

/** The answer to keep under the request's key. */
export function answerOf<Outcome>(
  command: { readonly claim: IdempotencyClaim | null; readonly render: (outcome: Outcome) => StoredAnswer },
  outcome: Outcome,
): { keyHash: Buffer; answer: StoredAnswer } | undefined {
  return command.claim ? { keyHash: command.claim.keyHash, answer: command.render(outcome) } : undefined;
}
