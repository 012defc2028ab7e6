import type { Attempt } from '../domain/attempt.ts';
import {
  applyCapture,
  applyVoid,
  fail,
  isRefusal,
  type Payment,
  type Transition,
} from '../domain/payment.ts';
import type { RiskDecision } from '../domain/risk/decision.ts';
import { assert } from '../lib/assert.ts';
import { addSeconds } from '../lib/clock.ts';
import { approvalChange } from './approve-payment.ts';
import { isWhatWasAskedFor } from './asked-for.ts';
import {
  attemptApproved,
  attemptDeclined,
  attemptReversed,
  newAttempt,
  newEvent,
  touched,
} from './attempts.ts';
import { contextOfPayment } from './authorization-context.ts';
import type { Gateway } from './gateway.ts';
import type { AcquirerOutcome, Approval } from './ports/acquirer.ts';
import type { DueAttempt, ResolutionStore } from './ports/resolution.ts';
import type { AttemptUpdate, ChangeResult, PaymentAlert, PaymentChange } from './ports/store.ts';
import { recordRefund, sendQueuedRefund } from './refund-payment.ts';
import { judgeAdoption, wasRefused } from './risk/judge-adoption.ts';
import { refusalChange } from './risk/refuse-approved.ts';

/** Waits between looks, in seconds; the last one repeats, with an alert. */
const inquiryWaits = [5, 30, 120, 600, 3600];
/** The longest that a message may still be on its way after we lost sight of it; only then does "not found" count. */
const inFlightSeconds = 120;
const racesMax = 20;

export type Resolution = 'settled' | 'later';

/**
 * Finds out what became of one message that nobody answered, and acts on it: an approval is adopted when it is what we
 * asked for and undone when it is not; a decline is applied; what never arrived is closed by a reversal before the
 * payment fails, so that it can never come alive later. Safe to run twice and in several processes.
 */
export async function resolveAttempt(
  gateway: Gateway,
  store: ResolutionStore,
  due: DueAttempt,
): Promise<Resolution> {
  if (due.state === 'queued') {
    await sendQueuedRefund(gateway, due.merchantId, due.id);
    return 'settled';
  }
  const attempt = await gateway.payments.findAttempt(due.merchantId, due.id);
  if (!attempt || (attempt.state !== 'sending' && attempt.state !== 'unknown')) return 'settled';
  const resolution =
    attempt.kind === 'reversal' ? await repeatReversal(gateway, attempt) : await inquire(gateway, attempt);
  if (resolution === 'settled') return 'settled';
  const wait = inquiryWaits[Math.min(due.inquiries, inquiryWaits.length) - 1] ?? 3600;
  await store.postpone(due.merchantId, due.id, addSeconds(gateway.clock.now(), wait));
  if (due.inquiries >= inquiryWaits.length) await raise(gateway, attempt, longAlert(attempt));
  return 'later';
}

function longAlert(attempt: Attempt): PaymentAlert {
  return attempt.kind === 'reversal'
    ? {
        kind: 'reversal_not_acknowledged',
        attemptId: attempt.id,
        message: `The acquirer has not acknowledged the reversal ${attempt.id} of ${attempt.originalAttemptId}. It is repeated every hour; ask the acquirer.`,
      }
    : {
        kind: 'outcome_unknown_for_long',
        attemptId: attempt.id,
        message: `The acquirer does not say what became of ${attempt.id} (${attempt.kind}). It is asked every hour; ask the acquirer.`,
      };
}

async function inquire(gateway: Gateway, attempt: Attempt): Promise<Resolution> {
  const answer = await gateway.acquirer.inquire(attempt.id);
  switch (answer.kind) {
    case 'unknown':
      return 'later';
    case 'not_found': {
      const arrivedBy = addSeconds(attempt.sentAt, inFlightSeconds);
      if (gateway.clock.now() < arrivedBy) return 'later';
      return undo(gateway, attempt);
    }
    case 'found':
      return answer.outcome.kind === 'approved'
        ? applyApproval(gateway, attempt, answer.outcome)
        : applyDecline(gateway, attempt, answer.outcome);
  }
}

async function paymentOf(gateway: Gateway, attempt: Attempt): Promise<Payment> {
  const payment = await gateway.payments.findPayment(attempt.merchantId, { id: attempt.paymentId });
  assert(payment, 'an attempt belongs to a payment');
  return payment;
}

