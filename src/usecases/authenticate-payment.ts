import type { Attempt } from '../domain/attempt.ts';
import { type AttemptId, type AuthenticationId, newId } from '../domain/ids.ts';
import {
  beginAuthorization,
  isRefusal,
  note,
  type Payment,
  requireAuthentication,
} from '../domain/payment.ts';
import { assert } from '../lib/assert.ts';
import { addSeconds } from '../lib/clock.ts';
import { attemptDeclined, authorizationAttempt, newEvent, touched } from './attempts.ts';
import { type AuthorizationContext, answerFor } from './authorization-context.ts';
import { authorizePayment } from './authorize-payment.ts';
import type { PaymentOutcome, PaymentResult } from './commands.ts';
import { failPayment } from './fail-payment.ts';
import type { Gateway } from './gateway.ts';
import type { AuthenticationProof } from './ports/acquirer.ts';
import type { AuthenticationAnswer } from './ports/authenticator.ts';
import type { Authentication, PaymentChange } from './ports/store.ts';
import { readBack } from './read-back.ts';
import { codeExpiry } from './tokenize-card.ts';
import { newUnguessableToken, newUuid } from './unguessable-token.ts';

/** An authentication that is about to be asked for, with the two secrets that only addresses carry. */
export interface PendingAuthentication {
  readonly authentication: Authentication;
  readonly browserToken: string;
  readonly resultsToken: string;
}

export function newAuthentication(
  gateway: Gateway,
  payment: Payment,
  id: AuthenticationId,
  expiresAt: Date,
): PendingAuthentication {
  const browser = newUnguessableToken(gateway.random);
  const results = newUnguessableToken(gateway.random);
  const authentication: Authentication = {
    id,
    paymentId: payment.id,
    merchantId: payment.merchantId,
    state: 'requested',
    serverTransactionId: newUuid(gateway.random),
    acsTransactionId: null,
    dsTransactionId: null,
    acsUrl: null,
    creq: null,
    browserTokenHash: browser.hash,
    resultsTokenHash: results.hash,
    proof: null,
    challengeCancel: null,
    createdAt: gateway.clock.now(),
    expiresAt,
  };
  return { authentication, browserToken: browser.token, resultsToken: results.token };
}

/** Asks the issuer about a payment that was opened as `authenticating`, and goes on as it answers. */
export async function authenticatePayment(
  gateway: Gateway,
  context: AuthorizationContext,
  payment: Payment,
  pending: PendingAuthentication,
  challenge: 'no_preference' | 'mandated',
): Promise<PaymentResult> {
  const answer = await ask(gateway, context, payment, pending, {
    challenge,
    openedFor: pending.authentication.id,
  });
  switch (answer.kind) {
    case 'challenge': {
      const noted = note(payment, 'payment.authentication_required', gateway.clock.now());
      return recordChallenge(gateway, context, noted.payment, pending, answer, {});
    }
    case 'frictionless':
      return authorizeFrictionless(gateway, context, payment, pending, answer.proof, undefined);
    case 'refused':
      return failPayment(gateway, context, payment, null, 'authentication_failed');
    case 'unavailable':
      // U, or no answer: without the merchant's word we do not go on unauthenticated.
      return failPayment(gateway, context, payment, null, 'issuer_unavailable');
  }
}

/** The issuer declined softly and wants the cardholder: the declined attempt ends, the payment waits for the ACS. */
export async function authenticateAfterSoftDecline(
  gateway: Gateway,
  context: AuthorizationContext,
  payment: Payment,
  attempt: Attempt,
  acquirerReference: string | null,
): Promise<PaymentResult> {
  assert(context.command, 'only a request that waits can be told to authenticate');
  const now = gateway.clock.now();
  const expiresAt = addSeconds(now, context.command.challengeSeconds);
  const pending = newAuthentication(gateway, payment, newId('AuthenticationId', gateway.random), expiresAt);
  // The authentication is not written yet: the number is read under the record of the attempt that was declined.
  const answer = await ask(gateway, context, payment, pending, {
    challenge: 'mandated',
    openedFor: attempt.id,
  });
  const softDecline = { declineReason: 'authentication_required', acquirerReference } as const;
  const declined = attemptDeclined(attempt.id, softDecline.declineReason, acquirerReference, now);
  switch (answer.kind) {
    case 'challenge': {
      const transition = requireAuthentication(
        payment,
        pending.authentication.id,
        expiresAt,
        gateway.clock.now(),
      );
      assert(!isRefusal(transition), 'an authorizing payment can be authenticated');
      return recordChallenge(gateway, context, transition.payment, pending, answer, { attempt: declined });
    }
    case 'frictionless':
      return authorizeFrictionless(gateway, context, payment, pending, answer.proof, declined);
    case 'refused':
      return failPayment(gateway, context, payment, attempt, 'authentication_failed', softDecline);
    case 'unavailable':
      return failPayment(gateway, context, payment, attempt, 'issuer_unavailable', softDecline);
  }
}

