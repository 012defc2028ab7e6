import type { MerchantId } from '../domain/ids.ts';
import {
  slidingCount,
  type VelocityCount,
  type VelocityDimension,
  type VelocityWindow,
  velocityWindows,
} from '../domain/risk/velocity.ts';
import type { AttemptToCount } from '../usecases/ports/risk.ts';
import type { Parameters } from './parameters.ts';

/**
 * Counts an attempt under each value and window, as one query of a payment's commit, and returns the counters. The rows
 * are taken in one order everywhere, so that two payments with values in common wait for each other and never in a ring.
 */
export function countAttempts(
  parameters: Parameters,
  source: string,
  merchantId: MerchantId,
  counting: readonly AttemptToCount[],
  now: Date,
): string {
  const dimensions = parameters.textArray(counting.map(({ of }) => of));
  const hashes = parameters.bytesArray(counting.map(({ valueHash }) => valueHash));
  const seconds = parameters.integerArray(counting.map(({ window }) => velocityWindows[window]));
  const at = parameters.time(now);
  const within = 'excluded.begun_at < counter.begun_at + counter.span';
  const next = 'excluded.begun_at < counter.begun_at + counter.span * 2';
  return `insert into risk_counters as counter
      (merchant_id, dimension, value_hash, span, begun_at, attempts, attempts_before, expires_at)
    select ${parameters.text(merchantId)}, asked.dimension, asked.value_hash, asked.span, ${at}, 1, 0, ${at} + asked.span * 2
    from ${source}, (
      select dimension, value_hash, make_interval(secs => seconds) as span
      from unnest(${dimensions}, ${hashes}, ${seconds}) as given (dimension, value_hash, seconds)
    ) asked
    order by asked.dimension, asked.value_hash, asked.span
    on conflict (merchant_id, dimension, value_hash, span) do update set
      begun_at = case when ${within} then counter.begun_at when ${next} then counter.begun_at + counter.span
        else excluded.begun_at end,
      attempts = case when ${within} then counter.attempts + 1 else 1 end,
      attempts_before = case when ${within} then counter.attempts_before when ${next} then counter.attempts else 0 end,
      expires_at = case when ${within} then counter.expires_at when ${next} then counter.expires_at + counter.span
        else excluded.expires_at end
    returning dimension, extract(epoch from span)::integer as seconds, begun_at, attempts, attempts_before`;
}

/** The counters that `countAttempts` returned, as one JSON column. */
export const countersJson = '(select json_agg(counted) from counted) as counters';

export interface CounterRow {
  readonly dimension: VelocityDimension;
  readonly seconds: number;
  readonly begun_at: string;
  readonly attempts: number;
  readonly attempts_before: number;
}

/** What the counters say at `now`. */
export function countsOf(rows: readonly CounterRow[] | null, now: Date): VelocityCount[] {
  return (rows ?? []).flatMap((row) => {
    const window = (Object.keys(velocityWindows) as VelocityWindow[]).find(
      (known) => velocityWindows[known] === row.seconds,
    );
    if (!window) return [];
    const counter = {
      begunAt: new Date(row.begun_at),
      attempts: row.attempts,
      attemptsBefore: row.attempts_before,
    };
    return [{ of: row.dimension, window, count: slidingCount(counter, window, now) }];
  });
}
