import type { Fault } from '../cards.ts';

/** How an answer leaves the bank; everything but `answer` is a way of not giving it. */
export type Delivery = 'answer' | 'hang' | 'reset' | 'error_500' | 'garbage' | 'hang_up';

/** What the bank does wrong around a message of one kind. */
const authorizationDeliveries: Record<Fault, Delivery> = {
  timeout_after_authorizing: 'hang',
  reset_after_authorizing: 'reset',
  error_500_after_authorizing: 'error_500',
  garbage_answer: 'garbage',
  never_received: 'hang_up',
  approves_twice: 'answer',
  approves_late: 'hang_up',
  approves_partial_amount: 'answer',
  wrong_currency: 'answer',
  capture_answer_lost: 'answer',
  refund_answer_lost: 'answer',
  inquiry_contradicts: 'answer',
  reversal_refused: 'answer',
};

/** How the first answer to an authorization of this fault leaves the bank. */
export function authorizationDelivery(fault: Fault | null): Delivery {
  return fault === null ? 'answer' : authorizationDeliveries[fault];
}

/** How the first answer to a capture, void or refund leaves the bank. */
export function followUpDelivery(kind: 'capture' | 'void' | 'refund', fault: Fault | null): Delivery {
  if (kind === 'capture' && fault === 'capture_answer_lost') return 'reset';
  if (kind === 'refund' && fault === 'refund_answer_lost') return 'reset';
  return 'answer';
}

/** What is booked, and answered, where `asked` was asked for. */
export function bookedMoney(
  fault: Fault | null,
  asked: { amount: bigint; currency: string },
): { amount: bigint; currency: string } {
  switch (fault) {
    case 'approves_partial_amount':
    case 'reversal_refused':
      return { amount: asked.amount > 1n ? asked.amount / 2n : 1n, currency: asked.currency };
    case 'wrong_currency':
      return { amount: asked.amount, currency: asked.currency === 'EUR' ? 'USD' : 'EUR' };
    default:
      // Not the whole message: what is returned is booked, and a message holds the card's number.
      return { amount: asked.amount, currency: asked.currency };
  }
}

/** How long an approval that comes late stays out of the book, by the bank's clock. */
export const lateSeconds = 60;
/** How often a card of `reversal_refused` has its reversal refused before it is acknowledged. */
export const reversalsRefusedMax = 2;
/** The longest that a hung answer is held, should the other side never hang up. */
export const hangMsMax = 120_000;
