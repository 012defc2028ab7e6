import type { Attempt } from '../domain/attempt.ts';
import { newId } from '../domain/ids.ts';
import { applyAuthorization, isRefusal, type Payment } from '../domain/payment.ts';
import type { PaymentMethod } from '../domain/payment-method.ts';
import { assert } from '../lib/assert.ts';
import { addSeconds } from '../lib/clock.ts';
import { randomHex } from '../lib/random.ts';
import { attemptApproved, newEvent } from './attempts.ts';
import { type AuthorizationContext, answerFor } from './authorization-context.ts';
import type { CreatePayment, PaymentOutcome, PaymentResult } from './commands.ts';
import type { Gateway } from './gateway.ts';
import type { Approval } from './ports/acquirer.ts';
import type { PaymentChange } from './ports/store.ts';
import { readBack } from './read-back.ts';
import { undoLateApproval } from './undo-late-approval.ts';

/** Seven days: the shortest hold that the networks promise for a customer-present payment. */
const holdSeconds = 7 * 24 * 3600;
/** How often an approval is recorded again after somebody saved the same card, or noted something else of the payment. */
const racesMax = 20;

/** Records an approval that was asked for; one that comes after the payment ended is undone. */
export async function recordApproval(
  gateway: Gateway,
  context: AuthorizationContext,
  payment: Payment,
  attempt: Attempt,
  approval: Approval,
): Promise<PaymentResult> {
  let current = payment;
  for (let race = 0; race < racesMax; race++) {
    const now = gateway.clock.now();
    const { change, outcome } = await approvalChange(gateway, context, current, attempt, approval, now);
    const recorded = await gateway.payments.recordChange(change);
    if (recorded === 'recorded') {
      gateway.deliveriesWaiting();
      return { kind: 'done', outcome };
    }
    if (recorded === 'saved_card_raced') continue;
    const waiting = await findWaiting(gateway, attempt);
    if (!waiting) {
      await undoLateApproval(gateway, attempt);
      return readBack(gateway, payment);
    }
    current = waiting;
  }
  // The attempt is open: a worker asks the acquirer, and records what we could not.
  return readBack(gateway, payment);
}

/** The payment as it is now, if it still waits for the answer to this attempt. */
async function findWaiting(gateway: Gateway, attempt: Attempt): Promise<Payment | null> {
  // The payment first: whoever ends the attempt after this read moves the payment's version.
  const payment = await gateway.payments.findPayment(attempt.merchantId, { id: attempt.paymentId });
  const current = await gateway.payments.findAttempt(attempt.merchantId, attempt.id);
  const isOpen = current?.state === 'sending' || current?.state === 'unknown';
  return isOpen && payment?.status.state === 'authorizing' ? payment : null;
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
