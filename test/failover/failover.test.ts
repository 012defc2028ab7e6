import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { verifyAuditLog } from '../../src/store/verify-audit.ts';
import { Forwarder } from '../support/forwarder.ts';
import { type OutsideBank, startOutsideBank } from '../support/outside-bank.ts';
import { makeThrowawayFolder } from '../support/throwaway-folder.ts';
import { until } from '../support/until.ts';
import { openShop, type Shop } from '../zafapay/shop.ts';
import { ClientMemory, isCardLost, shopUntil } from './customers.ts';
import { type PostgresPair, promote, startPostgresPair } from './postgres-pair.ts';

const clients = 8;
/** Answers that clients got before the primary dies, and get after it is replaced. */
const answersWanted = 60;
/** How long the primary lives on without its standby, and how long after it there is no server. */
const cutMs = 300;
const outageMs = 300;

let pair: PostgresPair;
let address: Forwarder;
let bank: OutsideBank;
let shop: Shop;
const memory = new ClientMemory();

before(async () => {
  bank = await startOutsideBank();
  pair = await startPostgresPair(makeThrowawayFolder('failover'));
  address = new Forwarder(pair.primary.connectionString);
  await address.open();
  shop = await openShop({
    acquirerDeadlineMs: 2000,
    env: {
      DATABASE_URL: address.through(pair.primary.connectionString),
      SALLYPORT_ACQUIRER_URL: bank.url,
      SALLYPORT_DATABASE_POOL: '8',
    },
  });
});
after(async () => {
  await shop.gateway.close();
  await address.close();
  await pair.stop();
  await bank.close();
});

test('no payment is sent or acknowledged before the standby has it', async () => {
  const token = await shop.token();
  const before = (await bank.readBook()).length;
  pair.cutLine();
  const paying = shop.post('/v1/payments', { amount: 10, currency: 'usd', token });
  const meanwhile = await Promise.race([paying, delay(500)]);
  const booked = (await bank.readBook()).length;
  pair.mendLine();
  assert.equal(meanwhile, undefined, 'the answer waits for the standby');
  assert.equal(booked, before, 'the bank was not asked for an attempt that only one server has');
  assert.equal((await paying).status, 201);
});

// What is begun before the primary dies and carried on after.
const begun = { challenge: '', challengeId: '', token: '', method: '' };

test('the primary dies under load and the standby takes over: clients go on by themselves', async (t) => {
  const challenged = await shop.pay('4000002500003155', { return_url: 'https://shop.example/done' });
  begun.challenge = challenged.body.redirect_url;
  begun.challengeId = challenged.body.transaction_id;
  begun.token = await shop.token();
  const saved = await shop.pay('4242424242424242', { save_card: true, customer_id: 'returning' });
  begun.method = saved.body.payment_method_id;

  let over = false;
  const shopping = Array.from({ length: clients }, (_value, index) =>
    shopUntil(shop, `client${index}`, memory, () => over),
  );
  await until('there was load', () => memory.told.length >= answersWanted, 20);
  const acknowledgedBefore = memory.told.length;
  pair.cutLine();
  await delay(cutMs);
  const killedAt = performance.now();
  pair.primary.kill();
  address.pointAt(null);
  await delay(outageMs);
  await promote(pair.standby);
  const promotedMs = performance.now() - killedAt;
  address.pointAt(pair.standby.connectionString);
  const told = memory.told.length;
  await until('clients are served again', () => memory.told.length > told, 20);
  const servedMs = performance.now() - killedAt;
  await until('there was load again', () => memory.told.length >= told + answersWanted, 20);
  over = true;
  await Promise.all(shopping);
  t.diagnostic(
    `${acknowledgedBefore} answers before, ${memory.told.length - told} after; ${memory.unavailable} times 503, ${memory.cardsLost} cards to be asked for again; ` +
      `promoted ${promotedMs.toFixed(0)} ms after the kill, served again after ${servedMs.toFixed(0)} ms`,
  );
  assert.ok(memory.unavailable > 0, 'the outage was felt');
  assert.equal(memory.unavailableWithoutRetryAfter, 0, 'every 503 says when to come again');
  assert.deepEqual(memory.wrong, [], 'and nothing else went wrong');
});

