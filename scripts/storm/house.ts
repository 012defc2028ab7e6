import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import {
  type EmbeddedPostgres,
  startEmbeddedPostgres,
} from '../../src/embedded-postgres/embedded-postgres.ts';
import { freePort, type Program, startProgram } from '../bench/programs.ts';

export type Role = 'api' | 'worker';

/** One gateway process at a fixed address; after a kill another one takes its place there. */
export interface Post {
  readonly name: string;
  readonly role: Role;
  readonly url: string;
  readonly port: number;
  readonly logFile: string;
  program: Program;
}

export interface House {
  readonly postgres: EmbeddedPostgres;
  readonly folder: string;
  readonly posts: readonly Post[];
  readonly apis: readonly Post[];
}

const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined };
const readyMsMax = 60_000;

/** A real PostgreSQL with production durability, API processes and workers on it, each a process of its own. */
export async function openHouse(folder: string, counts: { apis: number; workers: number }): Promise<House> {
  mkdirSync(folder, { recursive: true });
  const postgres = await startEmbeddedPostgres({ dataFolder: folder, log: quiet });
  const house = { postgres, folder, posts: [] as Post[] };
  for (let index = 0; index < counts.apis + counts.workers; index++) {
    const role: Role = index < counts.apis ? 'api' : 'worker';
    const name = `${role}-${index}`;
    const port = await freePort();
    const logFile = join(folder, `${name}.log`);
    const post = { name, role, port, logFile, url: `http://127.0.0.1:${port}` };
    house.posts.push({ ...post, program: startPost(house.postgres, folder, post) });
    // One after the other: the first one migrates and makes the demonstration merchants.
    await waitUntilReady(post.url);
  }
  return { ...house, apis: house.posts.filter((post) => post.role === 'api') };
}

function startPost(
  postgres: EmbeddedPostgres,
  folder: string,
  post: Pick<Post, 'role' | 'port' | 'logFile'>,
): Program {
  return startProgram({
    file: 'src/main.ts',
    args: ['--role', post.role],
    logFile: post.logFile,
    env: {
      PORT: String(post.port),
      HOST: '127.0.0.1',
      PUBLIC_URL: '',
      DATABASE_URL: postgres.connectionString,
      SALLYPORT_DATA: folder,
      SALLYPORT_MODE: 'sandbox',
      SALLYPORT_ACQUIRER_URL: '',
      SALLYPORT_ACQUIRER_DEADLINE_MS: '1500',
      SALLYPORT_DATABASE_POOL: '8',
    },
  });
}

/** Ends a process as a power cut would, and puts another one in its place after `downMs`. */
export async function killPost(house: House, post: Post, downMs: number): Promise<void> {
  try {
    process.kill(post.program.pid, 'SIGKILL');
  } catch {
    // It is gone already, which is what we wanted.
  }
  await delay(downMs);
  post.program = startPost(house.postgres, house.folder, post);
}

export async function waitUntilReady(url: string): Promise<void> {
  const until = Date.now() + readyMsMax;
  for (;;) {
    const answer = await fetch(`${url}/readyz`, { signal: AbortSignal.timeout(2000) }).catch(() => null);
    await answer?.text();
    if (answer?.status === 200) return;
    if (Date.now() > until) throw new Error(`${url} is not ready after ${readyMsMax / 1000} s`);
    await delay(50);
  }
}

/** Puts a process back wherever one has ended by itself, and waits until all are ready. */
export async function standAll(house: House): Promise<void> {
  for (const post of house.posts) {
    if (!isAlive(post.program.pid)) post.program = startPost(house.postgres, house.folder, post);
  }
  for (const post of house.posts) await waitUntilReady(post.url);
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
