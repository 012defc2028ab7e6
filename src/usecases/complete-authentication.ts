import { applyVoid, beginAuthorization, isRefusal, type Payment } from '../domain/payment.ts';
import { assert } from '../lib/assert.ts';
import { authorizationAttempt, newEvent } from './attempts.ts';
import { contextOfPayment } from './authorization-context.ts';
import { authorizePayment } from './authorize-payment.ts';
import type { PaymentResult } from './commands.ts';
import { failPayment } from './fail-payment.ts';
import type { Gateway } from './gateway.ts';
import type { AuthenticationResult } from './ports/authenticator.ts';
import type { Authentication } from './ports/store.ts';
import { hashToken } from './unguessable-token.ts';

export type CompletionResult =
  /** The outcome is decided; a second return only reads it. */
  | { readonly kind: 'final'; readonly payment: Payment }
  /** The card did not go through, and the hosted page takes another one until its link expires. */
  | { readonly kind: 'another_card'; readonly payment: Payment; readonly openUntil: Date }
  /** The browser came back, but the issuer's server told us nothing yet: the browser alone proves nothing. */
  | { readonly kind: 'waiting'; readonly payment: Payment; readonly acsUrl: string; readonly creq: string }
  /** The acquirer has it, or somebody else is completing it right now. */
  | { readonly kind: 'in_progress'; readonly payment: Payment }
  | { readonly kind: 'unknown_token' };

/** How long a second return waits for the first one to finish before it says so: 50 looks, 100 ms apart. */
const looksMax = 50;
const lookEveryMs = 100;

async function load(
  gateway: Gateway,
  browserToken: string,
): Promise<{ authentication: Authentication; payment: Payment } | null> {
  const authentication = await gateway.payments.findAuthentication({
    browserTokenHash: hashToken(browserToken),
  });
  if (!authentication) return null;
  const payment = await gateway.payments.findPayment(authentication.merchantId, {
    id: authentication.paymentId,
  });
  assert(payment, 'an authentication belongs to a payment');
  return { authentication, payment };
}

/** Where the cardholder of this token authenticates, or that there is nothing left to do; null for an unknown token. */
export async function findChallenge(
  gateway: Gateway,
  browserToken: string,
): Promise<
  | { readonly payment: Payment; readonly acsUrl: string; readonly creq: string }
  | { readonly payment: Payment; readonly finished: true }
  | null
> {
  const found = await load(gateway, browserToken);
  if (!found) return null;
  const { authentication, payment } = found;
  const open = isWaitingFor(payment, authentication) && authentication.state === 'challenge';
  if (!open || authentication.acsUrl === null || authentication.creq === null)
    return { payment, finished: true };
  return { payment, acsUrl: authentication.acsUrl, creq: authentication.creq };
}

/** Whether this authentication is the one that the payment waits for. */
function isWaitingFor(payment: Payment, authentication: Authentication): boolean {
  return payment.status.state === 'authenticating' && payment.status.authenticationId === authentication.id;
}

/** Keeps the issuer's word, given server to server (the RReq); false when no challenge waits for it. */
export async function recordAuthenticationResult(
  gateway: Gateway,
  resultsToken: string,
  result: AuthenticationResult,
): Promise<boolean> {
  return gateway.payments.recordAuthenticationResult(hashToken(resultsToken), result, gateway.clock.now());
}

/**
 * Carries a payment on after the browser came back from the issuer. Only what the issuer's server told us counts. The
 * state changes before this returns; late, repeated and forged returns change nothing.
 */
