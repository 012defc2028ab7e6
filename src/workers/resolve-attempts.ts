import type { Clock } from '../lib/clock.ts';
import { answerAwaitedSeconds } from '../usecases/attempts.ts';
import type { Gateway } from '../usecases/gateway.ts';
import type { DueAttempt, ResolutionStore } from '../usecases/ports/resolution.ts';
import { resolveAttempt } from '../usecases/resolve-attempt.ts';
import type { ScheduledWork } from './schedule.ts';
import type { WorkerLog } from './worker-log.ts';

const batch = 50;
const batchesMax = 200;
const atOnce = 8;
const queuedSeconds = 5;
const leaseSeconds = 60;

export interface ResolverTools {
  readonly gateway: Gateway;
  readonly store: ResolutionStore;
  readonly clock: Clock;
  readonly log: WorkerLog;
}

/** The sweep that finds out what became of messages without a recorded answer. */
export function resolveAttemptsWork(tools: ResolverTools): ScheduledWork {
  return { name: 'resolve-attempts', intervalMs: 1000, run: () => resolveDue(tools) };
}

async function resolveDue(tools: ResolverTools): Promise<void> {
  const { store, clock } = tools;
  for (let round = 0; round < batchesMax; round++) {
    const due = await store.claimDue(clock.now(), batch, {
      queuedSeconds,
      sendingSeconds: answerAwaitedSeconds,
      leaseSeconds,
    });
    for (let start = 0; start < due.length; start += atOnce) {
      await Promise.all(due.slice(start, start + atOnce).map((attempt) => resolveOne(tools, attempt)));
    }
    if (due.length < batch) return;
  }
}

async function resolveOne({ gateway, store, log }: ResolverTools, attempt: DueAttempt): Promise<void> {
  try {
    await resolveAttempt(gateway, store, attempt);
  } catch (error) {
    const { id, merchantId } = attempt;
    log.error(
      { err: error, attemptId: id, merchantId },
      'an attempt could not be resolved; it will be looked at again',
    );
  }
}
