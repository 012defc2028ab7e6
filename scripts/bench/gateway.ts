import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import {
  clusterFolders,
  EMBEDDED_DATABASE,
  EMBEDDED_USER,
  readPassword,
} from '../../src/embedded-postgres/cluster.ts';
import { readPostmasterFile } from '../../src/embedded-postgres/leftover.ts';
import { compileCache, gatewayFlags } from '../lib/project.mjs';
import { freePort, type Program, startProgram } from './programs.ts';

/** The real program on an embedded PostgreSQL with its production settings. */
export interface RunningGateway extends Program {
  readonly url: string;
  readonly postmaster: number;
  /** From starting the process to its line "Sallyport is ready". */
  readonly startMs: number;
  connectionString(database: string): string;
}

export const gatewayDatabase = EMBEDDED_DATABASE;
const readyMsMax = 60_000;
const pollMs = 2;

/** Starts the gateway on `dataFolder` and waits until it says that it is ready. */
export async function startGateway(
  dataFolder: string,
  options: {
    readonly acquirerUrl?: string;
    readonly nodeFlags?: readonly string[];
    readonly logFile: string;
  },
): Promise<RunningGateway> {
  const startedAt = performance.now();
  const program = startProgram({
    file: 'src/main.ts',
    nodeFlags: [...gatewayFlags, ...(options.nodeFlags ?? [])],
    logFile: options.logFile,
    env: {
      NODE_COMPILE_CACHE: compileCache,
      PORT: '0',
      HOST: '127.0.0.1',
      PUBLIC_URL: '',
      DATABASE_URL: '',
      SALLYPORT_MODE: 'sandbox',
      SALLYPORT_DATA: dataFolder,
      SALLYPORT_ACQUIRER_URL: options.acquirerUrl ?? '',
    },
  });
  const url = await waitUntilReady(program, options.logFile, startedAt);
  const startMs = performance.now() - startedAt;
  const folders = clusterFolders(join(dataFolder, 'postgres', '18'));
  const postmaster = readPostmasterFile(folders.cluster);
  const host = encodeURIComponent(postmaster?.socketFolder ?? '');
  const password = readPassword(folders);
  return {
    ...program,
    url,
    postmaster: postmaster?.pid ?? 0,
    startMs,
    connectionString: (database) => `postgres://${EMBEDDED_USER}:${password}@${host}:5432/${database}`,
  };
}

async function waitUntilReady(program: Program, logFile: string, startedAt: number): Promise<string> {
  for (;;) {
    const printed = readFileSync(logFile, 'utf8');
    const ready = /Sallyport is ready: (\S+)/.exec(printed);
    if (ready?.[1]) return ready[1];
    if (!isAlive(program.pid) || performance.now() - startedAt > readyMsMax)
      throw new Error(`the gateway did not start:\n${printed.slice(-4000)}`);
    await delay(pollMs);
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** Starts the bank that approves everything at once. */
export async function startInstantBank(logFile: string): Promise<Program & { readonly url: string }> {
  const port = await freePort();
  const program = startProgram({
    file: 'src/sandbox/instant-bank.ts',
    args: ['--port', String(port)],
    logFile,
  });
  for (let tries = 0; !(await canConnect(port)); tries++) {
    if (tries > 200) throw new Error('the bank did not start');
    await delay(25);
  }
  return { ...program, url: `http://127.0.0.1:${port}` };
}

function canConnect(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
