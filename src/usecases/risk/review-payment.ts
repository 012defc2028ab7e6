import type { MerchantId, PaymentId } from '../../domain/ids.ts';
import type { Payment } from '../../domain/payment.ts';
import { refundableAmount } from '../../domain/payment-refund.ts';
import { type Refusal, refuse } from '../../domain/refusal.ts';
import type { ReviewState } from '../../domain/risk/decision.ts';
import type { Gateway } from '../gateway.ts';
import { refundPayment } from '../refund-payment.ts';
import { voidPayment } from '../void-payment.ts';

export type ReviewResult =
  | { readonly kind: 'done'; readonly payment: Payment }
  /** The acquirer said no to giving the money back: the review stays open. */
  | { readonly kind: 'declined'; readonly payment: Payment }
  | { readonly kind: 'refused'; readonly refusal: Refusal };

const notOpen = refuse('invalid_status', 'The payment has no open review.');

/**
 * Decides an open review. `approved` lets the payment be. `refused` takes it back: a hold is voided, captured money is
 * refunded as far as it has not been; a payment without money is only marked. The same verdict again changes nothing.
 */
export async function reviewPayment(
  gateway: Gateway,
  command: {
    readonly merchantId: MerchantId;
    readonly paymentId: PaymentId;
    readonly verdict: 'approved' | 'refused';
  },
): Promise<ReviewResult> {
  const { merchantId, paymentId, verdict } = command;
  const payment = await gateway.payments.findPayment(merchantId, { id: paymentId });
  if (!payment) return { kind: 'refused', refusal: refuse('not_found', 'There is no payment of that id.') };
  const state = await findReviewState(gateway, payment);
  if (state === verdict) return { kind: 'done', payment };
  if (state !== 'open') return { kind: 'refused', refusal: notOpen };
  const back = verdict === 'refused' ? await takeBack(gateway, payment) : ({ kind: 'done' } as const);
  if (back.kind === 'refused') return back;
  if (back.kind === 'declined') return { kind: 'declined', payment };
  const closed = await gateway.risk.closeReview(merchantId, paymentId, verdict, gateway.clock.now());
  // Somebody else was faster; to the same end, or to the other.
  if (!closed && (await findReviewState(gateway, payment)) !== verdict)
    return { kind: 'refused', refusal: notOpen };
  const current = await gateway.payments.findPayment(merchantId, { id: paymentId });
  return { kind: 'done', payment: current ?? payment };
}

/** Where the payment's review stands: open as long as any is; null when it never had one. */
async function findReviewState(gateway: Gateway, { merchantId, id }: Payment): Promise<ReviewState | null> {
  const decisions = await gateway.risk.listDecisions(merchantId, id);
  const states = decisions.flatMap(({ review, superseded }) => (superseded ? [] : (review ?? [])));
  return states.includes('open') ? 'open' : (states[0] ?? null);
}

const noOutcomeYet = {
  kind: 'refused',
  refusal: refuse('operation_in_progress', 'The acquirer has not answered yet. Try again shortly.'),
} as const;

/** A refund or void of which the outcome is not known leaves the review open: it may still come to nothing. */
async function takeBack(
  gateway: Gateway,
  payment: Payment,
): Promise<{ kind: 'done' } | { kind: 'declined' } | { kind: 'refused'; refusal: Refusal }> {
  // Nobody asked under a key of this operation, so there is no answer to keep: `render` is never called.
  const asked = {
    merchantId: payment.merchantId,
    name: { id: payment.id },
    claim: null,
    render: () => ({ status: 200, body: '' }),
  };
  switch (payment.status.state) {
    case 'failed':
    case 'voided':
      return { kind: 'done' };
    case 'captured': {
      if (refundableAmount(payment) === 0n) return asGivenBack(payment);
      const result = await refundPayment(gateway, {
        ...asked,
        amount: null,
        reason: 'Refused after review',
        merchantReference: null,
        settle: 'await',
      });
      return result.kind === 'done' ? asGivenBack(result.payment) : asTaken(result);
    }
    case 'authorized':
      return asTaken(await voidPayment(gateway, asked));
    case 'awaiting_card':
    case 'authenticating':
    case 'authorizing':
      return noOutcomeYet;
  }
}

/** Nothing is left to ask back; what was asked back may not have gone through yet. */
function asGivenBack({ status }: Payment): { kind: 'done' } | typeof noOutcomeYet {
  return status.state === 'captured' && status.refunding > 0n ? noOutcomeYet : { kind: 'done' };
}

function asTaken(
  result:
    | { readonly kind: 'done' | 'unknown' | 'declined' | 'earlier' }
    | { kind: 'refused'; refusal: Refusal },
): { kind: 'done' } | { kind: 'declined' } | { kind: 'refused'; refusal: Refusal } {
  switch (result.kind) {
    case 'refused':
      return { kind: 'refused', refusal: result.refusal };
    case 'declined':
      return { kind: 'declined' };
    case 'unknown':
      return noOutcomeYet;
    default:
      return { kind: 'done' };
  }
}
