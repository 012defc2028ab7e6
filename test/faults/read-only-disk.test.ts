import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { Shop as EximpeShop, orderBody } from '../eximpe/shop.ts';
import { type OutsideBank, startOutsideBank } from '../support/outside-bank.ts';
import { until } from '../support/until.ts';
import { type Answer, openShop, type Shop } from '../zafapay/shop.ts';
import { mountFailingDisk } from './failing-disk.ts';
import { assertBooksAgree, assertUnavailable } from './judge.ts';

const diskMegabytes = 300;
const tokensEach = 30;
const disk = mountFailingDisk(diskMegabytes);
const title = 'refusal' in disk ? ' (not checked: this user may not mount a disk of its own)' : '';

let bank: OutsideBank;
let shop: Shop;

// The embedded PostgreSQL lies on the disk that fails; the bank's book does not.
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

function payOn(key: string, token: string): Promise<Answer> {
  return shop.post(
    '/v1/payments',
    { amount: 10, currency: 'usd', token, external_id: key },
    { headers: { 'idempotency-key': key } },
  );
}

interface Asked {
  readonly key: string;
  readonly token: string;
  readonly answer: Answer;
}

/** A customer who pays by one token after the other, until a payment is turned away. */
async function payUntilRefused(customer: string, tokens: readonly string[]): Promise<Asked[]> {
  const asked: Asked[] = [];
  for (const [index, token] of tokens.entries()) {
    const key = `${customer}-${index}`;
    const answer = await payOn(key, token);
    asked.push({ key, token, answer });
    if (answer.status === 503) break;
  }
  return asked;
}

test(`the disk of the database becomes read-only in the midst of payments: 503 in both dialects, nothing half done, and on it goes once it is mended${title}`, async (t) => {
  if ('refusal' in disk) return t.diagnostic(`run as root where mount is allowed: ${disk.refusal}`);
  const kept = await shop.pay();
  assert.equal(kept.status, 201);
  const tokens = await Promise.all(Array.from({ length: tokensEach * 2 }, () => shop.token()));
  // Two at once, so that one of them is in the midst of a payment.
  const paying = Promise.all([
    payUntilRefused('asha', tokens.slice(0, tokensEach)),
    payUntilRefused('ben', tokens.slice(tokensEach)),
  ]);
  await delay(50);
  disk.fail();
  const asked = (await paying).flat();
  const refused = asked.filter(({ answer }) => answer.status === 503);
  assert.ok(refused.length > 0, 'the disk took no more writes');
  for (const { answer } of refused) assertUnavailable(answer);

  const order = await new EximpeShop(shop.gateway).post('/pg/orders/', orderBody());
  assertUnavailable(order);
  assert.equal(order.body.error.code, 'ERR_SERVICE_ERROR_000');
  assert.equal((await shop.get('/readyz')).status, 503);
  assert.equal((await shop.get('/healthz')).status, 200, 'the gateway itself lives on');
  const failedAt = performance.now();
  // Longer than all the tries together that a server gets which cannot start for another reason.
  await delay(11_000);
  assert.ok(!shop.gateway.logLines.some((line) => line.includes('could not be started again')));

  disk.repair();
  const repairedAt = performance.now();
  await until('it is ready again', async () => (await shop.get('/readyz')).status === 200, 20);
  t.diagnostic(
    `${refused.length} payments refused, down for ${((repairedAt - failedAt) / 1000).toFixed(1)} s, ready ${(performance.now() - repairedAt).toFixed(0)} ms after it was mended`,
  );
  assert.equal((await shop.read(kept.body.transaction_id)).status, 'completed');
  for (const { key, token, answer } of asked) {
    const again = await payOn(key, token);
    if (answer.status === 201) assert.equal(again.text, answer.text, 'what a client was told is true');
    // The card's code is gone, as after every crash; or the outcome is being found out.
    else assert.ok(again.status === 409 || again.body.error_code === 'processing_error', again.text);
  }
  assert.equal((await shop.pay()).status, 201);
  await assertBooksAgree(shop, bank);
  const unexpected = shop.gateway.logLines.filter((line) => line.includes('the request failed unexpectedly'));
  assert.deepEqual(unexpected, []);
});