async function ask(
  gateway: Gateway,
  context: AuthorizationContext,
  payment: Payment,
  pending: PendingAuthentication,
  {
    challenge,
    openedFor,
  }: {
    readonly challenge: 'no_preference' | 'mandated';
    readonly openedFor: AttemptId | AuthenticationId;
  },
): Promise<AuthenticationAnswer> {
  assert(payment.card && context.command, 'only a payment with a card, under a request, is authenticated');
  const { pan } = await gateway.vault.open(payment.merchantId, payment.card.id, openedFor);
  if (!pan) return { kind: 'unavailable', cause: 'the card number is no longer stored' };
  return gateway.authenticator.authenticate({
    id: pending.authentication.id,
    serverTransactionId: pending.authentication.serverTransactionId,
    pan,
    expiry: payment.card.expiry,
    amount: payment.amount,
    currency: payment.currency,
    merchantName: context.merchant.name,
    purchaseDate: payment.createdAt,
    notificationUrl: context.command.notificationUrl(pending.browserToken),
    resultsUrl: gateway.resultsUrl(pending.resultsToken),
    challenge,
  });
}

async function recordChallenge(
  gateway: Gateway,
  context: AuthorizationContext,
  payment: Payment,
  pending: PendingAuthentication,
  answer: Extract<AuthenticationAnswer, { kind: 'challenge' }>,
  rest: Pick<PaymentChange, 'attempt'>,
): Promise<PaymentResult> {
  const { acsUrl, creq, acsTransactionId, dsTransactionId } = answer;
  const outcome: PaymentOutcome = {
    payment,
    challenge: { browserToken: pending.browserToken, acsUrl, creq },
    savedCard: null,
  };
  const recorded = await gateway.payments.recordChange({
    ...rest,
    payment,
    event: newEvent(gateway, 'payment.authentication_required'),
    authentication: {
      ...pending.authentication,
      state: 'challenge',
      acsUrl,
      creq,
      acsTransactionId,
      dsTransactionId,
    },
    keepCvc: codeToKeep(payment, pending.authentication.expiresAt),
    riskDecisions: context.decisions,
    answer: answerFor(context, outcome),
  });
  if (recorded !== 'recorded') return readBack(gateway, payment);
  gateway.deliveriesWaiting();
  return { kind: 'done', outcome };
}

/** A token's code would be gone with the token; the cardholder may come back later than that. */
function codeToKeep({ card, source }: Payment, challengeUntil: Date): PaymentChange['keepCvc'] {
  return card && source !== 'saved' ? { of: card.id, until: codeExpiry(challengeUntil) } : undefined;
}

/** The issuer was satisfied without the cardholder: the payment is sent with the proof, at once. */
async function authorizeFrictionless(
  gateway: Gateway,
  context: AuthorizationContext,
  payment: Payment,
  pending: PendingAuthentication,
  proof: AuthenticationProof,
  declined: PaymentChange['attempt'],
): Promise<PaymentResult> {
  const now = gateway.clock.now();
  const begun =
    payment.status.state === 'authorizing' ? touched(payment, now) : beginAuthorization(payment, now);
  assert(!isRefusal(begun), 'a payment under way can be authorized');
  const attempt = authorizationAttempt(gateway, begun);
  const recorded = await gateway.payments.recordChange({
    payment: begun,
    // In one commit with the attempt that follows it: nobody looks after a payment without an open one.
    attempt: declined,
    newAttempt: attempt,
    authentication: { ...pending.authentication, state: 'spent', proof },
    riskDecisions: context.decisions,
  });
  if (recorded !== 'recorded') return readBack(gateway, payment);
  return authorizePayment(gateway, context, begun, attempt, proof);
}
