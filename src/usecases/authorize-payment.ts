import type { Attempt } from '../domain/attempt.ts';
import type { Payment } from '../domain/payment.ts';
import { assert } from '../lib/assert.ts';
import { recordApproval } from './approve-payment.ts';
import { asAskedFor } from './asked-for.ts';
import { attemptUnknown, touched } from './attempts.ts';
import type { AuthorizationContext } from './authorization-context.ts';
import type { PaymentResult } from './commands.ts';
import { failPayment } from './fail-payment.ts';
import type { Gateway } from './gateway.ts';
import type { AcquirerOutcome, AuthenticationProof } from './ports/acquirer.ts';
import { noteDecline } from './risk/admit-card.ts';
import { judgeApproval } from './risk/judge-payment.ts';
import { refuseApproved } from './risk/refuse-approved.ts';

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
  const outcome = await askAcquirer(gateway, context, payment, attempt, proof);
  return recordAuthorization(gateway, context, payment, attempt, outcome);
}

/** Sends a committed attempt to the acquirer; a card that can no longer be opened is declined without asking. */
export async function askAcquirer(
  gateway: Gateway,
  context: AuthorizationContext,
  payment: Payment,
  attempt: Attempt,
  proof: AuthenticationProof | null,
): Promise<AcquirerOutcome> {
  const { card } = payment;
  assert(card, 'a payment without a card cannot be authorized');
  const opened = await gateway.vault.open(payment.merchantId, card.id, attempt.id);
  const needsCode = payment.source !== 'saved';
  if (!opened.pan || (needsCode && !opened.cvc))
    return { kind: 'declined', reason: 'card_data_lost', acquirerReference: null };
  return gateway.acquirer.authorize({
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
}

/** Records what the acquirer answered to an attempt, or that it did not answer. */
export async function recordAuthorization(
  gateway: Gateway,
  context: AuthorizationContext,
  payment: Payment,
  attempt: Attempt,
  answer: AcquirerOutcome,
): Promise<PaymentResult> {
  const outcome = asAskedFor(payment, attempt, answer);
  switch (outcome.kind) {
    case 'unknown':
      return leaveUnknown(gateway, context, payment, attempt, outcome.cause);
    case 'declined':
      noteDecline(gateway, context, payment, outcome.reason, attempt.id);
      return failPayment(gateway, context, payment, attempt, outcome.reason, {
        acquirerReference: outcome.acquirerReference,
      });
    case 'approved': {
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
    // A message is never sent twice, so nobody needs the code any more.
    dropCvcOf: payment.source === 'saved' ? undefined : payment.card?.id,
    riskDecisions: context.decisions,
  });
  return { kind: 'done', outcome: { payment, challenge: null, savedCard: null } };
}
