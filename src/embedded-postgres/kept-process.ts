import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import type { Launch } from './account.ts';

/**
 * A small shell stands between us and PostgreSQL and reads a pipe whose other end only we hold. However we end, kill -9
 * included, the pipe closes and the shell asks PostgreSQL for a fast shutdown. The first line out is PostgreSQL's pid.
 */
const KEEPER = `
exec 3<&0
"$@" </dev/null 1>&2 3<&- &
kept=$!
echo "$kept"
(read -r _ <&3; kill -INT "$kept") 2>/dev/null >/dev/null &
watcher=$!
wait "$kept"
status=$?
kill "$watcher" 2>/dev/null
exit "$status"
`;

/** No variable of ours reaches PostgreSQL: it needs none, and some are secrets. */
const ENVIRONMENT = { PATH: '/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin', LC_ALL: 'C', TZ: 'UTC' };

export type KeptProcess = {
  /** The kept program itself, not the shell above it. */
  readonly pid: number;
  /** Resolves with the exit code once program and keeper are gone; null when a signal ended the keeper. */
  readonly exited: Promise<number | null>;
};

/**
 * Runs a program as the given account so that it never outlives this process. It is in a session of its own: Ctrl-C
 * reaches only us. Neither it nor its pipes keep our event loop alive. `onLine` receives what it prints, line by line.
 */
export async function spawnKept(
  launch: Launch,
  program: string,
  args: readonly string[],
  onLine: (line: string) => void,
): Promise<KeptProcess> {
  const command = ['-c', KEEPER, 'keeper', ...launch.prefix, program, ...args];
  const child = spawn('/bin/sh', command, {
    stdio: ['pipe', 'pipe', 'pipe'],
    cwd: '/',
    env: ENVIRONMENT,
    detached: true,
    ...(launch.spawnAs ?? {}),
  });
  const exited = new Promise<number | null>((resolve) => {
    child.once('error', () => resolve(null));
    child.once('close', resolve);
  });
  child.stdin.on('error', () => undefined);
  createInterface({ input: child.stderr }).on('line', onLine);
  const pid = await readPid(child, child.stdout);
  letGo(child);
  return { pid, exited };
}

async function readPid(child: ChildProcess, output: Readable): Promise<number> {
  const lines = createInterface({ input: output });
  const first = await Promise.race([
    once(lines, 'line').then(([line]) => Number(line)),
    once(child, 'close').then(() => Number.NaN),
  ]);
  if (!Number.isSafeInteger(first)) throw new Error('the shell that keeps PostgreSQL could not be started');
  return first;
}

function letGo(child: ChildProcess): void {
  child.unref();
  for (const stream of child.stdio) {
    (stream as unknown as { unref?: () => void } | null)?.unref?.();
  }
}
