import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { CardId } from '../../src/domain/ids.ts';
import type { Payment } from '../../src/domain/payment.ts';
import { addSeconds, type Clock } from '../../src/lib/clock.ts';
import { createRetentionStore } from '../../src/store/purge-cards.ts';
import { createPayment } from '../../src/usecases/create-payment.ts';
import { purgeCardsWork } from '../../src/workers/purge-cards.ts';
import { startTestCore, type TestCore } from '../support/core.ts';
import { command, paymentOf, tokenFor } from '../support/core-commands.ts';
import { until } from '../support/until.ts';
import { openShop } from '../zafapay/shop.ts';

const day = 24 * 3600;
const card = '4242424242424242';

let house: TestCore;
before(async () => {
  house = await startTestCore();
});
after(() => house.close());

const logged: string[] = [];
const log = {
  info: (message: string) => void logged.push(message),
  warn: () => undefined,
  error: () => undefined,
} as Parameters<typeof purgeCardsWork>[0]['log'];

/** One run of the worker `days` from now, whatever it did before; answers how many numbers it erased. */
async function purgeIn(days: number, retentionDays = 7): Promise<number> {
  await house.database.pool.query('delete from cursors');
  const clock: Clock = { now: () => addSeconds(house.gateway.clock.now(), days * day) };
  let purged = 0;
  const onPurged = (count: number) => {
    purged += count;
  };
  const store = createRetentionStore(house.core.database);
  await purgeCardsWork({ store, retentionDays, clock, log, onPurged }).run();
  return purged;
}

async function hasNumber(cardId: CardId | undefined): Promise<boolean> {
  const { rowCount } = await house.database.pool.query('select 1 from vault.pans where card_id = $1', [
    cardId,
  ]);
  return rowCount === 1;
}

async function pay(over: Parameters<typeof command>[2] = {}): Promise<Payment> {
  const token = await tokenFor(house, card);
  return paymentOf(await createPayment(house.gateway, command(house, token, over)));
}

test('the number of a card that was not saved goes seven days after its payment, and its face stays', async () => {
  const payment = await pay();
  await purgeIn(6.9);
  assert.equal(await hasNumber(payment.card?.id), true);
  assert.ok((await purgeIn(7.1)) >= 1);
  assert.equal(await hasNumber(payment.card?.id), false);
  const read = await house.gateway.payments.findPayment(payment.merchantId, { id: payment.id });
  assert.deepEqual(read?.card, payment.card);
  assert.ok(
    logged.some((message) => /erased the numbers of [1-9][0-9]* cards/.test(message)),
    'how many were erased is logged',
  );
});

test('a saved card keeps its number until it is detached', async () => {
  const payment = await pay({ saveCard: true, customerReference: 'cus_1' });
  await purgeIn(400);
  assert.equal(await hasNumber(payment.card?.id), true);
  assert.ok(payment.paymentMethodId);
  await house.gateway.cards.detachPaymentMethod(
    payment.merchantId,
    payment.paymentMethodId,
    house.gateway.clock.now(),
  );
  await purgeIn(400);
  assert.equal(await hasNumber(payment.card?.id), false);
});

const kept: [why: string, sql: string][] = [
  [
    'the payment is still authorizing',
    `update payments set state = 'authorizing', captured = 0, captured_at = null where id = $1`,
  ],
  [
    'the hold is not captured yet',
    `update payments set state = 'authorized', captured = 0, captured_at = null, capture_before = now() + interval '99 years' where id = $1`,
  ],
  [
    'the cardholder is at the issuer',
    `update payments set state = 'authenticating', captured = 0, captured_at = null, expires_at = now() + interval '99 years' where id = $1`,
  ],
  [
    'a message to the acquirer has no recorded end',
    `update attempts set state = 'unknown', finished_at = null where payment_id = $1`,
  ],
  [
    'the payment ended later',
    `update payments set captured_at = captured_at + interval '30 days' where id = $1`,
  ],
];
for (const [why, sql] of kept) {
  test(`a number is kept while ${why}`, async () => {
    const payment = await pay();
    await house.database.pool.query(sql, [payment.id]);
    await purgeIn(30);
    assert.equal(await hasNumber(payment.card?.id), true);
  });
}

