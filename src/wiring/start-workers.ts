import type { Config } from '../config/config.ts';
import type { Metrics } from '../http/edge/operations.ts';
import { systemClock } from '../lib/clock.ts';
import { systemRandom } from '../lib/random.ts';
import { createRiskSweepStore } from '../store/failed-cards.ts';
import { createResolutionStore } from '../store/resolution.ts';
import { createSweepStore } from '../store/sweeps.ts';
import type { Gateway } from '../usecases/gateway.ts';
import { createWebhookSender } from '../webhooks/send.ts';
import { startDeliveryWorker } from '../workers/deliver-webhooks.ts';
import { startExpirySweeps } from '../workers/expire.ts';
import { resolveAttemptsWork } from '../workers/resolve-attempts.ts';
import { type ScheduleObserver, startSchedule } from '../workers/schedule.ts';
import { sealOpeningsWork } from '../workers/seal-openings.ts';
import { sweepRiskWork } from '../workers/sweep-risk.ts';
import type { Log } from './log.ts';
import type { Core } from './open-core.ts';
import { startUpkeep } from './start-upkeep.ts';
import { webhookFormats } from './webhook-formats.ts';

/** What the workers need of the house. */
export interface WorkerHouse {
  readonly config: Config;
  readonly log: Log;
  readonly core: Core;
  readonly gateway: Gateway;
  readonly metrics: Metrics;
}

/** The workers of this process. */
export interface Workers {
  /** There are webhooks to send: look at once. */
  deliveriesWaiting(): void;
  /** The business clock was moved: whatever fell due is looked for at once. */
  clockMoved(): void;
}

/** Starts every worker; each may run in any number of processes. */
export function startWorkers(
  house: WorkerHouse,
  closers: { add(step: () => Promise<unknown>): void },
): Workers {
  const { core, gateway, log } = house;
  const observer = scheduleMetrics(house.metrics);
  const deliveries = startDeliveries(house, closers);
  const sweeps = startExpirySweeps({
    gateway,
    sweeps: createSweepStore(core.database),
    destroyOldCvcKeys: (now) => core.vault.destroyOldCvcKeys(now),
    clock: core.clock,
    log,
    random: systemRandom,
    observer,
  });
  closers.add(() => sweeps.stop());
  const resolution = createResolutionStore(core.database);
  const resolver = startSchedule(
    resolveAttemptsWork({ gateway, store: resolution, clock: core.clock, log }),
    {
      random: systemRandom,
      log,
      observer,
    },
  );
  closers.add(() => resolver.stop());
  const sealer = startSchedule(sealOpeningsWork(core.audit), { random: systemRandom, log, observer });
  closers.add(() => sealer.stop());
  const riskSweeps = { sweeps: createRiskSweepStore(core.database), clock: core.clock };
  const riskSweeper = startSchedule(sweepRiskWork(riskSweeps), { random: systemRandom, log, observer });
  closers.add(() => riskSweeper.stop());
  const upkeep = startUpkeep(house, observer, closers);
  return {
    deliveriesWaiting: () => deliveries.poke(),
    clockMoved() {
      sweeps.poke();
      riskSweeper.poke();
      resolver.poke();
      deliveries.poke();
      upkeep.poke();
    },
  };
}

function startDeliveries(
  house: WorkerHouse,
  closers: { add(step: () => Promise<unknown>): void },
): { poke(): void } {
  const { config, core, log, metrics } = house;
  const sender = createWebhookSender({ mode: config.mode });
  closers.add(() => sender.close());
  const tries = metrics.histogram({
    name: 'webhook_try_duration_seconds',
    help: 'How long one try of one webhook delivery took, by format and result.',
    labelNames: ['format', 'result'],
  });
  const worker = startDeliveryWorker({
    store: core.stores.webhooks,
    formats: webhookFormats,
    sender,
    openText: (merchantId, owner, blob) => core.vault.openText(merchantId, owner, blob),
    directory: core.stores.directory,
    mode: config.mode,
    clock: core.clock,
    realTime: systemClock,
    random: systemRandom,
    log,
    observer: {
      tried: (result, format, seconds) => tries.observe({ format, result: String(result) }, seconds),
    },
  });
  closers.add(() => worker.stop());
  return worker;
}

function scheduleMetrics(metrics: Metrics): ScheduleObserver {
  const runs = metrics.histogram({
    name: 'scheduled_work_duration_seconds',
    help: 'How long one run of a scheduled work took, by name and outcome.',
    labelNames: ['work', 'outcome'],
  });
  return { ran: (work, outcome, seconds) => runs.observe({ work, outcome }, seconds) };
}
