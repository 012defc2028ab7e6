import assert from 'node:assert/strict';
import { type SpawnOptions, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, globSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { isMigrated, migrate } from '../../src/store/migrate.ts';
import { createPool } from '../../src/store/pool.ts';

// Debian installs it as /usr/lib/postgresql/<major>/bin/postgres.
const [server] = globSync('/usr/lib/postgresql/*/bin/postgres').sort();
const version =
  server === undefined ? null : spawnSync(server, ['--version'], { encoding: 'utf8' }).stdout.trim();
const title = version ?? 'absent: no PostgreSQL under /usr/lib/postgresql, nothing is checked here';

test(`the migrations apply to a PostgreSQL of one's own (${title})`, async (t) => {
  if (server === undefined) {
    t.diagnostic('install the Debian package postgresql to have this checked');
    return;
  }
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-own-'));
  const account = ordinaryAccount();
  if (account.uid !== undefined) spawnSync('chown', [String(account.uid), folder]);
  const data = join(folder, 'cluster');
  const initdb = spawnSync(
    join(server, '..', 'initdb'),
    ['-D', data, '-U', 'owner', '--auth=trust', '--no-sync'],
    account,
  );
  assert.equal(initdb.status, 0, String(initdb.stderr));
  const options = ['listen_addresses=', `unix_socket_directories=${folder}`, 'fsync=off'].flatMap((set) => [
    '-c',
    set,
  ]);
  const postgres = spawn(server, ['-D', data, ...options], {
    ...account,
    stdio: 'ignore',
  } satisfies SpawnOptions);
  try {
    await ready(join(data, 'postmaster.pid'));
    const pool = createPool(`postgres://owner@${encodeURIComponent(folder)}:5432/postgres`, { max: 2 });
    await migrate(pool);
    assert.equal(await isMigrated(pool), true);
    await pool.end();
  } finally {
    postgres.kill('SIGQUIT');
    if (postgres.exitCode === null) await once(postgres, 'exit');
    rmSync(folder, { recursive: true, force: true });
  }
});

function ordinaryAccount(): { uid?: number; gid?: number; cwd: string } {
  if (process.getuid?.() !== 0) return { cwd: '/' };
  const home = statSync('/var/lib/postgresql', { throwIfNoEntry: false });
  return { uid: home?.uid ?? 65_534, gid: home?.gid ?? 65_534, cwd: '/' };
}

async function ready(postmasterFile: string): Promise<void> {
  for (const until = performance.now() + 20_000; ; ) {
    if (existsSync(postmasterFile) && readFileSync(postmasterFile, 'utf8').includes('\nready')) return;
    assert.ok(performance.now() < until, 'the server was not ready within twenty seconds');
    await delay(20);
  }
}
