import type { Attempt } from '../domain/attempt.ts';
import type { DeclineReason } from '../domain/decline.ts';
import { newId } from '../domain/ids.ts';
import type { Merchant } from '../domain/merchant.ts';
import { applyAuthorization, fail, isRefusal, type Payment } from '../domain/payment.ts';
import type { PaymentMethod } from '../domain/payment-method.ts';
import type { RiskDecision } from '../domain/risk/decision.ts';
import type { CardholderBrowser } from '../domain/risk/facts.ts';
import { assert } from '../lib/assert.ts';
import { addSeconds } from '../lib/clock.ts';
import { randomHex } from '../lib/random.ts';
import {
  attemptApproved,
  attemptDeclined,
  attemptUnknown,
  newAttempt,
  newEvent,
  touched,
} from './attempts.ts';
import { authenticateAfterSoftDecline } from './authenticate-payment.ts';
import { asAwaitingAnotherCard } from './await-another-card.ts';
import type { CreatePayment, PaymentOutcome, PaymentResult } from './commands.ts';
import type { Gateway } from './gateway.ts';
import type { AcquirerOutcome, Approval, AuthenticationProof } from './ports/acquirer.ts';
import type { PaymentChange } from './ports/store.ts';
import { noteDecline } from './risk/admit-card.ts';
import { unknownBrowser } from './risk/browser.ts';
import { judgeApproval } from './risk/judge-payment.ts';
import { refuseApproved } from './risk/refuse-approved.ts';
import { undoLateApproval } from './undo-late-approval.ts';

/** Seven days: the shortest hold that the networks promise for a customer-present payment (trust.md section 3). */
const holdSeconds = 7 * 24 * 3600;
/** How often a change is tried again after somebody else saved the same card at the same moment. */
const savedCardRacesMax = 3;

/** What an authorization needs beside the payment itself. */
export interface AuthorizationContext {
  /** Null when the cardholder came back from the issuer: no request waits for an answer in its dialect. */
  readonly command: Pick<
    CreatePayment,
    'authentication' | 'render' | 'notificationUrl' | 'challengeSeconds'
  > | null;
  readonly merchant: Merchant;
  readonly method: PaymentMethod | null;
  readonly fingerprint: Buffer | null;
  readonly keyHash: Buffer | null;
  readonly browser: CardholderBrowser;
  /** What was decided about the payment; written with whatever is recorded next. */
  readonly decisions: readonly RiskDecision[];
}

/** The answer to store with an outcome, when the request came with a key. */
export function answerFor(context: AuthorizationContext, outcome: PaymentOutcome): PaymentChange['answer'] {
  if (!context.keyHash || !context.command) return undefined;
  return { keyHash: context.keyHash, answer: context.command.render(outcome) };
}

/**
 * Sends a committed attempt to the acquirer and records what came back. The payment is `authorizing`, the attempt
 * `sending`; nothing is open in the database while we wait. Silence leaves the payment as it is, for a worker to find out.
 */
export async function authorizePayment(
  gateway: Gateway,
  context: AuthorizationContext,
  payment: Payment,
  attempt: Attempt,
  proof: AuthenticationProof | null,
): Promise<PaymentResult> {
  const { card } = payment;
  assert(card, 'a payment without a card cannot be authorized');
  const opened = await gateway.vault.open(payment.merchantId, card.id, attempt.id);
  const needsCode = payment.source !== 'saved';
  if (!opened.pan || (needsCode && !opened.cvc)) {
    return failPayment(gateway, context, payment, attempt, 'card_data_lost');
  }
  const outcome = await gateway.acquirer.authorize({
    reference: attempt.id,
    merchantReference: payment.orderNumber ?? payment.id,
    merchantName: context.merchant.name,
    amount: payment.amount,
    currency: payment.currency,
    kind: attempt.kind === 'authorization' ? 'authorization' : 'purchase',
    pan: opened.pan,
    cvc: opened.cvc,
    expiry: card.expiry,
    cardholderName: card.cardholderName,
    initiator: payment.initiator,
    networkTransactionId: context.method?.networkTransactionId ?? null,
    proof,
  });
  return recordAuthorization(gateway, context, payment, attempt, outcome, proof);
}

