import { execFileSync } from 'node:child_process';
import { chownSync, existsSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Client } from 'pg';
import { chooseAccount, chooseLaunch } from '../../src/embedded-postgres/account.ts';
import { findBinaries } from '../../src/embedded-postgres/binaries.ts';
import {
  type ClusterFolders,
  clusterFolders,
  EMBEDDED_DATABASE,
  EMBEDDED_USER,
  readPassword,
} from '../../src/embedded-postgres/cluster.ts';
import { startEmbeddedPostgres } from '../../src/embedded-postgres/embedded-postgres.ts';
import { type KeptProcess, spawnKept } from '../../src/embedded-postgres/kept-process.ts';
import { readPostmasterFile } from '../../src/embedded-postgres/leftover.ts';
import { serverArguments } from '../../src/embedded-postgres/settings.ts';
import { Forwarder } from '../support/forwarder.ts';

const readyMsMax = 20_000;
const socketName = '.s.PGSQL.5432';
const standbyName = 'standby';

/** One server of the pair; nothing starts it again when it dies. */
export interface PairServer {
  /** For the superuser, straight to this server. */
  readonly connectionString: string;
  /** Ends the server with all its processes at once, as a power cut does. */
  kill(): void;
  stop(): Promise<void>;
}

/** A primary whose commits wait for its standby, and that standby. */
export interface PostgresPair {
  readonly primary: PairServer;
  readonly standby: PairServer;
  /** Cuts the line over which the standby follows, or mends it. */
  cutLine(): void;
  mendLine(): void;
  stop(): Promise<void>;
}

// Processes die here and the machine does not, so nothing need wait for the disk.
const settings = { fsync: 'off', shared_buffers: '32MB', max_wal_size: '256MB' };

/**
 * Makes the pair in `folder` with the PostgreSQL that the project brings: a cluster, a cold copy of it as the standby,
 * and streaming replication over a line of the test's. Commits of the primary wait until the standby has flushed them.
 */
export async function startPostgresPair(folder: string): Promise<PostgresPair> {
  const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined };
  const maker = await startEmbeddedPostgres({ dataFolder: folder, log: quiet, settings });
  await maker.stop();
  const first = clusterFolders(join(folder, 'postgres', '18'));
  const second = clusterFolders(join(folder, 'postgres', 'standby'));
  makeStandby(first, second);
  const password = readPassword(first);
  const primary = await startServer(folder, first, password, {
    ...settings,
    synchronous_standby_names: standbyName,
    synchronous_commit: 'on',
  });
  const line = new Forwarder(primary.connectionString);
  await line.open();
  const standby = await startServer(folder, second, password, {
    ...settings,
    primary_conninfo: `host=127.0.0.1 port=${line.port} user=${EMBEDDED_USER} password=${password} application_name=${standbyName}`,
    wal_retrieve_retry_interval: '200ms',
  });
  await waitForReplication(primary);
  return {
    primary,
    standby,
    cutLine: () => line.pointAt(null),
    mendLine: () => line.pointAt(primary.connectionString),
    async stop() {
      await line.close();
      await primary.stop();
      await standby.stop();
    },
  };
}

/** Makes the standby a primary. Resolves when it takes writes. */
export async function promote(server: PairServer): Promise<void> {
  const promoted = await ask<{ promoted: boolean }>(server, 'select pg_promote(true, 20) as promoted');
  if (promoted?.promoted !== true) throw new Error('the standby could not be promoted');
}

/** The first row of one query, on a connection of its own. */
export async function ask<Row>(server: PairServer, sql: string): Promise<Row | undefined> {
  const client = new Client({ connectionString: server.connectionString });
  await client.connect();
  try {
    return (await client.query(sql)).rows[0] as Row | undefined;
  } finally {
    await client.end();
  }
}

/** A cold copy with owners and modes, which PostgreSQL insists on, and the mark that makes it follow. */
function makeStandby(from: ClusterFolders, to: ClusterFolders): void {
  execFileSync('cp', ['-a', from.root, to.root]);
  rmSync(join(to.socket, socketName), { force: true });
  const mark = join(to.cluster, 'standby.signal');
  writeFileSync(mark, '');
  const { uid, gid } = statSync(to.cluster);
  chownSync(mark, uid, gid);
}

async function startServer(
  folder: string,
  folders: ClusterFolders,
  password: string,
  overrides: Readonly<Record<string, string>>,
): Promise<PairServer> {
  const binaries = await findBinaries();
  const launch = chooseLaunch(chooseAccount(folders.cluster), binaries, folder);
  const printed: string[] = [];
  const server = await spawnKept(
    launch,
    binaries.postgres,
    serverArguments(folders.cluster, folders.socket, overrides),
    (line) => printed.push(line),
  );
  let ended = false;
  void server.exited.then(() => {
    ended = true;
  });
  for (const until = performance.now() + readyMsMax; ; await delay(20)) {
    const file = readPostmasterFile(folders.cluster);
    if (file?.pid === server.pid && (file.status === 'ready' || file.status === 'standby')) break;
    if (ended || performance.now() > until)
      throw new Error(`a server of the pair did not start: ${printed.slice(-5).join(' | ')}`);
  }
  return pairServer(server, folders.socket, password);
}

function pairServer(server: KeptProcess, socket: string, password: string): PairServer {
  let ended = false;
  void server.exited.then(() => {
    ended = true;
  });
  const signalAll = (signal: NodeJS.Signals): void => {
    if (ended) return;
    for (const pid of [server.pid, ...childrenOf(server.pid)]) sendSignal(pid, signal);
  };
  return {
    connectionString: `postgres://${EMBEDDED_USER}:${password}@${encodeURIComponent(socket)}:5432/${EMBEDDED_DATABASE}`,
    kill: () => signalAll('SIGKILL'),
    async stop() {
      if (!ended) sendSignal(server.pid, 'SIGQUIT');
      const hold = setInterval(() => undefined, 1000);
      await server.exited;
      clearInterval(hold);
    },
  };
}

function childrenOf(pid: number): number[] {
  const file = `/proc/${pid}/task/${pid}/children`;
  if (!existsSync(file)) return [];
  return readFileSync(file, 'utf8').trim().split(' ').filter(Boolean).map(Number);
}

function sendSignal(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It has just ended by itself.
  }
}

async function waitForReplication(primary: PairServer): Promise<void> {
  for (const until = performance.now() + readyMsMax; ; await delay(50)) {
    const row = await ask<{ state: string }>(primary, 'select sync_state as state from pg_stat_replication');
    if (row?.state === 'sync') return;
    if (performance.now() > until) throw new Error('the standby does not follow the primary');
  }
}
