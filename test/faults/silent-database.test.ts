import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { isConnectionError } from '../../src/http/edge/connection-errors.ts';
import { createDatabase } from '../../src/store/database.ts';
import { createPool } from '../../src/store/pool.ts';
import { SettingsCache } from '../../src/store/settings-cache.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { Forwarder } from '../support/forwarder.ts';
import { until } from '../support/until.ts';

// A machine that loses its power hangs up on nobody: connections to it stay open and silent.
let database: TestDatabase;
let address: Forwarder;

before(async () => {
  database = await createTestDatabase();
  address = new Forwarder(database.connectionString);
  await address.open();
});
afterEach(() => address.pointAt(database.connectionString));
after(async () => {
  await address.close();
  await database.drop();
});

test('a query that is never answered fails as a connection does, and the pool goes on with a new one', async () => {
  const pool = createPool(address.through(database.connectionString), { max: 1, answerTimeoutMs: 300 });
  const one = { name: 'one', text: 'select 1 as one', values: [] };
  await createDatabase(pool).query(one);
  address.holdAnswers();
  await assert.rejects(createDatabase(pool).query(one), isConnectionError);
  address.pointAt(database.connectionString);
  assert.deepEqual((await createDatabase(pool).query(one)).rows, [{ one: 1 }]);
  await pool.end();
});

test('a transaction whose commit is never answered fails as a connection does, and frees its place in the pool', async () => {
  const pool = createPool(address.through(database.connectionString), { max: 1, answerTimeoutMs: 300 });
  const work = createDatabase(pool).transaction(async (inner) => {
    await inner.query({ name: 'two', text: 'select 2 as two', values: [] });
    address.holdAnswers();
  });
  await assert.rejects(work, isConnectionError);
  address.pointAt(database.connectionString);
  await pool.query('select 1');
  await pool.end();
});

test('settings are forgotten when the connection that tells of their changes falls silent', async () => {
  const cache = new SettingsCache(address.through(database.connectionString), () => undefined, {
    heartbeatMs: 400,
  });
  await cache.start();
  let loads = 0;
  const load = async () => (loads += 1);
  assert.deepEqual([await cache.remember('key', load), await cache.remember('key', load)], [1, 1]);
  address.holdAnswers();
  await until('nothing is remembered any more', async () => (await cache.remember('key', load)) > 1);
  address.pointAt(database.connectionString);
  await until('it remembers again', async () => {
    const [first, second] = [await cache.remember('key', load), await cache.remember('key', load)];
    return first === second;
  });
  await cache.stop();
});
