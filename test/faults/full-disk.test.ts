import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { findRunningPostgres } from '../../src/embedded-postgres/running-postgres.ts';
import { createPool } from '../../src/store/pool.ts';
import { Shop as EximpeShop, orderBody } from '../eximpe/shop.ts';
import { type OutsideBank, startOutsideBank } from '../support/outside-bank.ts';
import { until } from '../support/until.ts';
import { type Answer, openShop, type Shop } from '../zafapay/shop.ts';
import { assertBooksAgree, assertUnavailable } from './judge.ts';
import { mountSmallDisk } from './small-disk.ts';

const diskMegabytes = 200;
const disk = mountSmallDisk(diskMegabytes);
const title = 'refusal' in disk ? ' (not checked: this user may not mount a small disk)' : '';

let bank: OutsideBank;
let shop: Shop;

// The embedded PostgreSQL lies on the small disk; the bank's book does not.
before(async () => {
  if ('refusal' in disk) return;
  bank = await startOutsideBank();
  shop = await openShop({
    env: { DATABASE_URL: '', SALLYPORT_DATA: disk.folder, SALLYPORT_ACQUIRER_URL: bank.url },
  });
});
after(async () => {
  if ('refusal' in disk) return;
  await shop.gateway.close();
  await bank.close();
  disk.remove();
});

async function payOn(key: string, token: string): Promise<Answer> {
  return shop.post(
    '/v1/payments',
    { amount: 10, currency: 'usd', token, external_id: key },
    { headers: { 'idempotency-key': key } },
  );
}

test(`the disk of the database fills up: 503 in both dialects, nothing half done, and on it goes once there is room${title}`, async (t) => {
  if ('refusal' in disk) return t.diagnostic(`run as root where mount is allowed: ${disk.refusal}`);
  assert.equal((await shop.pay()).status, 201);
  const tokens = await Promise.all(Array.from({ length: 25 }, () => shop.token()));
  disk.fill();
  const answers: Answer[] = [];
  for (const [index, token] of tokens.entries()) answers.push(await payOn(`full-${index}`, token));
  const refused = answers.filter(({ status }) => status !== 201);
  assert.ok(refused.length > 0, 'the disk was full');
  for (const answer of refused) assertUnavailable(answer);
  const order = await new EximpeShop(shop.gateway).post(
    '/pg/orders/',
    orderBody({ details: undefined, product: { name: 'x'.repeat(200), type_of_goods: 'service' } }),
  );
  assertUnavailable(order);
  assert.equal(order.body.error.code, 'ERR_SERVICE_ERROR_000');
  disk.clear();
  for (const [index, token] of tokens.entries()) {
    const again = await payOn(`full-${index}`, token);
    const before = answers[index];
    if (before?.status === 201) assert.equal(again.text, before.text);
    else assert.ok(again.status === 201 || again.status === 409, `${again.status} ${again.text}`);
  }
  await assertBooksAgree(shop, bank);
  t.diagnostic(`${refused.length} of ${answers.length} payments were refused while the disk was full`);
});

test(`the disk of the log fills up: PostgreSQL stops, is tried again for as long as it takes, and recovers${title}`, async (t) => {
  if ('refusal' in disk) return t.diagnostic(`run as root where mount is allowed: ${disk.refusal}`);
  const owner = createPool(findRunningPostgres(disk.folder) ?? '', { max: 1 });
  const kept = await shop.pay();
  assert.equal(kept.status, 201);
  disk.fill();
  // Each turn asks for a new segment of the log; PostgreSQL panics, recovers, and panics until it cannot even recover.
  await until(
    'PostgreSQL has stopped',
    async () => {
      await owner.query('select pg_switch_wal()').catch(() => undefined);
      await owner.query('create table if not exists filler (a text)').catch(() => undefined);
      return shop.gateway.logLines.some((line) => line.includes('could not start on'));
    },
    40,
  );
  await owner.end();
  const failedAt = performance.now();
  assertUnavailable(await shop.post('/v1/tokens', {}, { key: 'pk_test_demo' }));
  assert.equal((await shop.get('/readyz')).status, 503);
  assert.equal((await shop.get('/healthz')).status, 200, 'the gateway itself lives on');
  // Longer than all the tries together that a server gets which cannot start for another reason.
  await delay(11_000);
  assert.ok(!shop.gateway.logLines.some((line) => line.includes('could not be started again')));
  disk.clear();
  const clearedAt = performance.now();
  await until('it is ready again', async () => (await shop.get('/readyz')).status === 200, 20);
  t.diagnostic(
    `down for ${((clearedAt - failedAt) / 1000).toFixed(1)} s, ready ${(performance.now() - clearedAt).toFixed(0)} ms after there was room`,
  );
  assert.equal((await shop.read(kept.body.transaction_id)).status, 'completed');
  assert.equal((await shop.pay()).status, 201);
  await assertBooksAgree(shop, bank);
});