test('a token that may still be used keeps the number of its card', async () => {
  const token = await tokenFor(house, card);
  assert.ok(token.from === 'token');
  const { rows } = await house.database.pool.query<{ card_id: CardId }>(
    `update card_tokens set expires_at = now() + interval '99 years' where id = $1 returning card_id`,
    [token.tokenId],
  );
  await purgeIn(30);
  assert.equal(await hasNumber(rows[0]?.card_id), true);
});

test('the retention is a setting, down to none', async () => {
  const payment = await pay();
  assert.equal(await purgeIn(7.1, 30), 0);
  assert.equal(await hasNumber(payment.card?.id), true);
  await purgeIn(0.001, 0);
  assert.equal(await hasNumber(payment.card?.id), false);
});

test('a card with which a payment is being opened at that moment is left for the next walk', async () => {
  const payment = await pay();
  const client = await house.database.pool.connect();
  try {
    await client.query('begin');
    // The lock that a payment's foreign key takes.
    await client.query('select from cards where id = $1 for key share', [payment.card?.id]);
    await purgeIn(30);
    assert.equal(await hasNumber(payment.card?.id), true);
    await client.query('commit');
  } finally {
    client.release();
  }
  await purgeIn(30);
  assert.equal(await hasNumber(payment.card?.id), false);
});

test('several workers at once, in small batches, erase each number once and end the walk', async () => {
  const payments = await Promise.all(Array.from({ length: 12 }, () => pay()));
  const store = createRetentionStore(house.core.database);
  const now = addSeconds(house.gateway.clock.now(), 30 * day);
  const walk = async (): Promise<number> => {
    let total = 0;
    for (let after: string | null = ''; after !== null; ) {
      const step = await store.purgeCards({ after, limit: 5, endedBefore: addSeconds(now, -7 * day), now });
      total += step.purged;
      after = step.last;
    }
    return total;
  };
  const counts = await Promise.all([walk(), walk(), walk()]);
  const total = counts.reduce((sum, count) => sum + count, 0) + (await walk());
  assert.equal(total, payments.length);
});

test('a walk that has ended rests for an hour, and one that was interrupted goes on where it was', async () => {
  const store = createRetentionStore(house.core.database);
  const looked: string[] = [];
  const watched = {
    ...store,
    purgeCards: (batch: Parameters<typeof store.purgeCards>[0]) => {
      looked.push(batch.after);
      return store.purgeCards(batch);
    },
  };
  let now = addSeconds(house.gateway.clock.now(), 60 * day);
  const work = purgeCardsWork({
    store: watched,
    retentionDays: 7,
    clock: { now: () => now },
    log,
    onPurged: () => undefined,
  });
  await store.writeWalk('card_middle', now);
  await work.run();
  assert.deepEqual(looked, ['card_middle']);
  now = addSeconds(now, 3599);
  await work.run();
  assert.equal(looked.length, 1);
  now = addSeconds(now, 2);
  await work.run();
  assert.deepEqual(looked, ['card_middle', '']);
});

test('in a whole gateway, eight days later, the number is gone, counted, and the payment reads as before', async () => {
  const shop = await openShop();
  try {
    const id: string = (await shop.pay()).body.transaction_id;
    const before = await shop.read(id);
    const count = async () =>
      (await shop.gateway.testDatabase.pool.query<{ count: bigint }>('select count(*) from vault.pans'))
        .rows[0]?.count;
    assert.equal(await count(), 1n);
    await shop.advance(8 * day);
    await until('the number is erased', async () => (await count()) === 0n, 20);
    await until('it is counted', async () =>
      /^card_numbers_purged_total 1$/m.test((await shop.get('/metrics')).text),
    );
    assert.deepEqual(await shop.read(id), before);
  } finally {
    await shop.gateway.close();
  }
});
