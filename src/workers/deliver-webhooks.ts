import { systemClock } from '../lib/clock.ts';
import { systemRandom } from '../lib/random.ts';
import type { ClaimedDelivery, WebhookFormat } from '../usecases/ports/webhooks.ts';
import { type DeliveryTools, deliverOne, type TryResult } from './deliver-one.ts';
import { EndpointRooms } from './endpoint-rooms.ts';
import { WakeUp } from './wake-up.ts';

/** Between two claims at least this long, so that under load each claim finds many rows instead of one. */
const claimPauseMs = 10;
/** After claims that found nothing the pause doubles up to this: most payments' merchants may have no endpoint at all. */
const emptyPauseMsMax = 80;
/** A try that succeeds faster than this is quick, and earns its endpoint more room. */
const quickMs = 2000;
/** How much longer than a format's timeout a claim is held: the time to record the end. */
const leaseMarginSeconds = 30;
const errorPauseMsMax = 10_000;

export interface DeliveryObserver {
  /** Called after each try with how long it took. */
  tried(result: TryResult, format: string, seconds: number): void;
}

export interface DeliveryWorkerOptions extends Omit<DeliveryTools, 'formats' | 'realTime' | 'random'> {
  readonly formats: readonly WebhookFormat[];
  readonly realTime?: DeliveryTools['realTime'];
  readonly random?: DeliveryTools['random'];
  readonly observer?: DeliveryObserver;
  /** Most tries under way at once; 128 when left out. */
  readonly concurrency?: number;
  /** How often to look for due deliveries that nobody announced, in milliseconds; 500 when left out. */
  readonly pollMs?: number;
}

export interface DeliveryWorker {
  /** There is something to send: look at once. Losing the call only delays. */
  poke(): void;
  /** Takes nothing new and waits for the tries under way, at most `drainMs`; those left are sent again by others. */
  stop(drainMs?: number): Promise<void>;
}

/** Starts sending due deliveries; any number of workers may run on one database. */
export function startDeliveryWorker(options: DeliveryWorkerOptions): DeliveryWorker {
  const loop = new DeliveryLoop(options);
  const ended = loop.run();
  return {
    poke: () => loop.wakeUp.call(),
    async stop(drainMs = 10_000) {
      loop.stop();
      await ended;
      const drained = new AbortController();
      const deadline = new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, drainMs);
        drained.signal.addEventListener('abort', () => clearTimeout(timer));
      });
      await Promise.race([Promise.allSettled(loop.underWay.values()), deadline]);
      drained.abort();
    },
  };
}

/**
 * Claim, start, sleep. It sleeps until called: by `poke`, by the end of a try whose endpoint had no room for more, or
 * by the poll. It claims no more than it can start at once, so no claimed delivery waits for its turn.
 */
class DeliveryLoop {
  readonly wakeUp = new WakeUp();
  readonly underWay = new Map<string, Promise<void>>();
  readonly #recovery = new WakeUp();
  #stopping = false;
  readonly #options: DeliveryWorkerOptions;
  readonly #tools: DeliveryTools;
  readonly #concurrency: number;
  readonly #pollMs: number;
  readonly #leaseSeconds: number;
  readonly #rooms: EndpointRooms;
  #full = false;
  #errorPauseMs = 0;
  #pauseMs = claimPauseMs;

  constructor(options: DeliveryWorkerOptions) {
    const { realTime = systemClock, random = systemRandom } = options;
    const formats = new Map(options.formats.map((format) => [format.name, format]));
    this.#options = options;
    this.#tools = { ...options, realTime, random, formats };
    this.#concurrency = options.concurrency ?? 128;
    this.#pollMs = options.pollMs ?? 500;
    this.#leaseSeconds =
      Math.max(...options.formats.map((format) => format.timeoutSeconds)) + leaseMarginSeconds;
    this.#rooms = new EndpointRooms(this.#concurrency);
  }

  stop(): void {
    this.#stopping = true;
    this.wakeUp.call();
    this.#recovery.call();
  }

  async run(): Promise<void> {
    while (!this.#stopping) {
      const began = performance.now();
      const claimed = await this.#claim();
      if (claimed === 'error') {
        this.#errorPauseMs = Math.min(Math.max(100, this.#errorPauseMs * 2), errorPauseMsMax);
        await this.#recovery.sleep(this.#errorPauseMs);
        continue;
      }
      this.#errorPauseMs = 0;
      for (const delivery of claimed) this.#start(delivery);
      // While claims find something there may be more; an empty one is the sign to wait for news.
      if (claimed.length === 0 || this.#full) await this.wakeUp.sleep(this.#pollMs);
      const found = claimed.length > 0 || this.#full;
      this.#pauseMs = found ? claimPauseMs : Math.min(this.#pauseMs * 2, emptyPauseMsMax);
      // Counted from the claim on: a call after a quiet while is followed at once.
      const rest = this.#pauseMs - (performance.now() - began);
      if (rest > 0 && !this.#stopping) await new Promise((resolve) => setTimeout(resolve, rest));
    }
  }

  async #claim(): Promise<ClaimedDelivery[] | 'error'> {
    const free = this.#concurrency - this.underWay.size;
    this.#full = free <= 0;
    if (this.#full) return [];
    const { store, clock, log } = this.#options;
    try {
      return await store.claimDue(clock.now(), free, this.#leaseSeconds, this.#rooms.room());
    } catch (error) {
      log.error({ err: error }, 'due webhooks could not be claimed; trying again');
      return 'error';
    }
  }

  #start(delivery: ClaimedDelivery): void {
    // A jump of the business clock ends leases early: what this worker is sending it does not send twice.
    if (this.underWay.has(delivery.id)) return;
    this.#rooms.begin(delivery.endpoint.id);
    this.underWay.set(delivery.id, this.#finish(delivery));
  }

  async #finish(delivery: ClaimedDelivery): Promise<void> {
    const { observer, log } = this.#options;
    const began = performance.now();
    let result: TryResult | undefined;
    try {
      result = await deliverOne(this.#tools, delivery);
    } catch (error) {
      log.error({ err: error, deliveryId: delivery.id }, 'the end of a webhook try could not be recorded');
    }
    const ms = performance.now() - began;
    if (result) observer?.tried(result, delivery.endpoint.format, ms / 1000);
    this.underWay.delete(delivery.id);
    const wasFull = this.#rooms.end(delivery.endpoint.id, result === 'delivered' && ms < quickMs);
    if (wasFull || this.#full) this.wakeUp.call();
  }
}