async function recordAuthorization(
  gateway: Gateway,
  context: AuthorizationContext,
  payment: Payment,
  attempt: Attempt,
  outcome: AcquirerOutcome,
  proof: AuthenticationProof | null,
): Promise<PaymentResult> {
  switch (outcome.kind) {
    case 'unknown':
      return leaveUnknown(gateway, context, payment, attempt, outcome.cause);
    case 'declined': {
      const stepUp =
        outcome.reason === 'authentication_required' && payment.initiator === 'cardholder' && !proof;
      if (stepUp && context.command) {
        return authenticateAfterSoftDecline(gateway, context, payment, attempt, outcome.acquirerReference);
      }
      noteDecline(gateway, context, payment, outcome.reason, attempt.id);
      return failPayment(gateway, context, payment, attempt, outcome.reason, outcome.acquirerReference);
    }
    case 'approved': {
      if (outcome.amount !== payment.amount || outcome.currency !== payment.currency) {
        // Not what we asked for: neither an approval nor a decline. The worker undoes it.
        return leaveUnknown(
          gateway,
          context,
          payment,
          attempt,
          'approved for another amount or currency than asked for',
        );
      }
      const decision = await judgeApproval(gateway, payment, outcome);
      const judged = decision ? { ...context, decisions: [...context.decisions, decision] } : context;
      return decision?.action === 'block'
        ? refuseApproved(gateway, judged, payment, attempt, outcome)
        : recordApproval(gateway, judged, payment, attempt, outcome);
    }
  }
}

/** Marks the attempt as unanswered; the payment stays `authorizing` and the request's key without a final answer. */
async function leaveUnknown(
  gateway: Gateway,
  context: AuthorizationContext,
  payment: Payment,
  attempt: Attempt,
  cause: string,
): Promise<PaymentResult> {
  const now = gateway.clock.now();
  await gateway.payments.recordChange({
    payment: touched(payment, now),
    attempt: attemptUnknown(attempt.id, cause, now),
    riskDecisions: context.decisions,
  });
  return { kind: 'done', outcome: { payment, challenge: null, savedCard: null } };
}

async function recordApproval(
  gateway: Gateway,
  context: AuthorizationContext,
  payment: Payment,
  attempt: Attempt,
  approval: Approval,
): Promise<PaymentResult> {
  for (let race = 0; race < savedCardRacesMax; race++) {
    const now = gateway.clock.now();
    const { change, outcome } = await approvalChange(gateway, context, payment, attempt, approval, now);
    const recorded = await gateway.payments.recordChange(change);
    if (recorded === 'saved_card_raced') continue;
    if (recorded !== 'recorded') {
      await undoLateApproval(gateway, attempt);
      return readBack(gateway, payment);
    }
    gateway.deliveriesWaiting();
    return { kind: 'done', outcome };
  }
  assert(false, 'the same card was saved by others again and again');
}

/** The change that an approval makes, with the saved card when the customer wanted one. */
export async function approvalChange(
  gateway: Gateway,
  context: AuthorizationContext,
  payment: Payment,
  attempt: Attempt,
  approval: Approval,
  now: Date,
): Promise<{ change: PaymentChange; outcome: PaymentOutcome }> {
  const authorization = {
    attemptId: attempt.id,
    acquirer: attempt.acquirer,
    acquirerReference: approval.acquirerReference,
    authorizationCode: approval.authorizationCode,
    networkTransactionId: approval.networkTransactionId,
  };
  const transition = applyAuthorization(
    payment,
    attempt.kind === 'authorization'
      ? { kind: 'authorized', authorization, captureBefore: addSeconds(now, holdSeconds) }
      : { kind: 'captured', authorization },
    now,
  );
  assert(!isRefusal(transition), 'an authorizing payment takes the acquirer’s answer');
  const saved = payment.saveCard ? await cardToSave(gateway, context, payment, approval, now) : null;
  const moved = saved ? { ...transition.payment, paymentMethodId: saved.method.id } : transition.payment;
  const outcome: PaymentOutcome = { payment: moved, challenge: null, savedCard: saved?.method ?? null };
  const change: PaymentChange = {
    payment: moved,
    event: newEvent(gateway, transition.event),
    attempt: attemptApproved(attempt.id, approval, now),
    savedCard: saved ?? undefined,
    dropCvcOf: payment.source === 'saved' ? undefined : payment.card?.id,
    riskDecisions: context.decisions,
    answer: answerFor(context, outcome),
  };
  return { change, outcome };
}

