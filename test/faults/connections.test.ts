import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Client, type Pool } from 'pg';
import {
  type EmbeddedPostgres,
  startEmbeddedPostgres,
} from '../../src/embedded-postgres/embedded-postgres.ts';
import { Shop as EximpeShop, orderBody } from '../eximpe/shop.ts';
import { makeThrowawayFolder } from '../support/throwaway-folder.ts';
import { throwawaySettings } from '../support/throwaway-settings.ts';
import { until } from '../support/until.ts';
import { openShop, type Shop } from '../zafapay/shop.ts';

/** Of the server: what the gateway needs and a little more, so that a test can take them all. */
const connectionsMax = 24;

let postgres: EmbeddedPostgres;
let shop: Shop;
let eximpe: EximpeShop;

before(async () => {
  const log = { info: () => undefined, warn: () => undefined, error: () => undefined };
  const settings = { ...throwawaySettings, max_connections: String(connectionsMax) };
  postgres = await startEmbeddedPostgres({ dataFolder: makeThrowawayFolder('connections'), log, settings });
  shop = await openShop({
    env: { DATABASE_URL: postgres.connectionString, SALLYPORT_DATABASE_POOL: '4' },
  });
  eximpe = new EximpeShop(shop.gateway);
});
after(async () => {
  await shop.gateway.close();
  await postgres.stop();
});

/** Asks in both dialects; all are turned away with the words of their dialect and the time to come again. */
async function assertTurnedAway(token: string): Promise<void> {
  const payment = { amount: 10, currency: 'usd', token };
  const [paid, ordered] = await Promise.all([
    shop.post('/v1/payments', payment, { headers: { 'idempotency-key': `turned-away-${token}` } }),
    eximpe.post('/pg/orders/', orderBody()),
  ]);
  for (const answer of [paid, ordered]) {
    assert.equal(answer.status, 503, answer.text);
    assert.ok(Number(answer.headers.get('retry-after')) > 0);
  }
  assert.equal(paid.body.error.code, 'internal_error');
  assert.equal(paid.body.error.type, 'api_error');
  assert.equal(ordered.body.success, false);
  assert.equal(ordered.body.error.code, 'ERR_SERVICE_ERROR_000');
}

/** The same requests under their keys, once the cause is gone: done once, without a restart. */
async function assertServedAgain(token: string, paymentsBefore: number): Promise<void> {
  const payment = { amount: 10, currency: 'usd', token };
  const headers = { 'idempotency-key': `turned-away-${token}` };
  const served = await shop.post('/v1/payments', payment, { headers });
  assert.deepEqual([served.status, served.body.status], [201, 'completed'], served.text);
  const { rows } = await shop.gateway.database.pool.query('select count(*)::integer as count from payments');
  assert.equal(rows[0].count, paymentsBefore + 1, 'nothing was left of those that were turned away');
}

async function countPayments(): Promise<number> {
  return (await shop.gateway.database.pool.query('select count(*)::integer as count from payments')).rows[0]
    .count;
}

test('every connection of the pool is taken: 503 in both dialects, nothing half done, and on it goes', async () => {
  const token = await shop.token();
  const payments = await countPayments();
  const { pool } = shop.gateway.database;
  const before = setConnectTimeout(pool, 200);
  const taken = await Promise.all(Array.from({ length: 4 }, () => pool.connect()));
  await assertTurnedAway(token);
  assert.equal((await shop.get('/healthz')).status, 200);
  for (const client of taken) client.release();
  setConnectTimeout(pool, before);
  await assertServedAgain(token, payments);
});

test('every connection of the server is taken: 503 in both dialects, nothing half done, and on it goes', async () => {
  const token = await shop.token();
  const payments = await countPayments();
  const first = new Client({ connectionString: postgres.connectionString });
  await first.connect();
  const taken: Client[] = [first];
  let refusal: unknown;
  // The gateway’s own are ended, so that others get their places.
  await until('the server turns the gateway away', async () => {
    await first.query(
      `select pg_terminate_backend(pid) from pg_stat_activity where application_name like 'sallyport%' and pid <> pg_backend_pid()`,
    );
    for (refusal = undefined; refusal === undefined; ) {
      const client = new Client({ connectionString: postgres.connectionString });
      client.on('error', () => undefined);
      await client.connect().then(
        () => taken.push(client),
        (error: unknown) => {
          refusal = error;
        },
      );
    }
    const { rows } = await first.query(
      "select 1 from pg_stat_activity where application_name like 'sallyport%' and backend_type = 'client backend'",
    );
    return rows.length === 0;
  });
  assert.equal((refusal as { code?: string }).code, '53300');
  await assertTurnedAway(token);
  assert.equal((await shop.get('/readyz')).status, 503);
  for (const client of taken) await client.end();
  await until('there is room again', async () => (await shop.get('/readyz')).status === 200);
  await assertServedAgain(token, payments);
});

test('the database takes no writes, as a standby does: 503 and not ready, reading goes on, and writing once it may', async () => {
  const token = await shop.token();
  const known = await shop.pay();
  const payments = await countPayments();
  await setReadOnly('on');
  await assertTurnedAway(token);
  assert.equal((await shop.read(known.body.transaction_id)).status, 'completed');
  assert.equal((await shop.get('/readyz')).status, 503, 'no balancer sends payments to it');
  await setReadOnly('off');
  await until('it is ready again', async () => (await shop.get('/readyz')).status === 200);
  await assertServedAgain(token, payments);
});

test('nothing of all this was an unexpected failure', () => {
  const unexpected = shop.gateway.logLines.filter((line) => line.includes('the request failed unexpectedly'));
  assert.deepEqual(unexpected, []);
});

/** How long requests wait for a connection of the pool; answers what it was. */
function setConnectTimeout(pool: Pool, milliseconds: number): number {
  const options = pool.options as { connectionTimeoutMillis: number };
  const before = options.connectionTimeoutMillis;
  options.connectionTimeoutMillis = milliseconds;
  return before;
}

/** For new sessions, and so that all are new. */
async function setReadOnly(value: 'on' | 'off'): Promise<void> {
  const client = new Client({ connectionString: postgres.connectionString });
  await client.connect();
  await client.query('set default_transaction_read_only = off');
  await client.query(`alter database sallyport set default_transaction_read_only = ${value}`);
  await client.query(
    'select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()',
  );
  await client.end();
}
