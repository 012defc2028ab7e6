import type { Gateway } from '../usecases/gateway.ts';
import type { DisputeStore } from '../usecases/ports/disputes.ts';
import { fetchDisputes, tellDisputes } from '../usecases/record-dispute.ts';
import type { ScheduledWork } from './schedule.ts';
import type { WorkerLog } from './worker-log.ts';

/** A pretend bank raises disputes at once, and whoever tries it out waits for them; a real one takes days. */
const intervalsMs = { sandbox: 2000, live: 60_000 } as const;

/** Keeps what the acquirer tells of disputes, and tells the merchants. */
export function disputesWork(tools: {
  readonly gateway: Gateway;
  readonly store: DisputeStore;
  readonly log: WorkerLog;
}): ScheduledWork {
  const { gateway, store, log } = tools;
  let lastCause: string | null = null;
  return {
    name: 'disputes',
    intervalMs: intervalsMs[gateway.mode],
    async run() {
      const fetched = await fetchDisputes(gateway, store);
      const cause = fetched.kind === 'unreadable' ? fetched.cause : null;
      // A bank that is away is told of once, not every few seconds.
      if (cause !== null && cause !== lastCause)
        log.warn(`the disputes of the acquirer cannot be read: ${cause}; trying again`);
      lastCause = cause;
      const told = await tellDisputes(gateway, store);
      if (told > 0) log.info(`told merchants of ${told} disputes`);
    },
  };
}
