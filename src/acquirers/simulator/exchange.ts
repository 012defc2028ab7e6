import type { Dispatcher, Pool } from 'undici';
import type { HttpAnswer } from './response.ts';

/** The exchange gave no whole answer; `cause` says why in words without addresses or bodies. */
export interface NoAnswer {
  readonly kind: 'unknown';
  readonly cause: string;
}

export interface HttpRequest {
  readonly path: string;
  /** Null sends a GET. */
  readonly body: string | null;
  readonly headers: Readonly<Record<string, string>>;
  /** The longest wait for the whole answer in milliseconds, a wait for a connection included. */
  readonly deadlineMs: number;
  /** A longer answer is given up. */
  readonly bytesMax: number;
}

/**
 * Sends one request and reads its answer whole. It listens to the connection itself: a stream and an abort signal for
 * each request cost more than all the rest of a call. Never rejects.
 */
export function exchange(connections: Pool, request: HttpRequest): Promise<HttpAnswer | NoAnswer> {
  return new Promise((resolve) => {
    const reader = new AnswerReader(request, resolve);
    const { path, body, headers } = request;
    connections.dispatch({ method: body === null ? 'GET' : 'POST', path, headers, body }, reader);
  });
}

class AnswerReader implements Dispatcher.DispatchHandler {
  readonly #request: HttpRequest;
  readonly #resolve: (answer: HttpAnswer | NoAnswer) => void;
  readonly #timer: NodeJS.Timeout;
  readonly #chunks: Buffer[] = [];
  #controller: Dispatcher.DispatchController | undefined;
  #late = false;
  #status = 0;
  #bytes = 0;

  constructor(request: HttpRequest, resolve: (answer: HttpAnswer | NoAnswer) => void) {
    this.#request = request;
    this.#resolve = resolve;
    this.#timer = setTimeout(() => this.#expire(), request.deadlineMs);
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    // It waited for a connection until its time was over, and was answered as unknown: now it must not be sent.
    if (this.#late) controller.abort(new Error('the deadline has passed'));
  }

  onResponseStart(_controller: Dispatcher.DispatchController, status: number): void {
    this.#status = status;
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#bytes += chunk.length;
    if (this.#bytes <= this.#request.bytesMax) this.#chunks.push(chunk);
    else controller.abort(new Error(`the answer has more than ${this.#request.bytesMax} bytes`));
  }

  onResponseEnd(): void {
    this.#end({ status: this.#status, body: Buffer.concat(this.#chunks, this.#bytes).toString('utf8') });
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    this.#end({ kind: 'unknown', cause: causeOf(error) });
  }

  #expire(): void {
    this.#late = true;
    this.#end({ kind: 'unknown', cause: `no answer within ${this.#request.deadlineMs} ms` });
    this.#controller?.abort(new Error('the deadline has passed'));
  }

  /** The first end counts; a promise takes no second one. */
  #end(answer: HttpAnswer | NoAnswer): void {
    clearTimeout(this.#timer);
    this.#resolve(answer);
  }
}

/** A network error in words without addresses or bodies: its code where it has one. */
function causeOf(error: unknown): string {
  if (!(error instanceof Error)) return 'the connection failed';
  const { code } = error as NodeJS.ErrnoException;
  return typeof code === 'string'
    ? `the connection failed: ${code}`
    : `the connection failed: ${error.message}`;
}
