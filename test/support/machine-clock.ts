const RealDate = globalThis.Date;

/**
 * Stands before the machine's clock in this process, so that a test can set it as an administrator or a time server does,
 * in both directions. Durations and timers run on, for they are measured by the monotonic clock; PostgreSQL's own clock is
 * another process's.
 */
export class MachineClock {
  #shiftMs = 0;

  constructor() {
    const now = (): number => RealDate.now() + this.#shiftMs;
    globalThis.Date = new Proxy(RealDate, {
      construct: (real, args, asked) => Reflect.construct(real, args.length === 0 ? [now()] : args, asked),
      get: (real, name, asked) => (name === 'now' ? now : Reflect.get(real, name, asked)),
    });
  }

  /** Sets the clock forward, or back when `seconds` are negative. */
  jump(seconds: number): void {
    this.#shiftMs += seconds * 1000;
  }

  restore(): void {
    globalThis.Date = RealDate;
  }
}
