import type { Clock } from '../lib/clock.ts';
import type { SetBackStore } from '../usecases/ports/set-back.ts';
import type { ScheduledWork } from './schedule.ts';
import type { WorkerLog } from './worker-log.ts';

const intervalMs = 5000;
const mendEveryMs = 60_000;
/** What a time server corrects little by little is not worth a word. */
const toleranceMs = 30_000;

export interface SetBackTools {
  readonly store: SetBackStore;
  readonly clock: Clock;
  /** Never goes back, whoever sets the clock. */
  readonly monotonicMs: () => number;
  readonly log: WorkerLog;
}

/**
 * Has what lies ahead of the clock made due, once a minute and as soon as the clock is seen to have been set back: after a
 * clock that ran years ahead for a moment, nothing may wait for years.
 */
export function noticeSetBackWork({ store, clock, monotonicMs, log }: SetBackTools): ScheduledWork {
  let expected: { readonly timeMs: number; readonly atMs: number } | null = null;
  let mendedAtMs = Number.NEGATIVE_INFINITY;
  return {
    name: 'notice-set-back',
    intervalMs,
    async run() {
      const now = clock.now();
      const atMs = monotonicMs();
      const backMs = expected ? expected.timeMs + (atMs - expected.atMs) - now.getTime() : 0;
      const known = backMs > toleranceMs;
      if (known || atMs - mendedAtMs >= mendEveryMs) {
        const moved = await store.bringForward(now, known);
        mendedAtMs = atMs;
        if (known || moved > 0)
          log.warn(
            { setBackSeconds: known ? Math.round(backMs / 1000) : null, moved },
            'the clock was set back; what lay ahead of it is due now',
          );
      }
      expected = { timeMs: now.getTime(), atMs };
    },
  };
}
