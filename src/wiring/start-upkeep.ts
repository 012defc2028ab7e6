import { systemRandom } from '../lib/random.ts';
import { createDisputeStore } from '../store/disputes.ts';
import { createRetentionStore } from '../store/purge-cards.ts';
import { createReconciliationStore } from '../store/reconciliation.ts';
import { createSetBackStore } from '../store/set-back.ts';
import { disputesWork } from '../workers/disputes.ts';
import { noticeSetBackWork } from '../workers/notice-set-back.ts';
import { purgeCardsWork } from '../workers/purge-cards.ts';
import { reconcileWork } from '../workers/reconcile.ts';
import { rewrapKeysWork } from '../workers/rewrap-keys.ts';
import { type ScheduleObserver, startSchedule } from '../workers/schedule.ts';
import type { WorkerHouse } from './start-workers.ts';

/** Starts what keeps the house true and tidy: reconciliation, disputes, the retention of card numbers, a clock set back. */
export function startUpkeep(
  { config, core, gateway, log, metrics }: WorkerHouse,
  observer: ScheduleObserver,
  closers: { add(step: () => Promise<unknown>): void },
): { poke(): void } {
  const purged = metrics.counter({
    name: 'card_numbers_purged_total',
    help: 'Sealed card numbers erased because nobody needs them any more.',
  });
  const works = [
    noticeSetBackWork({
      store: createSetBackStore(core.database),
      clock: core.clock,
      monotonicMs: () => performance.now(),
      log,
    }),
    rewrapKeysWork(core.vault),
    reconcileWork({ gateway, store: createReconciliationStore(core.database), clock: core.clock, log }),
    disputesWork({ gateway, store: createDisputeStore(core.database), log }),
    purgeCardsWork({
      store: createRetentionStore(core.database),
      retentionDays: config.cardRetentionDays,
      clock: core.clock,
      log,
      onPurged: (count) => purged.inc(count),
    }),
  ];
  const schedules = works.map((work) => startSchedule(work, { random: systemRandom, log, observer }));
  closers.add(() => Promise.all(schedules.map((schedule) => schedule.stop())));
  return {
    poke() {
      for (const schedule of schedules) schedule.poke();
    },
  };
}
