import assert from 'node:assert/strict';
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, readdirSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { type Clone, makeClone } from './support/clone.ts';
import { noPostgresWithin, postgresOfFolder } from './support/postgres-of-folder.ts';

const READY_MS_MAX = 60_000;
const GONE_MS_MAX = 3_000;
/** From the signal to the end of an orderly shutdown, database included. */
const SHUTDOWN_MS_MAX = 15_000;
const isRoot = process.getuid?.() === 0;

type Started = { npm: ChildProcess; text(): string; exited: Promise<number | null> };

const running: ChildProcess[] = [];
after(() => {
  for (const npm of running) npm.kill('SIGKILL');
});

/** As a user's shell would have it: nothing of the test run or of npm above us. */
function environment(clone: Clone, settings: Record<string, string>): Record<string, string> {
  const home = join(clone.folder, '..');
  return { PATH: `${process.env.PATH}`, HOME: home, npm_config_update_notifier: 'false', ...settings };
}

function npmStart(clone: Clone, settings: Record<string, string>, prefix: readonly string[] = []): Started {
  const [program = 'npm', ...args] = [...prefix, 'npm', 'start'];
  const npm = spawn(program, args, {
    cwd: clone.folder,
    env: environment(clone, settings),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  running.push(npm);
  let text = '';
  for (const stream of [npm.stdout, npm.stderr]) {
    stream.on('data', (chunk) => {
      text += chunk;
    });
  }
  const exited = once(npm, 'close').then(([code]) => code as number | null);
  return { npm, text: () => text, exited };
}

async function until(what: string, limitMs: number, holds: () => boolean): Promise<void> {
  for (const end = performance.now() + limitMs; !holds(); ) {
    assert.ok(performance.now() < end, `${what}: not within ${limitMs} ms`);
    await delay(20);
  }
}

async function ready(started: Started): Promise<void> {
  let ended = false;
  started.exited.then(() => {
    ended = true;
  });
  await until('ready', READY_MS_MAX, () => ended || /^Sallyport is ready/m.test(started.text()));
  assert.match(started.text(), /^Sallyport is ready/m);
}

async function healthy(port: number): Promise<void> {
  const answer = await fetch(`http://127.0.0.1:${port}/healthz`, { signal: AbortSignal.timeout(5_000) });
  assert.equal(answer.status, 200);
  await answer.arrayBuffer();
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  assert.ok(address !== null && typeof address === 'object');
  return address.port;
}

/** The process in the clone's folder whose command line holds the words. */
function processOf(clone: Clone, words: string): number {
  const found = readdirSync('/proc').filter(
    (name) => /^\d+$/.test(name) && worksIn(name, clone.folder, words),
  );
  assert.equal(found.length, 1, `${found.length} processes with ${words}`);
  return Number(found[0]);
}

function worksIn(pid: string, folder: string, words: string): boolean {
  try {
    const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
    return readlinkSync(`/proc/${pid}/cwd`) === folder && !command.includes('-c') && command.includes(words);
  } catch {
    // It ended, or is another user's.
    return false;
  }
}

const gone = (pid: number): boolean => {
  try {
    // A zombie waits only for its parent to look.
    return /^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return true;
  }
};

const mine = makeClone();

for (const signal of ['SIGTERM', 'SIGINT'] as const)
  test(`npm start in a folder that only its owner can enter becomes ready, and ${signal} ends it and PostgreSQL`, async () => {
    const port = await freePort();
    const started = npmStart(mine, { PORT: String(port) });
    await ready(started);
    await healthy(port);
    assert.ok(postgresOfFolder(mine.dataFolder).length > 0);
    const server = processOf(mine, 'src/main.ts');
    started.npm.kill(signal);
    await until('server gone', SHUTDOWN_MS_MAX, () => gone(server));
    assert.ok(await noPostgresWithin(mine.dataFolder, 500));
    await started.exited;
  });

test('a start on a port that is taken ends with one clear line', async () => {
  const other = createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  const address = other.address();
  assert.ok(address !== null && typeof address === 'object');
  const started = npmStart(mine, { PORT: String(address.port) });
  const code = await started.exited;
  other.close();
  assert.notEqual(code, 0);
  assert.match(started.text(), new RegExp(`\\b${address.port}\\b.*(in use|taken)`));
  assert.doesNotMatch(started.text(), /\n\s+at /, 'no stack trace');
  assert.ok(await noPostgresWithin(mine.dataFolder, GONE_MS_MAX));
});

test('a bad setting ends the start with its name, its value and what was expected', async () => {
  const started = npmStart(mine, { PORT: 'abc' });
  assert.notEqual(await started.exited, 0);
  assert.match(started.text(), /PORT is "abc": expected a whole number/);
  assert.doesNotMatch(started.text(), /\n\s+at /, 'no stack trace');
});

for (const [who, words] of [
  ['the server', 'src/main.ts'],
  ['the launcher', 'scripts/start.mjs'],
  ['npm', null],
] as const) {
  test(`kill -9 of ${who} leaves neither server nor PostgreSQL, and a start right after works`, async () => {
    const port = await freePort();
    const started = npmStart(mine, { PORT: String(port) });
    await ready(started);
    const server = processOf(mine, 'src/main.ts');
    const launcher = processOf(mine, 'scripts/start.mjs');
    process.kill(words === null ? Number(started.npm.pid) : processOf(mine, words), 'SIGKILL');

    const again = npmStart(mine, { PORT: String(port) });
    await until('server gone', GONE_MS_MAX, () => gone(server) && gone(launcher));
    await ready(again);
    await healthy(port);
    assert.notEqual(processOf(mine, 'src/main.ts'), server);
    process.kill(processOf(mine, 'src/main.ts'), 'SIGKILL');
    assert.ok(await noPostgresWithin(mine.dataFolder, GONE_MS_MAX));
    assert.notEqual(await again.exited, 0);
  });
}

test('a second npm start on the same data folder ends with one clear line, and the first goes on', async () => {
  const port = await freePort();
  const first = npmStart(mine, { PORT: String(port) });
  await ready(first);
  const second = npmStart(mine, { PORT: String(await freePort()) });
  assert.notEqual(await second.exited, 0);
  assert.match(second.text(), /another Sallyport is running on .*SALLYPORT_DATA/);
  await healthy(port);
  first.npm.kill('SIGTERM');
  await first.exited;
  assert.ok(await noPostgresWithin(mine.dataFolder, SHUTDOWN_MS_MAX));
});

test('npm start works for an ordinary user as it does for root', async (t) => {
  if (!isRoot) {
    t.diagnostic('this run is an ordinary user itself: the tests above have shown it');
    return;
  }
  const account = { uid: 65_534, gid: 65_534 };
  const asOther = ['setpriv', `--reuid=${account.uid}`, `--regid=${account.gid}`, '--clear-groups'];
  const [setpriv = '', ...rest] = asOther;
  if (spawnSync(setpriv, [...rest, process.execPath, '--version'], { cwd: '/' }).status !== 0) {
    t.diagnostic(
      'absent: setpriv, or this project lies where no other user can run its Node; nothing is checked here',
    );
    return;
  }
  const theirs = makeClone(account);
  const port = await freePort();
  const started = npmStart(theirs, { PORT: String(port) }, asOther);
  await ready(started);
  await healthy(port);
  const server = processOf(theirs, 'src/main.ts');
  started.npm.kill('SIGTERM');
  await until('server gone', SHUTDOWN_MS_MAX, () => gone(server));
  assert.ok(await noPostgresWithin(theirs.dataFolder, 500));
});

test('without its dependencies a start says that it installs them, and ends with a clear line when npm cannot', async () => {
  const bare = makeClone(undefined, { installed: false });
  const programs = join(bare.folder, 'programs');
  mkdirSync(programs);
  writeFileSync(join(programs, 'npm'), '#!/bin/sh\necho "asked: $*"\nexit 7\n');
  chmodSync(join(programs, 'npm'), 0o755);
  const env = { ...environment(bare, {}), PATH: `${programs}:/usr/bin:/bin` };
  const result = spawnSync(process.execPath, ['scripts/start.mjs'], {
    cwd: bare.folder,
    env,
    encoding: 'utf8',
  });
  assert.equal(result.status, 7);
  assert.match(result.stderr, /^Installing dependencies/);
  assert.match(result.stderr, /asked: ci .*--no-audit/);
  assert.match(result.stderr, /npm ci did not complete/);
});
