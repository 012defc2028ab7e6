import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { makeClone } from './support/clone.ts';
import { postgresOfFolder } from './support/postgres-of-folder.ts';
import { until } from './support/until.ts';

const READY_S_MAX = 60;
const GONE_S_MAX = 8;

const clone = makeClone();
const running = join(clone.folder, 'running');
/** Where the run keeps what it throws away, its PostgreSQL servers among them. */
const temporary = join(clone.folder, '..', 'tmp');
mkdirSync(temporary);

// A test that would take a minute, with a PostgreSQL of its own beside the run's.
writeFileSync(
  join(clone.folder, 'test', 'slow-sample.test.ts'),
  `import { writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { startEmbeddedPostgres } from '../src/embedded-postgres/embedded-postgres.ts';
import { makeThrowawayFolder } from './support/throwaway-folder.ts';
import { throwawaySettings } from './support/throwaway-settings.ts';

test('takes a minute', async () => {
  const log = { info() {}, warn() {}, error() {} };
  await startEmbeddedPostgres({ dataFolder: makeThrowawayFolder('slow'), log, settings: throwawaySettings });
  writeFileSync('running', '');
  await delay(60_000);
});
`,
);

function processesOfRun(): number[] {
  const inClone = readdirSync('/proc').filter((name) => /^\d+$/.test(name) && worksInClone(name));
  return [...inClone.map(Number), ...postgresOfFolder(temporary)];
}

function worksInClone(pid: string): boolean {
  try {
    if (/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'))) return false;
    return readlinkSync(`/proc/${pid}/cwd`) === clone.folder;
  } catch {
    // It ended, or is another user's.
    return false;
  }
}

function processOf(words: string): number {
  const found = processesOfRun().filter((pid) =>
    readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').includes(words),
  );
  assert.ok(found[0], `no process with ${words}`);
  return found[0];
}

after(() => {
  for (const pid of processesOfRun()) process.kill(pid, 'SIGKILL');
});

async function npmTest(): Promise<ChildProcess> {
  rmSync(running, { force: true });
  const npm = spawn('npm', ['test', '--', 'slow-sample'], {
    cwd: clone.folder,
    // As a user's shell would have it: nothing of the test run or of npm above us.
    env: {
      PATH: `${process.env.PATH}`,
      HOME: join(clone.folder, '..'),
      TMPDIR: temporary,
      npm_config_update_notifier: 'false',
    },
    stdio: 'ignore',
    // In a group of its own, as in a terminal.
    detached: true,
  });
  await until('the test runs', () => existsSync(running), READY_S_MAX);
  assert.ok(postgresOfFolder(temporary).length > 1, 'with two servers');
  return npm;
}

const ends: [what: string, end: (npm: ChildProcess) => void][] = [
  ['SIGTERM to npm', (npm) => npm.kill('SIGTERM')],
  ['SIGINT to npm', (npm) => npm.kill('SIGINT')],
  ['Ctrl-C', (npm) => process.kill(-Number(npm.pid), 'SIGINT')],
  ['kill -9 of npm', (npm) => npm.kill('SIGKILL')],
  ['kill -9 of the launcher', () => process.kill(processOf('scripts/test.mjs'), 'SIGKILL')],
  ['kill -9 of the run itself', () => process.kill(processOf('scripts/check.ts'), 'SIGKILL')],
];
for (const [what, end] of ends)
  test(`npm test ended by ${what} leaves no test and no PostgreSQL running`, async () => {
    const npm = await npmTest();
    end(npm);
    await until('npm has ended', () => npm.exitCode !== null || npm.signalCode !== null, GONE_S_MAX);
    assert.notEqual(npm.exitCode, 0, 'it does not pass for a run that passed');
    await until('nothing is left', () => processesOfRun().length === 0, GONE_S_MAX);
  });
