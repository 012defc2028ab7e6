/** Of the system. */
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
]);

/**
 * Of PostgreSQL (its appendix A): 08 connections; 53 out of disk, memory or connections; 57P shutting down, crashed, starting
 * up, database dropped, idle for too long; 58030 the disk fails; 25006 read only, as a standby is; 25P03 we were too slow.
 */
const unservingStates = /^(080[0-9]{2}|53...|57P0[1-5]|58030|25006|25P03)$/;

/**
 * PostgreSQL calls a disk that takes no writes a lack of privilege (42501), as it calls a right that somebody lacks. Where
 * in its own source the error arose tells which: these files read and write the disk.
 */
const diskSources = /^(md|fd|slru|xlog|buffile|copydir|relmapper)\.c$/;

/** What the driver `pg` says, without a code, when its socket or its pool has let it down. */
const unreachableMessages =
  /^(Connection terminated|timeout exceeded when trying to connect|timeout expired|Query read timeout|Client has encountered a connection error|Cannot use a pool after calling end)/;

/** Whether `error`, or what caused it, says that a database cannot be reached or will not serve at the moment. */
export function isConnectionError(error: unknown): boolean {
  for (let cause = error, depth = 0; cause instanceof Error && depth < 5; cause = cause.cause, depth++) {
    const { code, syscall, file } = cause as { code?: unknown; syscall?: unknown; file?: unknown };
    // ENOENT means a missing socket only when it came from connecting; of a file it is a bug of ours.
    if (code === 'ENOENT' && syscall !== 'connect') continue;
    if (code === '42501' && typeof file === 'string' && diskSources.test(file)) return true;
    if (typeof code === 'string' && (unreachableCodes.has(code) || unservingStates.test(code))) return true;
    if (unreachableMessages.test(cause.message)) return true;
  }
  return false;
}
