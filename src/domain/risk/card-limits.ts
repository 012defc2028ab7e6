import type { DeclineReason } from '../decline.ts';

/**
 * Who tries cards: a browser's address, a merchant's cards of one BIN, a merchant, or one card over and over. Counted
 * are distinct cards that failed within the last hour; of one card, its failures.
 */
export type LimitScope = 'address' | 'bin' | 'merchant' | 'card';

/** What is done to whom has reached a limit: nothing more is taken, or its cardholders must authenticate. */
export type LimitMeasure = 'refuse' | 'authenticate';

export interface CardLimit {
  readonly scope: LimitScope;
  /** So many failed cards are borne; the next one is too many. */
  readonly failuresMax: number;
  /**
   * The share of failures among the merchant's latest payments above which the limit bites; 0 bites without looking. A
   * shop with many customers has many declines, and only their share tells an attack.
   */
  readonly shareMin: number;
  readonly measure: LimitMeasure;
}

/** Failures are counted over this time. */
export const limitWindowSeconds = 3600;
/** Who has reached a limit is held off for this long; who goes on failing afterwards reaches it again at once. */
export const limitSeconds = 600;
/** The most failures of which a count makes a difference. */
export const failuresCountedMax = 1000;

/** The strictest first. */
export const cardLimits: readonly CardLimit[] = [
  { scope: 'address', failuresMax: 40, shareMin: 0, measure: 'refuse' },
  { scope: 'card', failuresMax: 10, shareMin: 0, measure: 'refuse' },
  { scope: 'bin', failuresMax: 60, shareMin: 0.5, measure: 'refuse' },
  { scope: 'merchant', failuresMax: 500, shareMin: 0.9, measure: 'refuse' },
  { scope: 'merchant', failuresMax: 100, shareMin: 0.5, measure: 'authenticate' },
];

/**
 * The limit that so many failures of a scope have reached; undefined when none. `successes` is how many of the
 * merchant's payments of the same time went through.
 */
export function reachedLimit(scope: LimitScope, failures: number, successes: number): CardLimit | undefined {
  return cardLimits.find(
    (limit) =>
      limit.scope === scope &&
      failures > limit.failuresMax &&
      failures >= limit.shareMin * (failures + successes),
  );
}

/** Whether the successes matter for so many failures: only then are they worth counting. */
export function needsShare(scope: LimitScope, failures: number): boolean {
  return cardLimits.some(
    (limit) => limit.scope === scope && limit.shareMin > 0 && failures > limit.failuresMax,
  );
}

/** An outage says nothing of a card, and an issuer that wants to see the cardholder has not said no. */
const harmless: ReadonlySet<DeclineReason> = new Set([
  'processing_error',
  'issuer_unavailable',
  'authentication_required',
  'card_data_lost',
  'unknown_error',
]);

/** Whether a decline counts as a failed card. */
export function countsAsFailure(reason: DeclineReason): boolean {
  return !harmless.has(reason);
}
