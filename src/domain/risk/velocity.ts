/** What attempts are counted by. */
export const velocityDimensions = ['fingerprint', 'ip', 'email', 'bin', 'device'] as const;
export type VelocityDimension = (typeof velocityDimensions)[number];

export const velocityWindows = { '1m': 60, '1h': 3600, '24h': 86_400 } as const;
export type VelocityWindow = keyof typeof velocityWindows;

/** What a rule wants counted. */
export interface VelocityQuestion {
  readonly of: VelocityDimension;
  readonly window: VelocityWindow;
}

/** How often a value tried within a window that ends now, this attempt among them. */
export interface VelocityCount extends VelocityQuestion {
  readonly count: number;
}

/** A counter as it is kept: attempts of the span that began at `begunAt`, and of the one right before it. */
export interface SpanCounter {
  readonly begunAt: Date;
  readonly attempts: number;
  readonly attemptsBefore: number;
}

/**
 * Attempts within the window that ends at `now`: those of this span, and of the span before as many as evenly spread
 * ones would still lie in the window. Exact while there was no span before; never less than this span's own.
 */
export function slidingCount(counter: SpanCounter, window: VelocityWindow, now: Date): number {
  const spanMs = velocityWindows[window] * 1000;
  const elapsed = Math.max(0, now.getTime() - counter.begunAt.getTime());
  const share = Math.max(0, 1 - elapsed / spanMs);
  return counter.attempts + Math.floor(counter.attemptsBefore * share);
}
