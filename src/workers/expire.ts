import type { Clock } from '../lib/clock.ts';
import type { Random } from '../lib/random.ts';
import { expirePayment } from '../usecases/expire-payment.ts';
import type { Gateway } from '../usecases/gateway.ts';
import type { SweepStore } from '../usecases/ports/sweeps.ts';
import { type Schedule, type ScheduledWork, type ScheduleObserver, startSchedule } from './schedule.ts';
import type { WorkerLog } from './worker-log.ts';

const batch = 200;
/** Payments expired at once: each holds a connection, and the acquirer's attention, for a while. */
const paymentsAtOnce = 8;
/** One run of one sweep touches at most this many batches; the next run goes on. */
const batchesMax = 500;

export interface ExpiryTools {
  readonly gateway: Gateway;
  readonly sweeps: SweepStore;
  readonly destroyOldCvcKeys: (now: Date) => Promise<number>;
  readonly clock: Clock;
  readonly log: WorkerLog;
}

/**
 * The sweeps that end what is past its time on the business clock, each with its interval in real time: after the
 * sandbox's clock was moved, payments follow within a second and the rest within a minute.
 */
export function expirySweeps(tools: ExpiryTools): ScheduledWork[] {
  const { sweeps, clock } = tools;
  const repeated = (take: SweepStore['deleteExpiredTokens']) => () =>
    untilEmpty(() => take(clock.now(), batch));
  return [
    { name: 'expire-payments', intervalMs: 1000, run: () => untilEmpty(() => expireBatch(tools)) },
    { name: 'expire-cvcs', intervalMs: 5000, run: repeated(sweeps.deleteExpiredCvcs) },
    { name: 'expire-tokens', intervalMs: 15_000, run: repeated(sweeps.deleteExpiredTokens) },
    {
      name: 'expire-idempotency-keys',
      intervalMs: 60_000,
      run: repeated(sweeps.deleteExpiredIdempotencyKeys),
    },
    {
      name: 'destroy-cvc-keys',
      intervalMs: 60_000,
      run: async () => {
        await tools.destroyOldCvcKeys(clock.now());
      },
    },
  ];
}

/** Starts all sweeps; `poke` runs them at once, `stop` waits for those under way. */
export function startExpirySweeps(
  tools: ExpiryTools & { readonly random: Random; readonly observer?: ScheduleObserver | undefined },
): Schedule {
  const schedules = expirySweeps(tools).map((work) => startSchedule(work, tools));
  return {
    poke: () => {
      for (const schedule of schedules) schedule.poke();
    },
    stop: async () => {
      await Promise.all(schedules.map((schedule) => schedule.stop()));
    },
  };
}

/** Repeats a sweep while it gets somewhere. */
async function untilEmpty(sweep: () => Promise<number>): Promise<void> {
  for (let round = 0; round < batchesMax; round++) {
    if ((await sweep()) === 0) return;
  }
}

/** How many payments of one batch came to their end; those that could not are left for the next run. */
async function expireBatch(tools: ExpiryTools): Promise<number> {
  const { gateway, sweeps, clock, log } = tools;
  const due = await sweeps.listExpiring(clock.now(), batch);
  let expired = 0;
  const work = async (): Promise<void> => {
    for (let next = due.shift(); next; next = due.shift()) {
      try {
        if ((await expirePayment(gateway, next.merchantId, next.paymentId)) === 'expired') expired++;
      } catch (error) {
        log.error(
          { err: error, paymentId: next.paymentId },
          'a payment past its time could not be ended; trying again',
        );
      }
    }
  };
  await Promise.all(Array.from({ length: paymentsAtOnce }, work));
  return expired;
}
