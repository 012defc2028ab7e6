import type { AttemptState } from './attempt.ts';
import type { AttemptId, MerchantId, PaymentId } from './ids.ts';
import type { MinorUnits } from './money.ts';
import type { PaymentState } from './payment.ts';

/**
 * What may differ between the acquirer's book and ours:
 *
 * | cause | means |
 * |---|---|
 * | at_bank_only | money moved there under a reference that we never committed |
 * | ours_only | we hold it for approved, the acquirer knows of nothing |
 * | currency_differs, amount_differs | approved for other money than we believe |
 * | state_differs | held, claimed, released or given back there, and not here |
 * | captured_differs, refunded_differs | other sums claimed or given back |
 * | two_authorizations_for_one_attempt | a second one is in force beside the one that we know |
 * | live_at_bank_but_failed_here | in force there, while our attempt was declined, given up, reversed or voided |
 * | outcome_unknown | asked about for more than a day, and the acquirer still does not say |
 */
export const differenceCauses = [
  'at_bank_only',
  'ours_only',
  'currency_differs',
  'amount_differs',
  'state_differs',
  'captured_differs',
  'refunded_differs',
  'two_authorizations_for_one_attempt',
  'live_at_bank_but_failed_here',
  'outcome_unknown',
] as const;
export type DifferenceCause = (typeof differenceCauses)[number];

/** A line of the acquirer's book. */
export interface TheirLine {
  readonly acquirerReference: string;
  readonly state: 'authorized' | 'captured' | 'voided' | 'reversed' | 'refunded' | 'declined';
  readonly amount: MinorUnits;
  readonly currency: string;
  readonly captured: MinorUnits;
  readonly refunded: MinorUnits;
}

/** An authorization or purchase of ours, and what its payment became. */
export interface OurLine {
  readonly reference: AttemptId;
  readonly paymentId: PaymentId;
  readonly merchantId: MerchantId;
  readonly attemptState: AttemptState;
  /** Whether this attempt is the one that stands behind its payment. */
  readonly stands: boolean;
  readonly acquirerReference: string | null;
  readonly amount: MinorUnits;
  readonly currency: string;
  readonly paymentState: PaymentState;
  readonly captured: MinorUnits;
  readonly refunded: MinorUnits;
  readonly refunding: MinorUnits;
}

/** One difference, and what mends it without asking anybody. */
export interface Finding {
  readonly cause: DifferenceCause;
  readonly theirs: TheirLine | null;
  /** `reverse_all` undoes everything under the reference, `reverse_line` only the line found. */
  readonly remedy: 'reverse_all' | 'reverse_line' | null;
}

const openStates: ReadonlySet<AttemptState> = new Set(['queued', 'sending', 'unknown', 'reversing']);

/** Whether the line holds a customer's money, or took it. */
function isLive(line: TheirLine): boolean {
  return line.state === 'authorized' || line.state === 'captured';
}

/**
 * Compares what both sides say about one reference. An attempt whose outcome is still open is no difference: whoever
 * resolves it will decide. What holds a customer's money without right gets a remedy; the rest is for a person to judge.
 */
export function compareLines(ours: OurLine | null, theirs: readonly TheirLine[]): readonly Finding[] {
  if (!ours) {
    return theirs
      .filter((line) => isLive(line) || line.state === 'refunded')
      .map((line) => ({ cause: 'at_bank_only', theirs: line, remedy: null }));
  }
  if (openStates.has(ours.attemptState)) return [];
  if (!ours.stands) {
    return theirs
      .filter(isLive)
      .map((line) => ({ cause: 'live_at_bank_but_failed_here', theirs: line, remedy: 'reverse_all' }));
  }
  const known = theirs.find((line) => line.acquirerReference === ours.acquirerReference) ?? theirs[0];
  if (!known) return [{ cause: 'ours_only', theirs: null, remedy: null }];
  const second = theirs
    .filter((line) => line !== known && isLive(line))
    .map((line) => ({
      cause: 'two_authorizations_for_one_attempt' as const,
      theirs: line,
      remedy: 'reverse_line' as const,
    }));
  const cause = compareStanding(ours, known);
  return cause ? [{ cause, theirs: known, remedy: null }, ...second] : second;
}

function compareStanding(ours: OurLine, theirs: TheirLine): DifferenceCause | undefined {
  if (theirs.currency !== ours.currency) return 'currency_differs';
  if (theirs.amount !== ours.amount) return 'amount_differs';
  if (ours.paymentState === 'authorized') return theirs.state === 'authorized' ? undefined : 'state_differs';
  if (theirs.state !== 'captured' && theirs.state !== 'refunded') return 'state_differs';
  if (theirs.captured !== ours.captured) return 'captured_differs';
  // A refund that was asked for and not yet answered may count there already.
  const fits = theirs.refunded >= ours.refunded && theirs.refunded <= ours.refunded + ours.refunding;
  return fits ? undefined : 'refunded_differs';
}
