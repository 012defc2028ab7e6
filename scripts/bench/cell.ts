/** How a payment names its card. */
export type PaymentKind = 'token' | 'saved';

/** What one cell of the table measures: as many payments as the connections carry, one after the other on each. */
export interface CellShape {
  readonly kind: PaymentKind;
  readonly connections: number;
  readonly warmUpSeconds: number;
  readonly seconds: number;
  /** Tokens to make before the clock starts; when they run out the cell ends early. */
  readonly tokens: number;
}

/** What a measuring process found. Times in milliseconds. */
export interface CellResult {
  /** Payments finished within the measured time, and that time. */
  readonly payments: number;
  readonly seconds: number;
  /** Payments finished in all, warm-up and the last answers included. */
  readonly paymentsInAll: number;
  readonly errors: number;
  readonly firstErrors: readonly string[];
  readonly p50: number;
  readonly p99: number;
  /** Processor seconds of the measuring process within the measured time. */
  readonly processorSeconds: number;
}

/**
 * What a measuring process tells its parent: the two ends of the measured time, and what it found. The end is answered,
 * with any message, once the parent has read what it wants to know of the moment.
 */
export type CellMessage = { readonly at: 'begin' | 'end' } | { readonly result: CellResult };

const firstErrorsMax = 5;

/**
 * The clock and the books of a cell. A payment counts when it finishes within the measured time; errors count always.
 */
export class CellBook {
  readonly #shape: CellShape;
  readonly #durations: number[] = [];
  readonly #firstErrors: string[] = [];
  #phase: 'before' | 'measuring' | 'after' = 'before';
  #errors = 0;
  #inAll = 0;
  #beganAt = 0;
  #endedAt = 0;
  #usage = process.cpuUsage();
  #timer: NodeJS.Timeout | undefined;
  readonly #over = Promise.withResolvers<void>();

  constructor(shape: CellShape) {
    this.#shape = shape;
  }

  /** Starts the warm-up, and the measured time after it; resolves when that is over. */
  run(): Promise<void> {
    const { warmUpSeconds, seconds } = this.#shape;
    this.#timer = setTimeout(() => {
      this.#phase = 'measuring';
      tellParent({ at: 'begin' });
      this.#usage = process.cpuUsage();
      this.#beganAt = performance.now();
      this.#timer = setTimeout(() => this.end(), seconds * 1000);
    }, warmUpSeconds * 1000);
    return this.#over.promise;
  }

  /** Ends the measured time, early when there is nothing left to pay with. */
  end(): void {
    if (this.#phase === 'after') return;
    clearTimeout(this.#timer);
    if (this.#phase === 'measuring') {
      this.#endedAt = performance.now();
      this.#usage = process.cpuUsage(this.#usage);
      // Connections that close would take their processes' times along, so nothing ends before the parent has read them.
      process.once('message', () => this.#over.resolve());
      tellParent({ at: 'end' });
    } else {
      this.failed('the tokens ran out during the warm-up');
      this.#over.resolve();
    }
    this.#phase = 'after';
  }

  /** False once the measured time is over: start nothing more. */
  get open(): boolean {
    return this.#phase !== 'after';
  }

  finished(startedAt: number): void {
    this.#inAll += 1;
    if (this.#phase === 'measuring') this.#durations.push(performance.now() - startedAt);
  }

  failed(what: string): void {
    this.#errors += 1;
    if (this.#firstErrors.length < firstErrorsMax) this.#firstErrors.push(what.slice(0, 300));
  }

  result(): CellResult {
    const sorted = Float64Array.from(this.#durations).sort();
    const at = (share: number): number => sorted[Math.floor((sorted.length - 1) * share)] ?? Number.NaN;
    return {
      payments: sorted.length,
      seconds: (this.#endedAt - this.#beganAt) / 1000,
      paymentsInAll: this.#inAll,
      errors: this.#errors,
      firstErrors: this.#firstErrors,
      p50: at(0.5),
      p99: at(0.99),
      processorSeconds: (this.#usage.user + this.#usage.system) / 1e6,
    };
  }
}

function tellParent(message: CellMessage, sent: () => void = () => undefined): void {
  process.send?.(message, sent);
}

/** Takes the one task of this measuring process from its parent, reports what `measure` found, and ends. */
export function takeTask<Task>(measure: (task: Task) => Promise<CellResult>): void {
  process.channel?.ref();
  process.once('message', (task) => {
    measure(task as Task).then(
      (result) => tellParent({ result }, () => process.exit(0)),
      (error: unknown) => {
        console.error(error);
        process.exit(1);
      },
    );
  });
}
