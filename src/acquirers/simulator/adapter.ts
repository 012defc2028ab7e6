import { Pool } from 'undici';
import type { AttemptId } from '../../domain/ids.ts';
import type {
  Acquirer,
  AcquirerOutcome,
  FollowUpRequest,
  InquiryOutcome,
} from '../../usecases/ports/acquirer.ts';
import { exchange, type NoAnswer } from './exchange.ts';
import { createRecords } from './records.ts';
import { authorizationBody, followUpBody } from './request.ts';
import { type HttpAnswer, parseInquiry, parseOutcome, parseReversal } from './response.ts';

export interface SimulatorSettings {
  /** The bank's address, such as `http://127.0.0.1:8100`. */
  readonly url: string;
  readonly apiKey: string;
  /** The longest wait for a whole answer, from the call on; 10 seconds when left out. */
  readonly deadlineMs?: number;
  /** Most connections to the bank; further calls wait for one, and the wait counts. 128 when left out. */
  readonly connectionsMax?: number;
  /** Told of every call when it is over. Holds no card data by construction: only what is named here. */
  readonly onTranscript?: (transcript: Transcript) => void;
}

/** What may be kept of a call: never a body, for bodies hold the card. */
export interface Transcript {
  readonly operation: 'authorize' | 'capture' | 'void' | 'refund' | 'reverse' | 'inquire';
  readonly reference: string;
  readonly outcome: AcquirerOutcome['kind'] | InquiryOutcome['kind'];
  /** Why the outcome is unknown; null otherwise. */
  readonly cause: string | null;
  readonly durationMs: number;
}

/** The simulated bank as an acquirer; `close` hangs up. */
export interface SimulatorAcquirer extends Acquirer {
  close(): Promise<void>;
}

const deadlineMsDefault = 10_000;
const connectionsMaxDefault = 128;
const answerBytesMax = 64 * 1024;
const recordsBytesMax = 32 * 1024 * 1024;

/** Makes the adapter to the simulated bank (sandbox/bank/wire.ts). It keeps connections open and never sends twice. */
export function createSimulatorAcquirer(settings: SimulatorSettings): SimulatorAcquirer {
  const connections = new Pool(settings.url, {
    connections: settings.connectionsMax ?? connectionsMaxDefault,
    pipelining: 1,
    // Each call has one deadline of its own; the two of the client would be counted on top.
    headersTimeout: 0,
    bodyTimeout: 0,
    connect: { timeout: settings.deadlineMs ?? deadlineMsDefault },
  });
  const { send, ask } = createSender(connections, settings);
  const followUp = (operation: 'capture' | 'void' | 'refund', path: string) => (request: FollowUpRequest) =>
    send({ operation, reference: request.reference, path, body: followUpBody(request) }, parseOutcome);
  return {
    name: 'simulator',
    authorize: (request) =>
      send(
        {
          operation: 'authorize',
          reference: request.reference,
          path: '/authorizations',
          body: authorizationBody(request),
        },
        parseOutcome,
      ),
    capture: followUp('capture', '/captures'),
    void: followUp('void', '/voids'),
    refund: followUp('refund', '/refunds'),
    reverse: ({ reference, original, acquirerReference = null }) =>
      send(
        {
          operation: 'reverse',
          reference,
          path: '/reversals',
          body: JSON.stringify({ reference, original, authorization: acquirerReference }),
        },
        (answer) => parseReversal(answer, original),
      ),
    inquire: (reference) =>
      send(
        { operation: 'inquire', reference, path: `/messages/${encodeURIComponent(reference)}`, body: null },
        parseInquiry,
      ),
    records: createRecords((path) => ask(path, null, recordsBytesMax)),
    close: () => connections.destroy(),
  };
}

interface Call {
  readonly operation: Transcript['operation'];
  readonly reference: AttemptId;
  readonly path: string;
  readonly body: string | null;
}

function createSender(connections: Pool, settings: SimulatorSettings) {
  const deadlineMs = settings.deadlineMs ?? deadlineMsDefault;
  const headers = { 'content-type': 'application/json', 'x-api-key': settings.apiKey };
  const ask = (path: string, body: string | null, bytesMax: number) =>
    exchange(connections, { path, body, headers, deadlineMs, bytesMax });

  async function send<Outcome extends AcquirerOutcome | InquiryOutcome>(
    call: Call,
    parse: (answer: HttpAnswer) => Outcome,
  ): Promise<Outcome | NoAnswer> {
    const startedAt = performance.now();
    const answer = await ask(call.path, call.body, answerBytesMax);
    const outcome = 'kind' in answer ? answer : parse(answer);
    settings.onTranscript?.({
      operation: call.operation,
      reference: call.reference,
      outcome: outcome.kind,
      cause: outcome.kind === 'unknown' ? outcome.cause : null,
      durationMs: performance.now() - startedAt,
    });
    return outcome;
  }

  return { send, ask };
}
