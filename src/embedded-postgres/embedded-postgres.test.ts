import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { Client, type Pool } from 'pg';
import { noPostgresWithin, postgresOfFolder } from '../../test/support/postgres-of-folder.ts';
import { makeThrowawayFolder } from '../../test/support/throwaway-folder.ts';
import { createPool } from '../store/pool.ts';
import { findBinaries } from './binaries.ts';
import { type EmbeddedPostgres, startEmbeddedPostgres } from './embedded-postgres.ts';
import { clearLeftover } from './leftover.ts';

const HOLDER = join(import.meta.dirname, '..', '..', 'test', 'support', 'hold-postgres.ts');
const said: string[] = [];
const log = {
  info: (text: string) => said.push(text),
  warn: (text: string) => said.push(text),
  error: (text: string) => said.push(text),
};

// The steps follow one another on one folder, as a laptop's folder lives: making a cluster takes a second each time.
const dataFolder = makeThrowawayFolder('embedded');
const clusterFolder = join(dataFolder, 'postgres', '18', 'cluster');

async function ask(connectionString: string, sql: string): Promise<Record<string, unknown>[]> {
  const client = new Client({ connectionString });
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}

async function withPostgres<T>(work: (postgres: EmbeddedPostgres) => Promise<T>): Promise<T> {
  const postgres = await startEmbeddedPostgres({ dataFolder, log });
  try {
    return await work(postgres);
  } finally {
    await postgres.stop();
  }
}

async function startHolder(): Promise<{ child: ChildProcess; pid: number; connectionString: string }> {
  const child = spawn(process.execPath, [HOLDER, dataFolder], { stdio: ['ignore', 'pipe', 'pipe'] });
  const [line] = await once(createInterface({ input: child.stdout }), 'line');
  return { child, ...JSON.parse(line) };
}

async function kill9(child: ChildProcess): Promise<void> {
  child.kill('SIGKILL');
  await once(child, 'exit');
}

test('a start killed while the cluster is being made leaves nothing that the next start cannot mend', async () => {
  const child = spawn(process.execPath, [HOLDER, dataFolder], { stdio: ['ignore', 'pipe', 'pipe'] });
  while (!postgresOfFolder(dataFolder).length) await delay(5);
  await delay(150);
  await kill9(child);
  assert.ok(readdirSync(join(dataFolder, 'postgres')).some((name) => name.startsWith('initialising-')));
  await withPostgres(async (postgres) => {
    await ask(postgres.connectionString, 'create table kept (word text)');
  });
  assert.deepEqual(readdirSync(join(dataFolder, 'postgres')), ['18']);
});

test('the password file can be read by its owner only, and the server listens on no network address', async () => {
  assert.equal(statSync(join(dataFolder, 'postgres', '18', 'password')).mode & 0o777, 0o600);
  await withPostgres(async (postgres) => {
    const [row] = await ask(
      postgres.connectionString,
      `select current_setting('listen_addresses') as addresses`,
    );
    assert.equal(row?.addresses, '');
    const wrong = postgres.connectionString.replace(/:[^:@/]+@/, ':wrong@');
    await assert.rejects(ask(wrong, 'select 1'), { code: '28P01' });
  });
});

test('the database is durable: it waits for the disk at every commit', async () => {
  const names = ['fsync', 'synchronous_commit', 'full_page_writes'];
  await withPostgres(async (postgres) => {
    for (const name of names) {
      const [row] = await ask(postgres.connectionString, `select current_setting('${name}') as value`);
      assert.equal(row?.value, 'on', name);
    }
  });
});

test('kill -9 of its owner ends PostgreSQL within two seconds, and a start right after finds every committed row', async () => {
  const held = await startHolder();
  await ask(held.connectionString, `insert into kept values ('committed')`);
  await kill9(held.child);
  await withPostgres(async (postgres) => {
    assert.deepEqual(await ask(postgres.connectionString, 'select word from kept'), [{ word: 'committed' }]);
  });

  const again = await startHolder();
  await kill9(again.child);
  assert.ok(await noPostgresWithin(dataFolder, 2_000));
});

test('a postmaster.pid that names a live process of someone else does not stop a start', async () => {
  writeFileSync(join(clusterFolder, 'postmaster.pid'), `${process.pid}\n${clusterFolder}\n`);
  await withPostgres(async (postgres) => {
    assert.equal((await ask(postgres.connectionString, 'select 1 as one')).length, 1);
  });
});

test('a second start on the folder of a running one is refused in one clear line', async () => {
  await withPostgres(async () => {
    const child = spawn(process.execPath, [HOLDER, dataFolder], { stdio: ['ignore', 'ignore', 'pipe'] });
    let text = '';
    child.stderr.on('data', (chunk) => {
      text += chunk;
    });
    const [code] = await once(child, 'close');
    assert.equal(code, 1);
    assert.match(text, /^another Sallyport is running on .*: stop it first, or .* SALLYPORT_DATA\n$/);
  });
});

async function askPatiently(pool: Pool): Promise<unknown> {
  const until = performance.now() + 10_000;
  for (;;) {
    try {
      return (await pool.query('select word from kept')).rows;
    } catch (error) {
      if (performance.now() > until) throw error;
      await delay(50);
    }
  }
}

test('a PostgreSQL that dies alone is started again at the same address, and pools find it', async () => {
  await withPostgres(async (postgres) => {
    const pool = createPool(postgres.connectionString, { max: 2 });
    await pool.query('select 1');
    const before = postgres.pid;
    process.kill(before, 'SIGKILL');
    for (const until = performance.now() + 10_000; postgres.pid === before; ) {
      assert.ok(performance.now() < until, 'not started again within ten seconds');
      await delay(20);
    }
    assert.deepEqual(await askPatiently(pool), [{ word: 'committed' }]);
    await pool.end();
  });
  assert.ok(await noPostgresWithin(dataFolder, 0), 'nothing is left after stop');
});

test('a PostgreSQL that nobody owns and that does not end by itself is stopped before the next start', async () => {
  const held = await startHolder();
  const keepers = postgresOfFolder(dataFolder).filter((pid) => commandOf(pid).startsWith('/bin/sh'));
  // Without its keepers, PostgreSQL outlives its owner; they are halted first, so that none acts on the other's end.
  for (const signal of ['SIGSTOP', 'SIGKILL']) {
    for (const pid of keepers) process.kill(pid, signal);
  }
  await kill9(held.child);
  assert.equal(await noPostgresWithin(dataFolder, 200), false);
  await clearLeftover(clusterFolder, log.warn, 200);
  assert.ok(await noPostgresWithin(dataFolder, 2_000));
});

function commandOf(pid: number): string {
  return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
}

test('none of our environment reaches PostgreSQL', async () => {
  await withPostgres(async (postgres) => {
    const names = readFileSync(`/proc/${postgres.pid}/environ`, 'utf8')
      .split('\0')
      .map((pair) => pair.split('=')[0]);
    assert.deepEqual(
      names.filter(
        (name) =>
          !['PATH', 'LC_ALL', 'TZ', 'PWD', 'OLDPWD', 'SHLVL', '_', '', 'PG_GRANDPARENT_PID'].includes(
            name ?? '',
          ),
      ),
      [],
    );
  });
});

test('the programs of this platform are found and can be run', async () => {
  const binaries = await findBinaries();
  for (const program of Object.values(binaries)) assert.ok(statSync(program).mode & 0o100, program);
});
