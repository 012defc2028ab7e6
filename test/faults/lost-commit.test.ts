import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Shop as EximpeShop } from '../eximpe/shop.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { Forwarder } from '../support/forwarder.ts';
import { until } from '../support/until.ts';
import { type Answer, openShop, type Shop } from '../zafapay/shop.ts';
import { Interruption, type Moment, type StruckCommit } from './interruption.ts';

let database: TestDatabase;
let address: Forwarder;
let interruption: Interruption;
let shop: Shop;

before(async () => {
  database = await createTestDatabase();
  address = new Forwarder(database.connectionString);
  await address.open();
  shop = await openShop({ env: { DATABASE_URL: address.through(database.connectionString) } });
  interruption = await Interruption.prepare(address, database.connectionString);
});
after(async () => {
  await interruption.close();
  await shop.gateway.close();
  await address.close();
  await database.drop();
});

type Operation = 'create' | 'capture' | 'void' | 'refund';
type Case = readonly [
  commit: StruckCommit,
  moment: Moment,
  operation: Operation,
  /** What the same key answers right after the 503. */
  again: 'in progress' | 'done',
  /** What stands in the end, in the gateway and at the bank. */
  state: string,
  book: readonly string[],
];

const lost = 'after it, before its acknowledgement';
const cases: readonly Case[] = [
  // The attempt was never committed: nothing happened, and the same key begins anew.
  ['attempt', 'before it', 'create', 'done', 'captured', ['captured']],
  ['attempt', 'before it', 'capture', 'done', 'captured', ['captured']],
  ['attempt', 'before it', 'void', 'done', 'voided', ['voided']],
  ['attempt', 'before it', 'refund', 'done', 'captured', ['refunded']],
  // It was committed, but we cannot know: the bank is not called, and the worker finds that it never was.
  ['attempt', lost, 'create', 'in progress', 'failed', []],
  ['attempt', lost, 'capture', 'in progress', 'authorized', ['authorized']],
  ['attempt', lost, 'void', 'in progress', 'authorized', ['authorized']],
  // The bank did it and its answer is not on record: the attempt stays `sending`, and the worker asks the bank.
  ['outcome', 'before it', 'create', 'in progress', 'captured', ['captured']],
  ['outcome', 'before it', 'capture', 'in progress', 'captured', ['captured']],
  ['outcome', 'before it', 'void', 'in progress', 'voided', ['voided']],
  ['outcome', 'before it', 'refund', 'in progress', 'captured', ['refunded']],
  // All is on record, only the acknowledgement was lost: the same key reads it.
  ['outcome', lost, 'create', 'done', 'captured', ['captured']],
  ['outcome', lost, 'capture', 'done', 'captured', ['captured']],
  ['outcome', lost, 'void', 'done', 'voided', ['voided']],
  ['outcome', lost, 'refund', 'done', 'captured', ['refunded']],
];

let keys = 0;

/** A request that can be repeated under its key. */
async function requestOf(operation: Operation): Promise<{ ask(): Promise<Answer>; story: string }> {
  keys += 1;
  const story = `story-${keys}`;
  const headers = { 'idempotency-key': story };
  const capture_method = operation === 'capture' || operation === 'void' ? 'manual' : 'automatic';
  const token = await shop.token();
  const create = { amount: 10, currency: 'usd', token, external_id: story, capture_method };
  if (operation === 'create') return { story, ask: () => shop.post('/v1/payments', create, { headers }) };
  const paid = await shop.post('/v1/payments', create);
  const path = `/v1/payments/${paid.body.transaction_id}/${operation}`;
  return { story, ask: () => shop.post(path, {}, { headers }) };
}

async function settle(): Promise<void> {
  await until(
    'nothing waits for an answer',
    async () => {
      await shop.advance(130);
      const { rows } = await database.pool.query(
        "select 1 from attempts where state in ('queued', 'sending', 'unknown', 'reversing')",
      );
      return rows.length === 0;
    },
    15,
  );
}

for (const [commit, moment, operation, again, state, book] of cases) {
  test(`${operation}: the connection dies in the commit of the ${commit}, ${moment}: 503, then ${again}, in the end ${state}`, async () => {
    const { ask, story } = await requestOf(operation);
    const struck = await interruption.strike(commit, moment, ask);
    assert.equal(struck.status, 503, struck.text);
    assert.ok(Number(struck.headers.get('retry-after')) > 0);
    assert.equal(struck.body.error.code, 'internal_error');

    const second = await ask();
    if (again === 'in progress') {
      assert.equal(second.status, 409, second.text);
      assert.ok(Number(second.headers.get('retry-after')) > 0);
    } else {
      assert.ok(second.status < 300, second.text);
    }
    await settle();
    const final = await ask();
    assert.notEqual(final.status, 409, final.text);
    if (again === 'done') assert.deepEqual([final.status, final.text], [second.status, second.text]);

    const { rows } = await database.pool.query<{
      id: string;
      state: string;
      events: number;
      refunded: bigint;
    }>(
      `select id, state, refunded, event_count - (select count(*) from events where payment_id = payments.id)::integer as events
       from payments where merchant_reference = $1`,
      [story],
    );
    assert.deepEqual(
      rows.map((row) => [row.state, row.events]),
      [[state, 0]],
    );
    assert.equal(rows[0]?.refunded, operation === 'refund' ? 1000n : 0n);
    const reference = rows[0]?.id ?? '';
    const held = await shop.get(`/sandbox/acquirer/authorizations?merchant_reference=${reference}`);
    assert.deepEqual(
      held.body.authorizations.map((line: { status: string }) => line.status),
      book,
    );
  });
}

for (const moment of ['before it', lost] as const) {
  test(`an EximPe customer comes back from the issuer and the outcome’s commit is struck ${moment}: paid once all the same`, async () => {
    const eximpe = new EximpeShop(shop.gateway);
    const { id, form } = await eximpe.order();
    const struck = await interruption.strike('outcome', moment, () =>
      eximpe.comeBack(form, { otp: '123456' }),
    );
    assert.equal(struck.status, 503);
    await settle();
    const held = await shop.get(`/sandbox/acquirer/authorizations?merchant_reference=${id}`);
    assert.deepEqual(
      held.body.authorizations.map((line: { status: string }) => line.status),
      ['captured'],
    );
    assert.equal((await eximpe.status(id)).status, 'payment_successful');
  });
}

test('nothing of all this was an unexpected failure', () => {
  const unexpected = shop.gateway.logLines.filter((line) => line.includes('the request failed unexpectedly'));
  assert.deepEqual(unexpected, []);
});
