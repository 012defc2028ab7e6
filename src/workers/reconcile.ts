import { addSeconds, type Clock } from '../lib/clock.ts';
import type { Gateway } from '../usecases/gateway.ts';
import type { ReconciliationPurpose, ReconciliationStore } from '../usecases/ports/reconciliation.ts';
import { reconcile } from '../usecases/reconcile.ts';
import type { ScheduledWork } from './schedule.ts';
import type { WorkerLog } from './worker-log.ts';

const daySeconds = 24 * 3600;
/** A day is compared when it has been over for so long: by then the acquirer has booked all of it. */
const settleSeconds = 1800;
/** Each daily run looks back over the days in which a hold may still be captured, voided or lapse. */
const lookBackSeconds = 7 * daySeconds;
/** The sandbox also compares the time just passed, so that a fault card shows what becomes of it. */
const recentOverlapSeconds = 3600;
const recentFirstSeconds = 8 * daySeconds;
const intervalsMs = { sandbox: 120_000, live: 300_000 } as const;

export interface ReconcilerTools {
  readonly gateway: Gateway;
  readonly store: ReconciliationStore;
  readonly clock: Clock;
  readonly log: WorkerLog;
}

/** Compares the acquirer's book with ours: each day once it is over, on the business clock, and the time just passed in the sandbox. */
export function reconcileWork(tools: ReconcilerTools): ScheduledWork {
  const { gateway } = tools;
  return {
    name: 'reconcile',
    intervalMs: intervalsMs[gateway.mode],
    async run() {
      if (!gateway.acquirer.records) return;
      await runOne(tools, 'daily', await dailyWindow(tools));
      if (gateway.mode === 'sandbox') await runOne(tools, 'recent', await recentWindow(tools));
    },
  };
}

interface Window {
  readonly from: Date;
  readonly to: Date;
}

/** What was left unfinished, or the days since the last run reached its end; null when all is compared. */
async function dailyWindow({ gateway, store, clock }: ReconcilerTools): Promise<Window | null> {
  const unfinished = await store.findUnfinished(gateway.acquirer.name, 'daily');
  if (unfinished) return unfinished;
  const dayMs = daySeconds * 1000;
  const to = new Date(Math.floor(addSeconds(clock.now(), -settleSeconds).getTime() / dayMs) * dayMs);
  const last = await store.findLastDone(gateway.acquirer.name, 'daily', clock.now());
  if (last && last.to >= to) return null;
  const reached = last && last.to < to ? last.to : addSeconds(to, -daySeconds);
  return { from: addSeconds(reached, -lookBackSeconds), to };
}

async function recentWindow({ gateway, store, clock }: ReconcilerTools): Promise<Window> {
  const unfinished = await store.findUnfinished(gateway.acquirer.name, 'recent');
  if (unfinished) return unfinished;
  const to = clock.now();
  const last = await store.findLastDone(gateway.acquirer.name, 'recent', to);
  if (!last) return { from: addSeconds(to, -recentFirstSeconds), to };
  const from = addSeconds(last.to, -recentOverlapSeconds);
  return { from: last.inFlightSince && last.inFlightSince < from ? last.inFlightSince : from, to };
}

async function runOne(
  tools: ReconcilerTools,
  purpose: ReconciliationPurpose,
  window: Window | null,
): Promise<void> {
  if (!window || window.from >= window.to) return;
  const { from, to } = window;
  const result = await reconcile(tools, { purpose, from, to });
  const what = `${purpose}, ${from.toISOString()} to ${to.toISOString()}`;
  if (result.kind === 'interrupted')
    tools.log.warn(`the acquirer's book cannot be read (${what}): ${result.cause}; trying again`);
  if (result.kind === 'done' && (result.found > 0 || purpose === 'daily')) {
    const { found, closed, run } = result;
    tools.log.info(
      `compared the acquirer's book with ours (${what}): ${run.comparedCount} references, ${found} differences, ${closed} closed`,
    );
  }
}