/** Records the change that `make` derives from the payment as it is now, again when somebody else wrote meanwhile. */
async function recordOnCurrent(
  gateway: Gateway,
  attempt: Attempt,
  make: (payment: Payment) => PaymentChange | null | Promise<PaymentChange | null>,
): Promise<ChangeResult | 'nothing_to_do'> {
  for (let race = 0; race < racesMax; race++) {
    // The payment first: whoever ends the attempt after this read moves the payment's version, and our write is refused.
    const payment = await paymentOf(gateway, attempt);
    const current = await gateway.payments.findAttempt(attempt.merchantId, attempt.id);
    if (current?.state !== 'sending' && current?.state !== 'unknown') return 'nothing_to_do';
    const change = await make(payment);
    if (!change) return 'nothing_to_do';
    const recorded = await gateway.payments.recordChange({ ...change, closesAlerts: true });
    if (recorded === 'version_moved' || recorded === 'saved_card_raced') continue;
    if (recorded === 'recorded' && change.event) gateway.deliveriesWaiting();
    return recorded;
  }
  return 'version_moved';
}

async function applyApproval(gateway: Gateway, attempt: Attempt, approval: Approval): Promise<Resolution> {
  const payment = await paymentOf(gateway, attempt);
  if (!isWhatWasAskedFor(payment, attempt, approval)) {
    await raise(gateway, attempt, {
      kind: 'approved_for_other_money',
      attemptId: attempt.id,
      message: `${attempt.id} was approved for ${approval.amount} ${approval.currency} (minor units) instead of ${attempt.amount} ${payment.currency}. It is being reversed.`,
    });
    return undo(gateway, attempt);
  }
  if (attempt.kind === 'refund') return settleRefundAttempt(gateway, attempt, approval);
  const decisions = await judgeAdoption(gateway, payment, attempt, approval);
  if (decisions.some(({ action }) => action === 'block'))
    return undo(gateway, attempt, (current, reversal) =>
      refusalChange(gateway, current, attempt, approval, reversal, decisions),
    );
  const recorded = await recordOnCurrent(gateway, attempt, (current) =>
    adoption(gateway, current, attempt, approval, decisions),
  );
  // Nobody wants it, or somebody else has recorded it: then there is nothing to undo.
  if (recorded === 'nothing_to_do') return undo(gateway, attempt);
  return recorded === 'recorded' ? 'settled' : 'later';
}

/** The change that makes a late approval ours; null when the payment no longer wants it and it is to be undone. */
async function adoption(
  gateway: Gateway,
  payment: Payment,
  attempt: Attempt,
  approval: Approval,
  decisions: readonly RiskDecision[],
): Promise<PaymentChange | null> {
  const now = gateway.clock.now();
  if (attempt.kind === 'authorization' || attempt.kind === 'purchase') {
    if (payment.status.state !== 'authorizing') return null;
    const context = { ...(await contextOfPayment(gateway, payment)), decisions };
    return (await approvalChange(gateway, context, payment, attempt, approval, now)).change;
  }
  const transition =
    attempt.kind === 'capture'
      ? applyCapture(payment, attempt.amount, now)
      : applyVoid(payment, voidCause(payment, now), now);
  if (isRefusal(transition)) {
    // A hold that was released is gone, whatever ended the payment; no reversal brings it back.
    return attempt.kind === 'void'
      ? { payment: touched(payment, now), attempt: attemptApproved(attempt.id, approval, now) }
      : null;
  }
  return {
    payment: transition.payment,
    event: newEvent(gateway, transition.event),
    attempt: attemptApproved(attempt.id, approval, now),
  };
}

/** A void of a hold that has lapsed was our own; before that only a merchant asks for one. */
function voidCause(payment: Payment, now: Date): 'merchant' | 'expired' {
  return payment.status.state === 'authorized' && now >= payment.status.captureBefore
    ? 'expired'
    : 'merchant';
}

async function settleRefundAttempt(
  gateway: Gateway,
  attempt: Attempt,
  outcome: AcquirerOutcome,
): Promise<Resolution> {
  assert(attempt.refundId, 'a refund attempt names its refund');
  const payment = await paymentOf(gateway, attempt);
  const current = await gateway.payments.findAttempt(attempt.merchantId, attempt.id);
  if (current?.state !== attempt.state) return 'settled';
  const refund = await gateway.payments.findRefund(attempt.merchantId, { id: attempt.refundId });
  assert(refund, 'a refund attempt belongs to a refund');
  await recordRefund(gateway, null, payment, refund, attempt, outcome);
  return 'settled';
}

async function applyDecline(
  gateway: Gateway,
  attempt: Attempt,
  outcome: Extract<AcquirerOutcome, { kind: 'declined' }>,
): Promise<Resolution> {
  if (attempt.kind === 'refund') return settleRefundAttempt(gateway, attempt, outcome);
  const recorded = await recordOnCurrent(gateway, attempt, (payment) => {
    const now = gateway.clock.now();
    const update = attemptDeclined(attempt.id, outcome.reason, outcome.acquirerReference, now);
    return endWithout(gateway, payment, attempt, update, now, outcome.reason);
  });
  return recorded === 'recorded' || recorded === 'nothing_to_do' ? 'settled' : 'later';
}

