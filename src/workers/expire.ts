import type { MerchantId, PaymentId } from '../domain/ids.ts';
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
/** A run that fails so often has met more than a bad payment: the next one tries again. */
const leftMax = 1000;

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
    { name: 'expire-payments', intervalMs: 1000, run: () => expirePayments(tools) },
    { name: 'expire-cvcs', intervalMs: 5000, run: repeated(sweeps.deleteExpiredCvcs) },
    { name: 'end-closed-deliveries', intervalMs: 15_000, run: repeated(sweeps.endClosedDeliveries) },
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

/** Ends payments until none is left but those that this run could not end: they are stepped over, not stumbled over. */
async function expirePayments(tools: ExpiryTools): Promise<void> {
  const left: PaymentId[] = [];
  for (let round = 0; round < batchesMax && left.length <= leftMax; round++) {
    const due = await tools.sweeps.listExpiring(tools.clock.now(), batch, left);
    if (due.length === 0) return;
    const work = async (): Promise<void> => {
      for (let next = due.shift(); next; next = due.shift()) {
        if (!(await expireOne(tools, next))) left.push(next.paymentId);
      }
    };
    await Promise.all(Array.from({ length: paymentsAtOnce }, work));
  }
}

async function expireOne(
  { gateway, log }: ExpiryTools,
  one: { readonly merchantId: MerchantId; readonly paymentId: PaymentId },
): Promise<boolean> {
  try {
    return (await expirePayment(gateway, one.merchantId, one.paymentId)) === 'expired';
  } catch (error) {
    log.error(
      { err: error, paymentId: one.paymentId },
      'a payment past its time could not be ended; trying again',
    );
    return false;
  }
}