export async function completeAuthentication(
  gateway: Gateway,
  browserToken: string,
): Promise<CompletionResult> {
  const found = await load(gateway, browserToken);
  if (!found) return { kind: 'unknown_token' };
  const { authentication, payment } = found;
  if (!isWaitingFor(payment, authentication)) return settled(gateway, payment);
  if (
    authentication.state === 'challenge' &&
    authentication.acsUrl !== null &&
    authentication.creq !== null
  ) {
    if (gateway.clock.now() < authentication.expiresAt) {
      return { kind: 'waiting', payment, acsUrl: authentication.acsUrl, creq: authentication.creq };
    }
    return asCompletion(
      gateway,
      await failPayment(
        gateway,
        await contextOfPayment(gateway, payment),
        payment,
        null,
        'authentication_expired',
      ),
    );
  }
  if (authentication.state === 'authenticated')
    return authorizeAuthenticated(gateway, authentication, payment);
  if (authentication.state === 'refused') return stopRefused(gateway, authentication, payment);
  return settled(gateway, payment);
}

async function authorizeAuthenticated(
  gateway: Gateway,
  authentication: Authentication,
  payment: Payment,
): Promise<CompletionResult> {
  const begun = beginAuthorization(payment, gateway.clock.now());
  assert(!isRefusal(begun), 'an authenticating payment can be authorized');
  const attempt = authorizationAttempt(gateway, begun);
  // The cryptogram is good for one authorization: whoever records `spent` first sends it.
  const recorded = await gateway.payments.recordChange({
    payment: begun,
    newAttempt: attempt,
    authentication: { ...authentication, state: 'spent' },
  });
  if (recorded !== 'recorded') return waitForOther(gateway, payment);
  const context = await contextOfPayment(gateway, begun);
  return asCompletion(
    gateway,
    await authorizePayment(gateway, context, begun, attempt, authentication.proof),
  );
}

async function stopRefused(
  gateway: Gateway,
  authentication: Authentication,
  payment: Payment,
): Promise<CompletionResult> {
  const canceled = authentication.challengeCancel === '01';
  if (canceled && payment.source === 'hosted') return voidByCustomer(gateway, payment);
  const reason = canceled ? 'authentication_canceled' : 'authentication_failed';
  return asCompletion(
    gateway,
    await failPayment(gateway, await contextOfPayment(gateway, payment), payment, null, reason),
  );
}

async function voidByCustomer(gateway: Gateway, payment: Payment): Promise<CompletionResult> {
  const transition = applyVoid(payment, 'customer', gateway.clock.now());
  assert(!isRefusal(transition), 'an authenticating payment can be voided');
  const recorded = await gateway.payments.recordChange({
    payment: transition.payment,
    event: newEvent(gateway, transition.event),
    dropCvcOf: payment.card?.id,
  });
  if (recorded !== 'recorded') return waitForOther(gateway, payment);
  gateway.deliveriesWaiting();
  return { kind: 'final', payment: transition.payment };
}

async function asCompletion(gateway: Gateway, result: PaymentResult): Promise<CompletionResult> {
  assert(result.kind === 'done', 'carrying a payment on is never refused');
  return settled(gateway, result.outcome.payment);
}

async function settled(gateway: Gateway, payment: Payment): Promise<CompletionResult> {
  return outcomeOf(payment) ?? waitForOther(gateway, payment);
}

/** What a payment tells that nobody is working on; null while somebody is. */
function outcomeOf(payment: Payment): CompletionResult | null {
  const { status } = payment;
  switch (status.state) {
    case 'authorizing':
    case 'authenticating':
      return null;
    case 'awaiting_card':
      return { kind: 'another_card', payment, openUntil: status.expiresAt };
    default:
      return { kind: 'final', payment };
  }
}

/** Another return of the same browser is completing the payment: wait a little for its outcome. */
async function waitForOther(gateway: Gateway, payment: Payment): Promise<CompletionResult> {
  let current = payment;
  for (let look = 0; look < looksMax; look++) {
    const read = await gateway.payments.findPayment(payment.merchantId, { id: payment.id });
    assert(read, 'a payment that was read is still there');
    current = read;
    const outcome = outcomeOf(current);
    if (outcome) return outcome;
    await new Promise((resolve) => setTimeout(resolve, lookEveryMs));
  }
  return { kind: 'in_progress', payment: current };
}
