import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { projectFolder } from './project.mjs';

/** How long a group that was asked to end may take before it is killed. */
const ENDING_MS_MAX = 3_000;
const STOP_SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
/**
 * Stands beside us in a session of its own and reads a pipe whose other end only we hold. When it closes without a word we
 * were killed, and nobody else can end the group.
 */
const REAPER = 'read -r _ && exit; kill -s TERM -- "-$1"; sleep 2; kill -s KILL -- "-$1"';

/** We were asked to stop; the program that ran has ended. */
export class Stopped extends Error {
  readonly exitCode: number;

  constructor(signal: NodeJS.Signals) {
    super(`stopped by ${signal}`);
    this.exitCode = 128 + constants.signals[signal];
  }
}

/**
 * Runs a program of this Node with its output shown, in a process group of its own: however it or we end, `kill -9`
 * included, nothing that it started in the group goes on. Resolves with its exit code.
 *
 * @throws {Stopped} when a signal asked us to stop; the group was asked in turn, and has ended.
 */
export async function runInGroup(
  args: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
  limitMs: number,
): Promise<number> {
  const child = spawn(process.execPath, args, {
    cwd: projectFolder,
    stdio: 'inherit',
    env: environment,
    detached: true,
  });
  const exited = new Promise<number>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => resolve(code ?? 1));
  });
  const group = child.pid;
  if (group === undefined) return await exited;

  const release = guard(group);
  let stoppedBy: NodeJS.Signals | undefined;
  const stop = (signal: NodeJS.Signals): void => {
    stoppedBy ??= signal;
    signalGroup(group, signal);
    setTimeout(() => signalGroup(group, 'SIGKILL'), ENDING_MS_MAX).unref();
  };
  for (const signal of STOP_SIGNALS) process.on(signal, stop);
  const limit = setTimeout(() => signalGroup(group, 'SIGKILL'), limitMs);
  try {
    const code = await exited;
    if (stoppedBy !== undefined) throw new Stopped(stoppedBy);
    return code;
  } finally {
    clearTimeout(limit);
    for (const signal of STOP_SIGNALS) process.off(signal, stop);
    // What a program left behind in its group belongs to nobody any more.
    signalGroup(group, 'SIGKILL');
    release();
  }
}

function guard(group: number): () => void {
  const reaper = spawn('/bin/sh', ['-c', REAPER, 'reaper', String(group)], {
    stdio: ['pipe', 'ignore', 'ignore'],
    cwd: '/',
    detached: true,
  });
  reaper.unref();
  return () => reaper.stdin.end('\n');
}

function signalGroup(group: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-group, signal);
  } catch (error) {
    // Nobody is left in it.
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
