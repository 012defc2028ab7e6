/** Of the system, and of PostgreSQL (appendix A: class 08, too many connections, shutting down, starting up, read only). */
const unreachableCodes = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ECONNABORTED',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ENOENT',
  '08000',
  '08001',
  '08003',
  '08004',
  '08006',
  '53300',
  '57P01',
  '57P02',
  '57P03',
  '25006',
]);

/** What the driver `pg` says, without a code, when its socket or its pool has let it down. */
const unreachableMessages =
  /^(Connection terminated|timeout exceeded when trying to connect|timeout expired|Client has encountered a connection error|Cannot use a pool after calling end)/;

/** Whether `error`, or what caused it, says that a database cannot be reached or will not serve at the moment. */
export function isConnectionError(error: unknown): boolean {
  for (let cause = error, depth = 0; cause instanceof Error && depth < 5; cause = cause.cause, depth++) {
    const { code, syscall } = cause as { code?: unknown; syscall?: unknown };
    // ENOENT means a missing socket only when it came from connecting; of a file it is a bug of ours.
    if (code === 'ENOENT' && syscall !== 'connect') continue;
    if (typeof code === 'string' && unreachableCodes.has(code)) return true;
    if (unreachableMessages.test(cause.message)) return true;
  }
  return false;
}
