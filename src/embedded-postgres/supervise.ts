import { setTimeout as delay } from 'node:timers/promises';
import type { Launch } from './account.ts';
import { EmbeddedPostgresError } from './embedded-postgres-error.ts';
import { type KeptProcess, spawnKept } from './kept-process.ts';
import { clearLeftover, readPostmasterFile, sendSignal } from './leftover.ts';

const READY_POLL_MS = 10;
/** Recovery after a crash replays at most max_wal_size of log; this is far above what that takes. */
const READY_MS_MAX = 120_000;
const FAST_SHUTDOWN_MS = 15_000;
const IMMEDIATE_SHUTDOWN_MS = 5_000;
const RESTART_DELAYS_MS = [50, 200, 500, 1_000, 2_000, 5_000];
/** A disk that takes no writes is mended by somebody: until then PostgreSQL is tried again this often, however long it takes. */
const UNWRITABLE_DISK_DELAY_MS = 5_000;
const UNWRITABLE_DISK =
  /No space left on device|Disk quota exceeded|Read-only file system|Input\/output error/i;
/** A server that ran this long had started well, so its next end counts from one again. */
const STEADY_MS = 60_000;
/** Lines kept to tell why a start failed. */
const LAST_LINES_MAX = 20;

export type SupervisedServer = {
  readonly launch: Launch;
  readonly postgres: string;
  readonly clusterFolder: string;
  readonly args: readonly string[];
  readonly log: { info(text: string): void; warn(text: string): void; error(text: string): void };
};

export type Supervised = {
  pid(): number;
  onExit(listener: (reason: string) => void): void;
  stop(): Promise<void>;
};

/** A server that was started, and the last lines that it printed. */
type Running = { readonly process: KeptProcess; readonly lastLines: readonly string[] };

/**
 * Starts PostgreSQL, resolves when it accepts connections, and starts it again with the same arguments whenever it
 * ends by itself: after 50 ms at first, then slower when it ends again soon. After six starts in a row that failed it
 * gives up, unless they failed because the disk was full or took no writes for another reason.
 *
 * @throws {EmbeddedPostgresError} when the first start fails.
 */
export async function supervise(server: SupervisedServer): Promise<Supervised> {
  const listeners: ((reason: string) => void)[] = [];
  let stopping = false;
  let running = await startServer(server);

  const watch = async (): Promise<void> => {
    let deaths = 0;
    while (!stopping) {
      const startedAt = performance.now();
      await running.process.exited;
      if (stopping) return;
      if (performance.now() - startedAt > STEADY_MS) deaths = 0;
      server.log.warn('PostgreSQL ended by itself; starting it again');
      const restarted = await restart(
        server,
        { deaths, unwritable: wasDiskUnwritable(running) },
        () => stopping,
      );
      if (restarted === null) break;
      ({ running, deaths } = restarted);
    }
    if (stopping) return;
    const reason = 'PostgreSQL ended and could not be started again; the lines above say why';
    server.log.error(reason);
    for (const listener of listeners) listener(reason);
  };
  const watching = watch();

  return {
    pid: () => running.process.pid,
    onExit: (listener) => listeners.push(listener),
    async stop() {
      stopping = true;
      await shutDown(running.process);
      await watching;
      // A restart that was under way when the stop came has its own process to end.
      await shutDown(running.process);
    },
  };
}

/**
 * `deaths` in quick succession make the waits longer; only starts that fail, six in a row, make us give up. `unwritable` says
 * that the disk was, when PostgreSQL ended: that ends when somebody mends it, and is not counted.
 */
async function restart(
  server: SupervisedServer,
  before: { readonly deaths: number; readonly unwritable: boolean },
  isStopping: () => boolean,
): Promise<{ running: Running; deaths: number } | null> {
  let { unwritable } = before;
  let failedStarts = 0;
  while (unwritable || failedStarts < RESTART_DELAYS_MS.length) {
    const step = Math.min(before.deaths + failedStarts, RESTART_DELAYS_MS.length - 1);
    await delay(unwritable ? UNWRITABLE_DISK_DELAY_MS : RESTART_DELAYS_MS[step], undefined, { ref: false });
    if (isStopping()) return null;
    try {
      const running = await startServer(server);
      server.log.info(`PostgreSQL runs again as process ${running.process.pid}`);
      return { running, deaths: unwritable ? before.deaths : before.deaths + 1 };
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      server.log.warn(message);
      unwritable = UNWRITABLE_DISK.test(message);
      if (!unwritable) failedStarts += 1;
    }
  }
  return null;
}

function wasDiskUnwritable({ lastLines }: Running): boolean {
  return lastLines.some((line) => UNWRITABLE_DISK.test(line));
}

async function startServer(server: SupervisedServer): Promise<Running> {
  await clearLeftover(server.clusterFolder, (text) => server.log.warn(text));
  const lastLines: string[] = [];
  const process = await spawnKept(server.launch, server.postgres, server.args, (line) => {
    lastLines.push(line);
    if (lastLines.length > LAST_LINES_MAX) lastLines.shift();
    tellLine(server.log, line);
  });
  await becomeReady(server, process, lastLines);
  return { process, lastLines };
}

async function becomeReady(
  server: SupervisedServer,
  process: KeptProcess,
  lastLines: string[],
): Promise<void> {
  let exitCode: number | null | undefined;
  process.exited.then((code) => {
    exitCode = code;
  });
  for (let waitedMs = 0; waitedMs < READY_MS_MAX; waitedMs += READY_POLL_MS) {
    const file = readPostmasterFile(server.clusterFolder);
    if (file?.pid === process.pid && file.status === 'ready') return;
    if (exitCode !== undefined) {
      const reason =
        lastLines.findLast((line) => UNWRITABLE_DISK.test(line)) ??
        lastLines.findLast((line) => /FATAL|error/i.test(line)) ??
        `exit code ${exitCode}`;
      throw new EmbeddedPostgresError(`PostgreSQL could not start on ${server.clusterFolder}: ${reason}`);
    }
    await delay(READY_POLL_MS);
  }
  sendSignal(process.pid, 'SIGQUIT');
  throw new EmbeddedPostgresError(
    `PostgreSQL was not ready on ${server.clusterFolder} within ${READY_MS_MAX / 1000} s`,
  );
}

/** Fast shutdown first; a server that does not follow is stopped at once and recovers at its next start. */
async function shutDown(process: KeptProcess): Promise<void> {
  const steps = [
    { signal: 'SIGINT', waitMs: FAST_SHUTDOWN_MS },
    { signal: 'SIGQUIT', waitMs: IMMEDIATE_SHUTDOWN_MS },
    { signal: 'SIGKILL', waitMs: IMMEDIATE_SHUTDOWN_MS },
  ] as const;
  let gone = false;
  const exited = process.exited.then(() => {
    gone = true;
  });
  for (const { signal, waitMs } of steps) {
    // Lets an exit that already happened be seen, so that no signal goes to a process id that is free again.
    await Promise.race([exited, delay(0)]);
    if (gone) return;
    sendSignal(process.pid, signal);
    const timer = new AbortController();
    await Promise.race([exited, delay(waitMs, undefined, { signal: timer.signal }).catch(() => undefined)]);
    timer.abort();
  }
}

/** Of what PostgreSQL prints, an operator needs its own troubles: not its notes, nor a failed statement of ours. */
function tellLine(log: SupervisedServer['log'], line: string): void {
  if (/^(FATAL|PANIC|WARNING):/.test(line) && !line.includes('terminating connection'))
    log.warn(`PostgreSQL: ${line}`);
}
