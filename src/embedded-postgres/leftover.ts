import { execFileSync } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { EmbeddedPostgresError } from './embedded-postgres-error.ts';

const POLL_MS = 25;
/** A previous PostgreSQL gets this long to finish the fast shutdown that its keeper asked for. */
const FAST_SHUTDOWN_MS = 10_000;
const IMMEDIATE_SHUTDOWN_MS = 5_000;

/** What the first, fifth and eighth line of `postmaster.pid` tell (src/include/utils/pidfile.h of PostgreSQL). */
export type PostmasterFile = { readonly pid: number; readonly socketFolder: string; readonly status: string };

/** Reads `postmaster.pid`; null when there is none or it is not written yet. */
export function readPostmasterFile(clusterFolder: string): PostmasterFile | null {
  try {
    const lines = readFileSync(join(clusterFolder, 'postmaster.pid'), 'utf8').split('\n');
    const pid = Number(lines[0]);
    if (!Number.isSafeInteger(pid) || pid <= 1) return null;
    return { pid, socketFolder: lines[4] ?? '', status: lines[7]?.trim() ?? '' };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

/**
 * Clears what a previous owner of the cluster left behind; only its present owner may call this.
 * A PostgreSQL that still runs on it is orphaned by definition: it is given time to shut down, then stopped.
 * A `postmaster.pid` whose process is gone, or is now someone else's, is removed.
 *
 * @throws {EmbeddedPostgresError} when the old PostgreSQL cannot be stopped, or its file not be removed.
 */
export async function clearLeftover(
  clusterFolder: string,
  warn: (text: string) => void,
  fastShutdownMs: number = FAST_SHUTDOWN_MS,
): Promise<void> {
  const left = readPostmasterFile(clusterFolder);
  if (left === null) return;
  const { pid } = left;
  if (isPostmasterOf(pid, clusterFolder)) {
    warn(`PostgreSQL ${pid} of the previous start is still shutting down; waiting for it`);
    if (!(await goneWithin(pid, clusterFolder, fastShutdownMs))) {
      sendSignal(pid, 'SIGQUIT');
      if (!(await goneWithin(pid, clusterFolder, IMMEDIATE_SHUTDOWN_MS))) {
        throw new EmbeddedPostgresError(
          `PostgreSQL ${pid} still runs on ${clusterFolder} and does not stop: end it by hand`,
        );
      }
    }
  }
  if (readPostmasterFile(clusterFolder)?.pid === pid) removePostmasterFile(clusterFolder);
}

function removePostmasterFile(clusterFolder: string): void {
  const file = join(clusterFolder, 'postmaster.pid');
  try {
    rmSync(file, { force: true });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new EmbeddedPostgresError(`${file} of a PostgreSQL that is gone cannot be removed: ${reason}`, {
      cause: error,
    });
  }
}

async function goneWithin(pid: number, clusterFolder: string, limitMs: number): Promise<boolean> {
  for (let waitedMs = 0; waitedMs < limitMs; waitedMs += POLL_MS) {
    if (!isPostmasterOf(pid, clusterFolder)) return true;
    await delay(POLL_MS);
  }
  return false;
}

/** Sends a signal; false when the process is already gone. */
export function sendSignal(pid: number, signal: NodeJS.Signals): boolean {
  try {
    return process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
    throw error;
  }
}

/** Tells by its command line whether a process is the postmaster that we start on this folder; a zombie is not. */
export function isPostmasterOf(pid: number, clusterFolder: string): boolean {
  const command = commandLine(pid);
  return command[0]?.endsWith('postgres') === true && command.includes(`-D${clusterFolder}`);
}

function commandLine(pid: number): string[] {
  try {
    if (process.platform === 'linux') return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
    return execFileSync('ps', ['-o', 'command=', '-p', String(pid)], { encoding: 'utf8' })
      .trim()
      .split(' ');
  } catch {
    return [];
  }
}