/** What a payment becomes when one of its messages came to nothing. */
function endWithout(
  gateway: Gateway,
  payment: Payment,
  attempt: Attempt,
  update: AttemptUpdate,
  now: Date,
  reason: Parameters<typeof fail>[1],
): PaymentChange {
  const decides = attempt.kind === 'authorization' || attempt.kind === 'purchase';
  if (!decides || payment.status.state !== 'authorizing')
    return { payment: touched(payment, now), attempt: update };
  const transition = fail(payment, reason, now);
  assert(!isRefusal(transition), 'an authorizing payment can fail');
  return failing(gateway, transition, update);
}

function failing(gateway: Gateway, transition: Transition, attempt: AttemptUpdate): PaymentChange {
  const { payment } = transition;
  return {
    payment,
    event: newEvent(gateway, transition.event),
    attempt,
    dropCvcOf: payment.source === 'saved' ? undefined : payment.card?.id,
  };
}

/** Begins the reversal of a message: committed under a reference of its own before it is sent, and then repeated. */
async function undo(
  gateway: Gateway,
  attempt: Attempt,
  begin: (payment: Payment, reversal: Attempt) => PaymentChange = (current, reversal) => ({
    payment: touched(current, gateway.clock.now()),
    // From here on no answer to the attempt is adopted, however late it comes.
    attempt: { ...attemptReversed(attempt.id, gateway.clock.now()), state: 'reversing', finishedAt: null },
    newAttempt: reversal,
  }),
): Promise<Resolution> {
  const payment = await paymentOf(gateway, attempt);
  const reversal = newAttempt(gateway, payment, 'reversal', attempt.amount, {
    originalAttemptId: attempt.id,
  });
  const begun = await recordOnCurrent(gateway, attempt, (current) => begin(current, reversal));
  // Already begun: the reversal is due on its own, and its acknowledgement ends this attempt too.
  if (begun !== 'recorded') return begun === 'nothing_to_do' ? 'settled' : 'later';
  return repeatReversal(gateway, reversal);
}

/**
 * Sends a committed reversal, for the first time or again. Its acknowledgement closes both attempts, and fails a payment
 * that still waited for the one undone.
 */
export async function repeatReversal(gateway: Gateway, reversal: Attempt): Promise<Resolution> {
  assert(reversal.originalAttemptId, 'a reversal names the attempt that it undoes');
  const outcome = await gateway.acquirer.reverse({
    reference: reversal.id,
    original: reversal.originalAttemptId,
    acquirerReference: reversal.onlyAcquirerReference,
  });
  if (outcome.kind !== 'approved') return 'later';
  if (reversal.onlyAcquirerReference !== null) return closeReversal(gateway, reversal, outcome);
  const original = await gateway.payments.findAttempt(reversal.merchantId, reversal.originalAttemptId);
  assert(original, 'a reversal undoes an attempt of ours');
  const hadEnded =
    original.state === 'approved' || original.state === 'declined' || original.state === 'reversed';
  if (original.kind === 'refund' && original.state === 'reversing') {
    // The refund never happened: its reservation is released as for a decline.
    await settleRefundAttempt(gateway, original, {
      kind: 'declined',
      reason: 'processing_error',
      acquirerReference: null,
    });
  }
  const reason = (await wasRefused(gateway, original)) ? 'fraud_suspected' : 'processing_error';
  const recorded = await recordOnCurrent(gateway, reversal, (payment) => {
    const now = gateway.clock.now();
    const acknowledged = attemptApproved(reversal.id, outcome, now);
    const closed = original.kind === 'refund' ? undefined : attemptReversed(original.id, now);
    // An attempt that had its end before decides nothing: its payment may wait for another one by now.
    if (hadEnded) return { payment: touched(payment, now), attempt: acknowledged, closed };
    const change = endWithout(gateway, payment, original, acknowledged, now, reason);
    return { ...change, closed };
  });
  return recorded === 'recorded' || recorded === 'nothing_to_do' ? 'settled' : 'later';
}

/** One of several authorizations under a reference is undone; the attempt keeps the other. */
async function closeReversal(gateway: Gateway, reversal: Attempt, approval: Approval): Promise<Resolution> {
  const recorded = await recordOnCurrent(gateway, reversal, (payment) => {
    const now = gateway.clock.now();
    return { payment: touched(payment, now), attempt: attemptApproved(reversal.id, approval, now) };
  });
  return recorded === 'recorded' || recorded === 'nothing_to_do' ? 'settled' : 'later';
}

/** Tells a person, once per attempt and kind. */
async function raise(gateway: Gateway, attempt: Attempt, alert: PaymentAlert): Promise<void> {
  await recordOnCurrent(gateway, attempt, (payment) => ({
    payment: touched(payment, gateway.clock.now()),
    alert,
  }));
}
