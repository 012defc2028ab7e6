import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  chownSync,
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import type { Account, Launch } from './account.ts';
import type { Binaries } from './binaries.ts';
import { EmbeddedPostgresError } from './embedded-postgres-error.ts';
import { spawnKept } from './kept-process.ts';

/** The superuser of the embedded server, and the database that Sallyport keeps in it. */
export const EMBEDDED_USER = 'sallyport';
export const EMBEDDED_DATABASE = 'sallyport';

/** One PostgreSQL version's folder: `cluster/` is its data, `password` the superuser's (mode 0600), `socket/` its door. */
export type ClusterFolders = {
  readonly root: string;
  readonly cluster: string;
  readonly password: string;
  readonly socket: string;
};

export function clusterFolders(root: string): ClusterFolders {
  return {
    root,
    cluster: join(root, 'cluster'),
    password: join(root, 'password'),
    socket: join(root, 'socket'),
  };
}

export type NewCluster = {
  readonly target: ClusterFolders;
  readonly binaries: Binaries;
  readonly account: Account | null;
  readonly launch: Launch;
  /** False in throwaway clusters for tests, which need not reach the disk. */
  readonly durable: boolean;
};

/**
 * Makes the cluster if it is not there: built in a folder beside its place and renamed into it when complete, so a
 * start that is killed half way leaves only a folder that the next one removes.
 *
 * @throws {EmbeddedPostgresError} when initdb fails.
 */
export async function ensureCluster(parent: string, wanted: NewCluster): Promise<void> {
  removeUnfinished(parent);
  if (existsSync(wanted.target.cluster)) return;
  const temporary = clusterFolders(mkdtempSync(join(parent, 'initialising-')));
  chmodSync(temporary.root, 0o711);
  for (const folder of [temporary.cluster, temporary.socket]) {
    mkdirSync(folder, { mode: 0o700 });
    giveTo(wanted.account, folder);
  }
  writeFileSync(temporary.password, randomBytes(32).toString('base64url'), { mode: 0o600, flush: true });
  giveTo(wanted.account, temporary.password);
  await runInitdb(temporary, wanted);
  syncFolder(temporary.root);
  renameSync(temporary.root, wanted.target.root);
  syncFolder(parent);
  removeUnfinished(parent);
}

/** Removes what killed starts left; called twice because the initdb of one just killed may still be writing at first. */
function removeUnfinished(parent: string): void {
  for (const name of readdirSync(parent)) {
    if (!name.startsWith('initialising-')) continue;
    try {
      rmSync(join(parent, name), { recursive: true, force: true });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOTEMPTY') throw error;
    }
  }
}

async function runInitdb(folders: ClusterFolders, wanted: NewCluster): Promise<void> {
  const printed: string[] = [];
  const { exited } = await spawnKept(
    wanted.launch,
    wanted.binaries.initdb,
    [
      `--pgdata=${folders.cluster}`,
      `--username=${EMBEDDED_USER}`,
      `--pwfile=${folders.password}`,
      '--auth=scram-sha-256',
      '--encoding=UTF8',
      '--locale=C',
      '--locale-provider=builtin',
      '--builtin-locale=C.UTF-8',
      ...(wanted.durable ? [] : ['--no-sync']),
    ],
    (line) => printed.push(line),
  );
  const code = await waitHolding(exited);
  if (code === 0) return;
  const reason =
    printed.findLast((line) => /error|FATAL|could not/i.test(line)) ?? printed.at(-1) ?? `exit code ${code}`;
  throw new EmbeddedPostgresError(
    `PostgreSQL could not make its folder in ${folders.root}: ${reason}. Check free space and rights, or set DATABASE_URL`,
  );
}

/** Kept processes do not hold the event loop; while one must be waited for, this does. */
async function waitHolding<T>(promise: Promise<T>): Promise<T> {
  const hold = setInterval(() => undefined, 60_000);
  try {
    return await promise;
  } finally {
    clearInterval(hold);
  }
}

/** Puts right what copying a data folder by hand may change: owner and modes. The password must have survived. */
export function readPassword(folders: ClusterFolders): string {
  try {
    return readFileSync(folders.password, 'utf8');
  } catch (error) {
    throw new EmbeddedPostgresError(
      `the password of the embedded PostgreSQL cannot be read from ${folders.password}: run Sallyport as the user who owns ` +
        'the folder, or restore the file from a backup',
      { cause: error },
    );
  }
}

/** Gives everything of a cluster that root came to own (a copy, a restored backup) back to the account that runs it. */
export function giveClusterTo(account: Account | null, folders: ClusterFolders): void {
  if (account === null || statSync(folders.cluster).uid !== 0) return;
  for (const name of readdirSync(folders.cluster, { recursive: true, encoding: 'utf8' })) {
    giveTo(account, join(folders.cluster, name));
  }
  for (const path of [folders.password, folders.cluster]) giveTo(account, path);
}

export function giveTo(account: Account | null, path: string): void {
  if (account !== null) chownSync(path, account.uid, account.gid);
}

function syncFolder(folder: string): void {
  const descriptor = openSync(folder, 'r');
  fsyncSync(descriptor);
  closeSync(descriptor);
}
