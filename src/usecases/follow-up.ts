import type { Attempt, AttemptKind } from '../domain/attempt.ts';
import type { MerchantId } from '../domain/ids.ts';
import type { MinorUnits } from '../domain/money.ts';
import type { Payment, Transition } from '../domain/payment.ts';
import { isRefusal } from '../domain/payment.ts';
import { type Refusal, refuse } from '../domain/refusal.ts';
import { assert } from '../lib/assert.ts';
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
import type { IdempotencyClaim, PaymentName, StoredAnswer } from './ports/store.ts';

/** How often an operation is begun again after somebody else wrote between its read and its write. */
const racesMax = 5;

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
}

/**
 * Runs an operation on a held authorization: judge, commit the attempt, send it with nothing open in the database, commit
 * what came back. A decline leaves the payment as it was; silence leaves the attempt for a worker to find out.
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
  const outcome = await operation.send({
    reference: attempt.id,
    acquirerReference: payment.status.authorization.acquirerReference,
    amount: attempt.amount,
    currency: payment.currency,
  });
  const now = gateway.clock.now();
  switch (outcome.kind) {
    case 'unknown':
      await gateway.payments.recordChange({
        payment: touched(payment, now),
        attempt: attemptUnknown(attempt.id, outcome.cause, now),
      });
      return { kind: 'unknown', payment };
    case 'declined': {
      const result = { kind: 'declined', payment: touched(payment, now), reason: outcome.reason } as const;
      await gateway.payments.recordChange({
        payment: result.payment,
        attempt: attemptDeclined(attempt.id, outcome.reason, outcome.acquirerReference, now),
        answer: answerOf(command, result),
      });
      return result;
    }
    case 'approved': {
      const transition = operation.apply(payment, now);
      assert(!isRefusal(transition), 'what was judged before is applied after');
      const result = { kind: 'done', payment: transition.payment } as const;
      const recorded = await gateway.payments.recordChange({
        payment: transition.payment,
        event: newEvent(gateway, transition.event),
        attempt: attemptApproved(attempt.id, outcome, now),
        answer: answerOf(command, result),
      });
      gateway.deliveriesWaiting();
      if (recorded === 'recorded') return result;
      const current = await gateway.payments.findPayment(payment.merchantId, { id: payment.id });
      assert(current, 'a payment that was read is still there');
      return { kind: 'done', payment: current };
    }
  }
}

/** The answer to keep under the request's key. */
export function answerOf<Outcome>(
  command: { readonly claim: IdempotencyClaim | null; readonly render: (outcome: Outcome) => StoredAnswer },
  outcome: Outcome,
): { keyHash: Buffer; answer: StoredAnswer } | undefined {
  return command.claim ? { keyHash: command.claim.keyHash, answer: command.render(outcome) } : undefined;
}
