import type { Clock } from '../../src/lib/clock.ts';
import type { Random } from '../../src/lib/random.ts';

/** Thrown into nobody: a task whose process was killed simply never goes on. */
const never = new Promise<never>(() => undefined);

/**
 * One process's worth of nondeterminism, driven by a seed: every call of a port waits here until the world picks it,
 * in any order, or kills it. Time moves only when the world says so.
 */
export class World implements Clock, Random {
  #state: number;
  #now = Date.UTC(2030, 0, 1);
  #waiting: (() => void)[] = [];
  /** The share of waits that never return, as in a process that was killed. */
  killShare = 0;
  kills = 0;
  steps = 0;

  constructor(seed: number) {
    this.#state = (seed * 2_654_435_761 + 1) >>> 0;
  }

  /** A number in [0, 1): mulberry32. */
  fraction(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = this.#state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  }

  chance(share: number): boolean {
    return this.fraction() < share;
  }

  below(limit: number): number {
    return Math.floor(this.fraction() * limit);
  }

  bytes(length: number): Buffer {
    const bytes = Buffer.alloc(length);
    for (let index = 0; index < length; index++) bytes[index] = this.below(256);
    return bytes;
  }

  now(): Date {
    return new Date(this.#now);
  }

  advance(seconds: number): void {
    this.#now += seconds * 1000;
  }

  /** Waits to be picked; a killed task waits for ever. */
  async pause(): Promise<void> {
    if (this.chance(this.killShare)) {
      this.kills++;
      await never;
    }
    await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  /** Lets everybody who waits go on, one at a time in an order of the seed's, until nobody waits. */
  async run(stepsMax: number): Promise<void> {
    for (let step = 0; step < stepsMax; step++) {
      await settleMicrotasks();
      if (this.#waiting.length === 0) return;
      const [resume] = this.#waiting.splice(this.below(this.#waiting.length), 1);
      this.steps++;
      resume?.();
      if (this.chance(0.02)) this.advance(this.below(90));
    }
    throw new Error(`the world did not come to rest within ${stepsMax} steps`);
  }
}

function settleMicrotasks(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