test('no acknowledged payment, capture or refund is lost, and the same key gives the same answer', async () => {
  for (const { key, path, body, answer } of memory.told) {
    const again = await shop.post(path, body, { headers: { 'idempotency-key': key } });
    assert.deepEqual([again.status, again.text], [answer.status, answer.text], key);
  }
  const { rows } = await shop.gateway.database.pool.query<{ id: string; state: string }>(
    'select id, state from payments union all select id, state from refunds',
  );
  const states = new Map(rows.map(({ id, state }) => [id, state]));
  const words: Record<string, readonly string[]> = {
    create: ['captured', 'authorized'],
    capture: ['captured'],
    refund: ['refunded'],
    'card lost': ['failed'],
  };
  for (const { key, answer } of memory.told) {
    const operation = isCardLost(answer) ? 'card lost' : (key.split('-').at(-1) ?? '');
    const id =
      answer.body.transaction_id && operation !== 'refund' ? answer.body.transaction_id : answer.body.id;
    assert.ok(words[operation]?.includes(states.get(id) ?? 'missing'), `${key} ${id}: ${states.get(id)}`);
  }
});

test('what was under way when the primary died is resolved, and nobody pays twice', async (t) => {
  const { pool } = shop.gateway.database;
  const open = async () =>
    (await pool.query("select id from attempts where state in ('queued', 'sending', 'unknown', 'reversing')"))
      .rows.length;
  const left = await open();
  await until(
    'nothing waits for an answer',
    async () => {
      await shop.advance(130);
      await delay(100);
      return (await open()) === 0;
    },
    20,
  );
  t.diagnostic(`${left} attempts were left open by the failover; all resolved`);
  const book = await bank.readBook();
  const { rows: attempts } = await pool.query<{ id: string }>('select id from attempts');
  const known = new Set(attempts.map(({ id }) => id));
  assert.deepEqual(
    book.filter(({ reference }) => !known.has(reference)),
    [],
    'the bank holds nothing that the promoted database does not know',
  );
  const live = book.filter((line) => line.live).map(({ merchantReference }) => merchantReference);
  assert.equal(new Set(live).size, live.length, 'one live authorization per payment');
  const { rows: payments } = await pool.query<{ id: string; merchant_reference: string | null }>(
    `select id, merchant_reference from payments
     where state = 'authorized' or (state = 'captured' and refunded < captured)`,
  );
  assert.deepEqual(live.toSorted(), payments.map(({ id }) => id).toSorted());
  const stories = payments.flatMap(({ merchant_reference }) => merchant_reference ?? []);
  assert.equal(new Set(stories).size, stories.length, 'no order was paid by two payments');
  const { rows } = await pool.query(
    'select coalesce(sum(captured - refunded), 0)::integer as sum from payments',
  );
  const atBank = book.reduce((sum, line) => sum + line.captured - line.refunded, 0);
  assert.equal(rows[0].sum, atBank, 'the money is the same on both sides');
});

test('card codes did not travel: a payment at its issuer’s page fails and asks for the card again', async () => {
  await shop.authenticate(begun.challenge, 'complete');
  const { rows } = await shop.gateway.database.pool.query(
    'select state, failure_reason from payments where id = $1',
    [begun.challengeId],
  );
  assert.deepEqual(rows, [{ state: 'failed', failure_reason: 'card_data_lost' }]);
  const read = await shop.read(begun.challengeId);
  assert.equal(read.error_code, 'processing_error');
  const book = await bank.readBook();
  assert.deepEqual(
    book.filter(({ merchantReference, live }) => merchantReference === begun.challengeId && live),
    [],
  );
});

test('card codes did not travel: a token made before fails, and a fresh one works', async () => {
  const stale = await shop.post('/v1/payments', { amount: 10, currency: 'usd', token: begun.token });
  assert.equal(stale.body.status, 'failed');
  assert.match(stale.body.error.message, /Collect the card again/);
  const fresh = await shop.pay();
  assert.deepEqual([fresh.status, fresh.body.status], [201, 'completed']);
});

test('card numbers did travel: a card saved before is charged after', async () => {
  const renewed = await shop.post('/v1/payments', {
    amount: 5,
    currency: 'usd',
    customer_id: 'returning',
    payment_method_id: begun.method,
  });
  assert.deepEqual([renewed.status, renewed.body.status], [201, 'completed']);
});

test('the record of opened cards is whole on the promoted server', async () => {
  const { audit, database } = shop.gateway.core;
  await until('all openings are sealed', async () => (await audit.sealOpenings(5000)) === 0, 10);
  const verdict = await verifyAuditLog(database, { key: null, unsealedSecondsMax: 60 });
  assert.ok(verdict.kind === 'sound' && verdict.openings > 0, JSON.stringify(verdict.kind));
});
