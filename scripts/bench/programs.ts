import { type ChildProcess, fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { openSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { projectFolder } from '../lib/project.mjs';

const stopMsMax = 20_000;
/** Ends a program at once when this process is gone, however it ends. */
const follow = new URL('../lib/follow-launcher.mjs', import.meta.url).href;
const nodeFlags = ['--disable-warning=ExperimentalWarning', '--import', follow];

const running = new Set<ChildProcess>();

/** A program of this project in a process of its own. */
export interface Program {
  readonly pid: number;
  /** Asks it to end, and ends it when it does not follow. */
  stop(): Promise<void>;
}

export interface ProgramStart {
  readonly file: string;
  readonly args?: readonly string[];
  readonly nodeFlags?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Where its output goes, as an operator's log would. */
  readonly logFile: string;
}

/** Starts a program; it is stopped by `stopAll` at the latest. */
export function startProgram(start: ProgramStart): Program {
  const output = openSync(start.logFile, 'a');
  const child = spawn(
    process.execPath,
    [...nodeFlags, ...(start.nodeFlags ?? []), join(projectFolder, start.file), ...(start.args ?? [])],
    {
      cwd: projectFolder,
      stdio: ['ignore', output, output, 'ipc'],
      env: { ...process.env, ...start.env },
    },
  );
  running.add(child);
  child.once('exit', () => running.delete(child));
  return { pid: child.pid ?? 0, stop: () => stopChild(child) };
}

/** Starts a measuring process, which gets its task as a message; the caller follows its messages and its end. */
export function forkMeasurer(file: string): ChildProcess {
  const child = fork(join(import.meta.dirname, file), { execArgv: nodeFlags });
  running.add(child);
  child.once('exit', () => running.delete(child));
  return child;
}

async function stopChild(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.kill('SIGTERM');
  await Promise.race([gone, delay(stopMsMax, undefined, { ref: false })]);
  if (child.exitCode === null && child.signalCode === null) {
    child.kill('SIGKILL');
    await gone;
  }
}

/** Stops everything that was started here and still runs, the last one first. */
export async function stopAll(): Promise<void> {
  for (const child of [...running].reverse()) await stopChild(child);
}

/** A port on which nothing listens at the moment. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address ? address.port : 0;
}