async function cardToSave(
  gateway: Gateway,
  context: AuthorizationContext,
  payment: Payment,
  approval: Approval,
  now: Date,
): Promise<{ method: PaymentMethod; isNew: boolean } | null> {
  const { card, customerReference, merchantId } = payment;
  if (!card || customerReference === null || !context.fingerprint) return null;
  const known = await gateway.cards.findPaymentMethodByFingerprint(
    merchantId,
    customerReference,
    context.fingerprint,
  );
  const { networkTransactionId } = approval;
  if (known) {
    return {
      method: {
        ...known,
        card,
        networkTransactionId: networkTransactionId ?? known.networkTransactionId,
        updatedAt: now,
      },
      isNew: false,
    };
  }
  const label = savedCardLabelOf(payment);
  const method: PaymentMethod = {
    id: newId('PaymentMethodId', gateway.random),
    merchantId,
    customerReference,
    hexToken: randomHex(gateway.random, 11),
    status: 'active',
    blockedReason: null,
    isDefault: false,
    nickname: label.nickname,
    declaredFunding: label.declaredFunding,
    card,
    fingerprint: context.fingerprint,
    networkTransactionId,
    createdAt: now,
    updatedAt: now,
  };
  return { method, isNew: true };
}

/** How the merchant wants the saved card called; kept with the payment, for the cardholder may be at the issuer meanwhile. */
function savedCardLabelOf(payment: Payment): CreatePayment['savedCardLabel'] {
  const label = payment.details.savedCardLabel;
  if (typeof label !== 'object' || label === null) return { nickname: null, declaredFunding: null };
  const { nickname, declaredFunding } = label as Record<string, unknown>;
  return {
    nickname: typeof nickname === 'string' ? nickname : null,
    declaredFunding: declaredFunding === 'credit' || declaredFunding === 'debit' ? declaredFunding : null,
  };
}

/**
 * Ends a payment as failed, or takes it back to its hosted page for another card; with its attempt's decline when there
 * is one. The card's code dies with it.
 */
export async function failPayment(
  gateway: Gateway,
  context: AuthorizationContext,
  payment: Payment,
  attempt: Attempt | null,
  reason: DeclineReason,
  acquirerReference: string | null = null,
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
    attempt: attempt ? attemptDeclined(attempt.id, reason, acquirerReference, now) : undefined,
    dropCvcOf: payment.source === 'saved' ? undefined : payment.card?.id,
    riskDecisions: context.decisions,
    answer: answerFor(context, outcome),
  });
  if (recorded !== 'recorded') return readBack(gateway, payment);
  if (event) gateway.deliveriesWaiting();
  return { kind: 'done', outcome };
}

/** Somebody else wrote first: what they wrote is the truth. */
export async function readBack(gateway: Gateway, payment: Payment): Promise<PaymentResult> {
  const current = await gateway.payments.findPayment(payment.merchantId, { id: payment.id });
  assert(current, 'a payment that was read is still there');
  return { kind: 'done', outcome: { payment: current, challenge: null, savedCard: null } };
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

/** What carrying a payment on needs when no request of its dialect waits: after the issuer's page, or by a worker. */
export async function contextOfPayment(gateway: Gateway, payment: Payment): Promise<AuthorizationContext> {
  const merchant = await gateway.directory.findMerchant(payment.merchantId);
  assert(merchant, 'a payment belongs to a merchant');
  const method = payment.paymentMethodId
    ? await gateway.cards.findPaymentMethod(payment.merchantId, { id: payment.paymentMethodId })
    : null;
  const fingerprint =
    payment.saveCard && payment.card
      ? await gateway.cards.findFingerprint(payment.merchantId, payment.card.id)
      : null;
  return {
    command: null,
    merchant,
    method,
    fingerprint,
    keyHash: null,
    browser: unknownBrowser,
    decisions: [],
  };
}
