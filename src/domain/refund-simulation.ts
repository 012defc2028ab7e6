import { addUnits, type MinorUnits, noMoney, subtractUnits } from './money.ts';
import { note, type Payment, type PaymentEventType, type Transition } from './payment.ts';
import type { Refund, RefundState } from './refund.ts';
import { type Refusal, refuse } from './refusal.ts';

/** Under which head of its payment a refund in each state counts. */
const headOf: Readonly<Record<RefundState, 'refunding' | 'refunded' | 'none'>> = {
  initiated: 'refunding',
  processing: 'refunding',
  on_hold: 'refunding',
  refunded: 'refunded',
  failed: 'none',
  reversed: 'none',
  rejected_by_bank: 'none',
};

const eventOf: Readonly<Record<RefundState, PaymentEventType>> = {
  initiated: 'refund.initiated',
  processing: 'refund.processing',
  on_hold: 'refund.on_hold',
  refunded: 'payment.refunded',
  failed: 'refund.failed',
  reversed: 'refund.reversed',
  rejected_by_bank: 'refund.rejected_by_bank',
};

/** What the sandbox is told about a refund. */
export interface SimulatedAnswer {
  readonly state: RefundState;
  readonly message: string;
  /** Null keeps the reference that the refund has. */
  readonly bankReference: string | null;
}

/**
 * Moves a refund to any state, as banks do not: the sandbox may even leave final states. The payment's sums follow, and
 * never exceed what was captured.
 */
export function simulateRefund(
  payment: Payment,
  refund: Refund,
  answer: SimulatedAnswer,
  now: Date,
): (Transition & { readonly refund: Refund }) | Refusal {
  const { status } = payment;
  if (status.state !== 'captured') return refuse('invalid_status', 'The payment is not captured.');
  const share = (head: 'refunding' | 'refunded', state: RefundState): MinorUnits =>
    headOf[state] === head ? refund.amount : noMoney;
  const refunding = addUnits(
    subtractUnits(status.refunding, share('refunding', refund.state)),
    share('refunding', answer.state),
  );
  const refunded = addUnits(
    subtractUnits(status.refunded, share('refunded', refund.state)),
    share('refunded', answer.state),
  );
  if (addUnits(refunding, refunded) > status.captured)
    return refuse('amount_too_large', 'Other refunds have taken what this one would give back.');
  const transition = note(
    { ...payment, status: { ...status, refunding, refunded } },
    eventOf[answer.state],
    now,
  );
  return {
    ...transition,
    refund: {
      ...refund,
      state: answer.state,
      message: answer.message,
      acquirerReference: answer.bankReference ?? refund.acquirerReference,
      updatedAt: now,
      refundedAt: answer.state === 'refunded' ? now : null,
    },
  };
}
