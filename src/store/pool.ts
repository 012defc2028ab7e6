import { Pool, types } from 'pg';

const TYPE_DATE = 1082;
const TYPE_INT8 = 20;
const TYPE_INT8_ARRAY = 1016;
const TYPE_NUMERIC = 1700;
const TYPE_TIMESTAMP_WITHOUT_ZONE = 1114;

const CONNECT_TIMEOUT_MS = 10_000;
const STATEMENT_TIMEOUT_MS = 30_000;
const IDLE_IN_TRANSACTION_TIMEOUT_MS = 60_000;
/** When a connection was quiet so long, the system asks whether the other machine is still there. */
const KEEP_ALIVE_AFTER_MS = 10_000;

export type PoolSettings = {
  /** Most connections open at once. */
  readonly max: number;
  /** Longest that one statement may run, in milliseconds; 30 seconds when left out. */
  readonly statementTimeoutMs?: number;
  /**
   * Longest that we wait for the answer to one statement, in milliseconds; without it, for ever. To be longer than
   * `statementTimeoutMs`: it is for servers that have vanished without hanging up, and its connection is given up.
   */
  readonly answerTimeoutMs?: number;
  /** When true, idle connections do not keep the process alive. */
  readonly allowExitOnIdle?: boolean;
  /** Told of a connection that broke while nobody was using it; the pool replaces it by itself. */
  readonly onIdleError?: (error: Error) => void;
};

const asText = (text: string): string => text;

const parsers = new Map<number, (text: string) => unknown>([
  [TYPE_INT8, BigInt],
  // A bigint array's text form is `{1,2,NULL}`: digits, commas and NULL only, one dimension in this store.
  [TYPE_INT8_ARRAY, (text) => parseBigintArray(text)],
  [TYPE_NUMERIC, asText],
  // Without a zone the driver would read these in the machine's own zone.
  [TYPE_DATE, asText],
  [TYPE_TIMESTAMP_WITHOUT_ZONE, asText],
]);

function parseBigintArray(text: string): (bigint | null)[] {
  const inside = text.slice(1, -1);
  if (inside === '') return [];
  return inside.split(',').map((item) => (item === 'NULL' ? null : BigInt(item)));
}

/**
 * Opens a pool of PostgreSQL connections.
 *
 * Rows come back as: `int8` → bigint, `numeric` and `date` → string, `timestamptz` → Date, `json`/`jsonb` → parsed.
 * A connection that dies is dropped and replaced; the query running on it rejects.
 */
export function createPool(connectionString: string, settings: PoolSettings): Pool {
  const pool = new Pool({
    connectionString,
    max: settings.max,
    application_name: 'sallyport',
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    statement_timeout: settings.statementTimeoutMs ?? STATEMENT_TIMEOUT_MS,
    idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_TIMEOUT_MS,
    allowExitOnIdle: settings.allowExitOnIdle ?? false,
    ...(settings.answerTimeoutMs !== undefined && { query_timeout: settings.answerTimeoutMs }),
    keepAlive: true,
    keepAliveInitialDelayMillis: KEEP_ALIVE_AFTER_MS,
    types: {
      getTypeParser: ((oid: number, format?: 'text' | 'binary') =>
        (format !== 'binary' && parsers.get(oid)) ||
        types.getTypeParser(oid, format)) as typeof types.getTypeParser,
    },
  });
  pool.on('error', (error) => settings.onIdleError?.(error));
  // A connection that breaks while it is checked out, between two queries, emits "error" with no other listener,
  // which would end the process; the next query on it rejects anyway.
  pool.on('connect', (client) => client.on('error', () => undefined));
  return pool;
}
