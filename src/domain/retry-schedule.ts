import { addSeconds } from '../lib/clock.ts';

/** Waits after try 1, 2, … in seconds, each longer or shorter by up to the share `jitter`. */
export interface RetrySchedule {
  readonly retrySeconds: readonly number[];
  readonly jitter: number;
}

/** The longest wait that a receiver may ask for. */
export const retryAfterSecondsMax = 24 * 3600;

/**
 * When to try again after try number `tryNumber` (from 1) was refused; null when the schedule has ended. A receiver's
 * Retry-After lengthens the wait up to a day and never shortens it. `fraction` is random, from 0 up to 1.
 */
export function nextRetryAt(
  schedule: RetrySchedule,
  refused: {
    readonly tryNumber: number;
    readonly now: Date;
    readonly retryAfterSeconds: number | null;
    readonly fraction: number;
  },
): Date | null {
  const planned = schedule.retrySeconds[refused.tryNumber - 1];
  if (planned === undefined) return null;
  const wait = planned * (1 + schedule.jitter * (2 * refused.fraction - 1));
  const asked = Math.min(refused.retryAfterSeconds ?? 0, retryAfterSecondsMax);
  return addSeconds(refused.now, Math.max(wait, asked));
}
