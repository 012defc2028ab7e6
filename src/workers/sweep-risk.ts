import { limitWindowSeconds } from '../domain/risk/card-limits.ts';
import { paceSeconds } from '../domain/risk/card-pace.ts';
import { addSeconds, type Clock } from '../lib/clock.ts';
import type { RiskSweepStore } from '../usecases/ports/risk.ts';
import type { CardLimiter } from '../usecases/risk/card-limiter.ts';
import type { CardPace } from '../usecases/risk/card-pace.ts';
import type { ScheduledWork } from './schedule.ts';

const batch = 500;
/** One run of one sweep touches at most this many batches; the next run goes on. */
const batchesMax = 200;
const sweepEveryMs = 60_000;
const refreshEveryMs = 2000;

/** Removes counters, failed cards and limits that are past their time on the business clock. */
export function sweepRiskWork({ sweeps, clock }: { sweeps: RiskSweepStore; clock: Clock }): ScheduledWork {
  const untilEmpty = async (sweep: () => Promise<number>): Promise<void> => {
    for (let round = 0; round < batchesMax; round++) {
      if ((await sweep()) === 0) return;
    }
  };
  return {
    name: 'sweep-risk',
    intervalMs: sweepEveryMs,
    async run() {
      const now = clock.now();
      await untilEmpty(() => sweeps.deleteExpiredCounters(now, batch));
      await untilEmpty(() => sweeps.deleteOldFailedCards(addSeconds(now, -limitWindowSeconds), batch));
      await untilEmpty(() => sweeps.deletePastLimits(now, batch));
      await untilEmpty(() => sweeps.deletePastPace(addSeconds(now, -2 * paceSeconds), batch));
    },
  };
}

/** Tells this process whom others hold off: a payment is held off without asking the database about it. */
export function refreshCardLimitsWork(
  limiter: Pick<CardLimiter, 'refresh'>,
  pace: Pick<CardPace, 'share'>,
): ScheduledWork {
  return {
    name: 'refresh-card-limits',
    intervalMs: refreshEveryMs,
    async run() {
      await limiter.refresh();
      await pace.share();
    },
  };
}
