import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { createReconciliationStore } from '../../src/store/reconciliation.ts';
import type { Gateway } from '../../src/usecases/gateway.ts';
import { reconcileWork } from '../../src/workers/reconcile.ts';
import { startTestCore, type TestCore } from '../support/core.ts';

let house: TestCore;
let now = new Date('2026-03-10T00:10:00Z');
const log = { info: () => undefined, warn: () => undefined, error: () => undefined };

before(async () => {
  house = await startTestCore();
});
after(() => house.close());

/** One run of the worker at that time; answers the windows that it compared. */
async function runAt(time: string, mode: Gateway['mode'] = 'live'): Promise<string[]> {
  now = new Date(time);
  const clock = { now: () => now };
  const gateway: Gateway = { ...house.gateway, clock, mode };
  const { pool } = house.database;
  const before = await pool.query<{ last: bigint }>(
    'select coalesce(max(id), 0) as last from reconciliation_runs',
  );
  await reconcileWork({ gateway, store: createReconciliationStore(house.core.database), clock, log }).run();
  const { rows } = await pool.query<{ purpose: string; window_from: Date; window_to: Date; state: string }>(
    'select * from reconciliation_runs where id > $1 order by id',
    [before.rows[0]?.last],
  );
  return rows.map((run) => {
    assert.equal(run.state, 'done');
    return `${run.purpose} ${run.window_from.toISOString().slice(0, 16)} ${run.window_to.toISOString().slice(0, 16)}`;
  });
}

test('a day is compared once, when it has been over for half an hour, with the seven days before it', async () => {
  assert.deepEqual(await runAt('2026-03-10T00:29:00Z'), ['daily 2026-03-01T00:00 2026-03-09T00:00']);
  assert.deepEqual(await runAt('2026-03-10T00:31:00Z'), ['daily 2026-03-02T00:00 2026-03-10T00:00']);
  assert.deepEqual(await runAt('2026-03-10T23:59:00Z'), []);
  assert.deepEqual(await runAt('2026-03-11T00:31:00Z'), ['daily 2026-03-03T00:00 2026-03-11T00:00']);
});

test('days on which nothing ran are caught up in one run', async () => {
  assert.deepEqual(await runAt('2026-03-15T12:00:00Z'), ['daily 2026-03-04T00:00 2026-03-15T00:00']);
});

test('in the sandbox the time just passed is compared too, without a gap however far the clock was moved', async () => {
  assert.deepEqual(await runAt('2026-03-15T12:05:00Z', 'sandbox'), [
    'recent 2026-03-07T12:05 2026-03-15T12:05',
  ]);
  assert.deepEqual(await runAt('2026-03-15T12:07:00Z', 'sandbox'), [
    'recent 2026-03-15T11:05 2026-03-15T12:07',
  ]);
  assert.deepEqual(await runAt('2026-03-16T00:07:00Z', 'sandbox'), [
    'recent 2026-03-15T11:07 2026-03-16T00:07',
  ]);
});

test('a run that was left unfinished is ended before another one begins', async () => {
  const store = createReconciliationStore(house.core.database);
  const from = new Date('2026-03-08T00:00:00Z');
  const to = new Date('2026-03-16T00:00:00Z');
  const begun = await store.holdRun({ acquirer: 'simulator', purpose: 'daily', from, to }, now, 60);
  assert.ok(begun);
  assert.deepEqual(await runAt('2026-03-17T01:00:00Z'), [], 'another process holds it');
  await store.releaseRun(begun);
  assert.deepEqual(await runAt('2026-03-17T01:01:00Z'), []);
  const done = await store.findLastDone('simulator', 'daily', now);
  assert.equal(done?.id, begun.id);
  assert.deepEqual(await runAt('2026-03-17T01:02:00Z'), ['daily 2026-03-09T00:00 2026-03-17T00:00']);
});

test('a clock that ran years ahead and is set right does not end the comparing', async () => {
  assert.equal((await runAt('2036-03-17T01:00:00Z')).length, 1);
  assert.deepEqual(await runAt('2026-03-18T01:00:00Z'), ['daily 2026-03-10T00:00 2026-03-18T00:00']);
  assert.equal((await runAt('2036-03-17T01:05:00Z', 'sandbox')).length, 1);
  assert.deepEqual(await runAt('2026-03-18T01:05:00Z', 'sandbox'), [
    'recent 2026-03-10T01:05 2026-03-18T01:05',
  ]);
});
