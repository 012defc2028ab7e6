import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { pino } from 'pino';
import { addSeconds } from '../../src/lib/clock.ts';
import { type Bank, startBank } from '../../src/sandbox/bank/start.ts';
import { createReconciliationDesk } from '../../src/store/desks.ts';
import { startTestCore, type TestCore } from '../support/core.ts';
import { fillBooks, seededDifferences } from './big-books.ts';

/** 100,000 rows on each side unless told; `RECONCILE_ROWS=1000000` runs the million. */
const rows = Number(process.env.RECONCILE_ROWS ?? '100000');
/** The heap that the command gets: a list of a million lines would need several times as much. */
const heapMegabytes = 64;
const from = new Date('2026-03-04T00:00:00Z');
const to = addSeconds(from, 24 * 3600);
const projectFolder = join(import.meta.dirname, '..', '..');

let house: TestCore;
let bank: Bank;
before(async () => {
  house = await startTestCore();
  bank = await startBank({
    pool: house.database.pool,
    clock: house.core.clock,
    log: pino({ level: 'silent' }),
    apiKey: 'sandbox',
    publicUrl: 'http://127.0.0.1:1',
  });
  await fillBooks(house.database.pool, rows, from);
});
after(async () => {
  await bank.close();
  await house.close();
});

interface Ended {
  readonly code: number | null;
  readonly signal: string | null;
  readonly stdout: string;
  readonly stderr: string;
}

function startCommand(): { ended: Promise<Ended>; kill: () => void } {
  const child = spawn(
    process.execPath,
    [
      `--max-old-space-size=${heapMegabytes}`,
      'scripts/reconcile.ts',
      '--from',
      from.toISOString(),
      '--to',
      to.toISOString(),
    ],
    {
      cwd: projectFolder,
      env: {
        PATH: process.env.PATH ?? '',
        DATABASE_URL: house.database.connectionString,
        SALLYPORT_DATA: house.core.dataFolder,
        SALLYPORT_ACQUIRER_URL: bank.url,
      },
    },
  );
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (text: Buffer) => {
    stdout += text;
  });
  child.stderr.on('data', (text: Buffer) => {
    stderr += text;
  });
  const ended = new Promise<Ended>((resolve) =>
    child.once('close', (code, signal) => resolve({ code, signal, stdout, stderr })),
  );
  return { ended, kill: () => void child.kill('SIGKILL') };
}

async function comparedSoFar(): Promise<number> {
  const { rows: runs } = await house.database.pool.query<{ compared: string }>(
    `select coalesce(max(compared_count), 0)::text as compared from reconciliation_runs where purpose = 'command'`,
  );
  return Number(runs[0]?.compared);
}

test(`${rows} rows on each side are compared in a heap of ${heapMegabytes} MB, killed on the way and taken up again; every seeded difference is found once`, async (t) => {
  const killed = startCommand();
  let over = false;
  void killed.ended.then(() => {
    over = true;
  });
  while (!over && (await comparedSoFar()) < rows / 10) await new Promise((resolve) => setTimeout(resolve, 5));
  killed.kill();
  const end = await killed.ended;
  assert.equal(end.signal, 'SIGKILL', end.stderr + end.stdout);
  const reached = await comparedSoFar();
  assert.ok(reached < rows, 'it was killed on the way');
  await house.database.pool.query(
    `update reconciliation_runs set held_until = now() where state = 'running'`,
  );

  const second = await startCommand().ended;
  assert.equal(second.code, 3, second.stderr);
  t.diagnostic(`killed after ${reached} references; then ${second.stdout.split('\n')[0]}`);
  const desk = createReconciliationDesk(house.core.database);
  const [run, ...others] = await desk.listRuns({ limit: 10 });
  assert.equal(others.length, 0, 'the same run went on');
  assert.equal(run?.comparedCount, BigInt(rows), 'no reference was left out and none was compared twice');

  const differences = await desk.listDifferences({ limit: 1000 });
  const wanted = seededDifferences.filter(({ row }) => row <= rows).map(({ cause }) => cause);
  assert.deepEqual(differences.map(({ cause }) => cause).sort(), [...wanted].sort());
  for (const { cause, status, resolution } of differences) {
    const isMended =
      cause === 'two_authorizations_for_one_attempt' || cause === 'live_at_bank_but_failed_here';
    assert.deepEqual(
      [cause, status, resolution],
      isMended ? [cause, 'closed', 'mended'] : [cause, 'open', null],
    );
  }

  const third = await startCommand().ended;
  assert.equal(third.code, 3, third.stderr);
  t.diagnostic(`a whole run: ${third.stdout.split('\n')[0]}`);
  assert.equal(
    (await desk.listDifferences({ limit: 1000 })).length,
    wanted.length,
    'nothing is written twice',
  );
});
