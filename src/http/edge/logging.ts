import { type DestinationStream, type Logger, type LoggerOptions, pino } from 'pino';
import { scrubText } from './scrub.ts';

/** The only members of a log line besides level, time and message; whatever else is passed is dropped unseen. */
const loggedFields: ReadonlySet<string> = new Set([
  'requestId',
  'method',
  'route',
  'path',
  'status',
  'durationMs',
  'merchantId',
  'remoteAddress',
  'paymentId',
  'attemptId',
  'refundId',
  'eventId',
  'deliveryId',
  'endpointId',
  'authenticationId',
  'credentialId',
  'orderId',
  'reference',
  'acquirer',
  'operation',
  'outcome',
  'reason',
  'code',
  'dialect',
  'format',
  'attempt',
  'sequence',
  'count',
  'job',
  'check',
  'table',
  'migration',
  'schema',
  'keyId',
  'mode',
  'role',
  'version',
  'host',
  'port',
  'address',
  'signal',
  'retryInMs',
  'ageMs',
  'err',
]);

const textLengthMax = 500;
const stackLengthMax = 4000;
/** A number as long as a card's is written as text, so that the scrub may replace it and the line stays JSON. */
const plainNumberMax = 1e12;

export interface LoggerSettings {
  /** `info` unless told; `silent` writes nothing. */
  readonly level?: string;
  /** Standard output unless told. */
  readonly destination?: DestinationStream;
}

/**
 * A logger of one JSON object per line that cannot be talked into leaking: members outside `loggedFields` are dropped,
 * objects too, errors shrink to type, code, message and stack, and every finished line is scrubbed of card numbers and
 * secret keys.
 */
export function createLogger({ level = 'info', destination }: LoggerSettings = {}): Logger {
  const options: LoggerOptions = {
    level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }), log: allowedMembers },
    serializers: { err: loggedError },
    hooks: { streamWrite: scrubText },
  };
  return destination ? pino(options, destination) : pino(options);
}

function allowedMembers(members: Record<string, unknown>): Record<string, unknown> {
  const allowed: Record<string, unknown> = {};
  for (const key in members) {
    if (!loggedFields.has(key)) continue;
    const value = members[key];
    if (key === 'err') allowed.err = value;
    else if (isPlain(value))
      allowed[key] = typeof value === 'string' ? value.slice(0, textLengthMax) : plainNumber(value);
  }
  return allowed;
}

const isPlain = (value: unknown): value is string | number | bigint | boolean | null =>
  value === null || ['string', 'number', 'bigint', 'boolean'].includes(typeof value);

function plainNumber<T>(value: T): T | string {
  if (typeof value === 'bigint') return value.toString();
  return typeof value === 'number' && !(Math.abs(value) < plainNumberMax) ? String(value) : value;
}

interface LoggedError {
  readonly type: string;
  readonly code?: string;
  readonly message: string;
  readonly stack?: string;
  readonly cause?: LoggedError;
}

/** Other members of an error may hold rows, requests or answers, so none of them is copied. */
function loggedError(error: unknown, depth = 0): LoggedError {
  if (!(error instanceof Error))
    return { type: typeof error, message: 'something was thrown that is not an error' };
  const { code, cause } = error as { code?: unknown; cause?: unknown };
  return {
    type: error.name,
    ...(typeof code === 'string' && { code }),
    message: error.message.slice(0, textLengthMax),
    ...(error.stack !== undefined && { stack: error.stack.slice(0, stackLengthMax) }),
    ...(cause !== undefined && depth < 3 && { cause: loggedError(cause, depth + 1) }),
  };
}
