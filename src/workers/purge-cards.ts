import { addSeconds, type Clock } from '../lib/clock.ts';
import type { RetentionStore } from '../usecases/ports/retention.ts';
import type { ScheduledWork } from './schedule.ts';
import type { WorkerLog } from './worker-log.ts';

const daySeconds = 24 * 3600;
const batch = 500;
/** One run looks at no more than so many batches, so that a large vault is walked through at a gentle pace. */
const batchesMax = 20;
/** Between the end of one walk and the beginning of the next, on the business clock. */
const restSeconds = 3600;

export interface PurgeTools {
  readonly store: RetentionStore;
  /** How long the number of a card that is not saved outlives its last payment, in days. */
  readonly retentionDays: number;
  readonly clock: Clock;
  readonly log: WorkerLog;
  /** Told how many numbers were erased. */
  readonly onPurged: (count: number) => void;
}

/**
 * Erases the sealed numbers of cards that nobody needs any more (PCI DSS 3.2.1: keep only while needed). It walks through
 * all of them in the order of their names, remembers where it is, and begins anew an hour after its end.
 */
export function purgeCardsWork(tools: PurgeTools): ScheduledWork {
  return { name: 'purge-cards', intervalMs: 15_000, run: () => purgeSome(tools) };
}

async function purgeSome({ store, retentionDays, clock, log, onPurged }: PurgeTools): Promise<void> {
  const walk = await store.readWalk();
  const isResting = walk?.position === '' && clock.now() < addSeconds(walk.updatedAt, restSeconds);
  if (isResting) return;
  let position = walk?.position ?? '';
  let purged = 0;
  for (let round = 0; round < batchesMax; round++) {
    const now = clock.now();
    const endedBefore = addSeconds(now, -retentionDays * daySeconds);
    const step = await store.purgeCards({ after: position, limit: batch, endedBefore, now });
    purged += step.purged;
    position = step.last ?? '';
    await store.writeWalk(position, now);
    if (position === '') break;
  }
  if (purged === 0) return;
  onPurged(purged);
  log.info(`erased the numbers of ${purged} cards that nobody needs any more`);
}
