import { existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { type Account, chooseAccount, chooseLaunch } from './account.ts';
import { findBinaries } from './binaries.ts';
import {
  type ClusterFolders,
  clusterFolders,
  EMBEDDED_DATABASE,
  EMBEDDED_USER,
  ensureCluster,
  giveClusterTo,
  giveTo,
  readPassword,
} from './cluster.ts';
import { takeOwnerLock } from './owner-lock.ts';
import { serverArguments } from './settings.ts';
import { type Supervised, supervise } from './supervise.ts';

/** The major version that the npm package brings; another one needs a folder, and a migration, of its own. */
export const MAJOR_VERSION = '18';
/** A Unix socket's path is at most 107 bytes on Linux and 103 on macOS. */
const SOCKET_PATH_BYTES_MAX = 103;
const SOCKET_NAME = '.s.PGSQL.5432';

/** Where the embedded server's life is told: a pino logger fits. */
export type EmbeddedPostgresLog = {
  info(text: string): void;
  warn(text: string): void;
  error(text: string): void;
};

export type EmbeddedPostgresOptions = {
  /** The folder of all of Sallyport's data; the cluster is made in `postgres/18` under it. */
  readonly dataFolder: string;
  readonly log: EmbeddedPostgresLog;
  /** Server settings that replace the usual ones; tests use it to switch off fsync. */
  readonly settings?: Readonly<Record<string, string>>;
};

export type EmbeddedPostgres = {
  /** For the superuser, on a Unix socket; holds the password, so it is not to be logged. */
  readonly connectionString: string;
  /** The running postmaster's process id; another one after a restart. */
  readonly pid: number;
  /** Told once when PostgreSQL ended and could not be brought back; the text says why. */
  onExit(listener: (reason: string) => void): void;
  /** Stops it by a fast shutdown and resolves when it is gone. */
  stop(): Promise<void>;
};

/**
 * Starts the PostgreSQL that comes with the npm package, making its cluster first if there is none.
 *
 * It never outlives this process, is restarted at the same address when it dies, and does not keep the event loop
 * alive. As root it runs as another account. A PostgreSQL that a killed start left behind is waited for or stopped.
 *
 * @throws {EmbeddedPostgresError} when another process uses the folder, or it cannot start here; the message says what to do.
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const { log, settings = {} } = options;
  const binaries = await findBinaries();
  mkdirSync(join(options.dataFolder, 'postgres'), { recursive: true });
  const parent = realpathSync(join(options.dataFolder, 'postgres'));
  const target = clusterFolders(join(parent, MAJOR_VERSION));
  const lock = await takeOwnerLock(parent);
  try {
    const account = chooseAccount(target.cluster);
    const launch = chooseLaunch(account, binaries, parent);
    if (!existsSync(target.cluster)) log.info('preparing the embedded PostgreSQL (first start only)');
    await ensureCluster(parent, { target, binaries, account, launch, durable: settings.fsync !== 'off' });
    giveClusterTo(account, target);
    const socket = openSocketFolder(target, account);
    const server = await supervise({
      launch,
      postgres: binaries.postgres,
      clusterFolder: target.cluster,
      args: serverArguments(target.cluster, socket.folder, settings),
      log,
    });
    const address = connectionAddress(socket.folder, readPassword(target));
    await createDatabaseOnce(address).catch(async (error: unknown) => {
      await server.stop();
      throw error;
    });
    return embeddedPostgres(server, address(EMBEDDED_DATABASE), async () => {
      socket.remove();
      await lock.release();
    });
  } catch (error) {
    await lock.release();
    throw error;
  }
}

function embeddedPostgres(
  server: Supervised,
  connectionString: string,
  release: () => Promise<void>,
): EmbeddedPostgres {
  let stopping: Promise<void> | undefined;
  return {
    connectionString,
    get pid() {
      return server.pid();
    },
    onExit: server.onExit,
    stop() {
      stopping ??= server.stop().then(release);
      return stopping;
    },
  };
}

/** The socket lives beside the cluster, or in a short folder of the system's when the path would be too long. */
function openSocketFolder(
  folders: ClusterFolders,
  account: Account | null,
): { folder: string; remove(): void } {
  if (Buffer.byteLength(join(folders.socket, SOCKET_NAME)) <= SOCKET_PATH_BYTES_MAX) {
    mkdirSync(folders.socket, { recursive: true, mode: 0o700 });
    giveTo(account, folders.socket);
    // A name left by a killed server would hold its process id, which may be someone else's by now.
    for (const name of [SOCKET_NAME, `${SOCKET_NAME}.lock`])
      rmSync(join(folders.socket, name), { force: true });
    return { folder: folders.socket, remove: () => undefined };
  }
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-'));
  giveTo(account, folder);
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

/** Makes the connection string of a database of the server whose socket is in the folder; holds the password. */
export function connectionAddress(socketFolder: string, password: string): (database: string) => string {
  const host = encodeURIComponent(socketFolder);
  return (database) => `postgres://${EMBEDDED_USER}:${password}@${host}:5432/${database}`;
}

/** Not part of making the cluster: a start killed between the two must find its way. */
async function createDatabaseOnce(address: (database: string) => string): Promise<void> {
  const client = new Client({ connectionString: address('postgres') });
  await client.connect();
  try {
    const found = await client.query('select 1 from pg_database where datname = $1', [EMBEDDED_DATABASE]);
    if (found.rowCount === 0) await client.query(`create database ${EMBEDDED_DATABASE}`);
  } finally {
    await client.end();
  }
}
