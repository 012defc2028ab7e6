import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { paceMax, paceMinute, paceSeconds, paceToldFrom } from '../../src/domain/risk/card-pace.ts';
import { addSeconds } from '../../src/lib/clock.ts';
import { createCardPaceStore } from '../../src/store/card-pace.ts';
import { createRiskSweepStore } from '../../src/store/failed-cards.ts';
import { createPayment } from '../../src/usecases/create-payment.ts';
import type { Gateway } from '../../src/usecases/gateway.ts';
import { CardPace } from '../../src/usecases/risk/card-pace.ts';
import { tokenizeCard } from '../../src/usecases/tokenize-card.ts';
import { sweepRiskWork } from '../../src/workers/sweep-risk.ts';
import { startTestCore, type TestCore } from '../support/core.ts';
import { command } from '../support/core-commands.ts';
import { openCard } from './cards.ts';

const address = '203.0.113.7';
const clock = { moment: new Date('2027-03-01T10:00:20.000Z'), now: () => clock.moment };
let house: TestCore;
before(async () => {
  house = await startTestCore();
});
after(() => house.close());
beforeEach(() => {
  // Each test has minutes of its own.
  clock.moment = addSeconds(paceMinute(clock.moment), 10 * paceSeconds + 20);
});

function newProcess(): CardPace {
  const store = createCardPaceStore(house.core.database);
  return new CardPace({ store, hash: house.gateway.risk.hash, clock });
}

/** The core as if it were live: every card is somebody's, and none is listed. */
function live(cardPace: CardPace): Gateway {
  return { ...house.gateway, mode: 'live', acceptance: { judge: () => 'accepted' }, cardPace };
}

function fill(pace: CardPace, cards: number, ip: string | null = address): void {
  for (let card = 0; card < cards; card++) assert.equal(pace.takeCard(house.merchant.id, ip), null);
}

test('an address that hands over cards faster than any shop is held off for the rest of the minute, and no other', () => {
  const pace = newProcess();
  fill(pace, paceMax.address);
  const held = pace.takeCard(house.merchant.id, address);
  assert.deepEqual(held, { measure: 'refuse', retryAfterSeconds: 40 });
  assert.equal(pace.takeCard(house.merchant.id, '203.0.113.8'), null);
  assert.equal(pace.takeCard(house.other.id, address)?.measure, 'refuse', 'with whichever key');
  clock.moment = addSeconds(clock.moment, 40);
  assert.equal(pace.takeCard(house.merchant.id, address), null);
});

test('an IPv6 network of one customer is one address', () => {
  const pace = newProcess();
  for (let card = 0; card < paceMax.address; card++)
    assert.equal(pace.takeCard(house.merchant.id, `2001:db8:1:2::${card.toString(16)}`), null);
  assert.equal(pace.takeCard(house.merchant.id, '2001:db8:1:2:ffff::1')?.measure, 'refuse');
});

test('a merchant’s keys hand over so many cards a minute, from however many addresses', () => {
  const pace = newProcess();
  for (let card = 0; card < paceMax.merchant; card++)
    assert.equal(
      pace.takeCard(house.merchant.id, `10.${card >> 16}.${(card >> 8) & 255}.${card & 255}`),
      null,
    );
  assert.equal(pace.takeCard(house.merchant.id, null)?.measure, 'refuse');
  assert.equal(pace.takeCard(house.other.id, null), null);
});

test('what is refused is not counted, so that who slows down passes in the next minute', async () => {
  const pace = newProcess();
  fill(pace, paceMax.address);
  for (let more = 0; more < 500; more++) pace.takeCard(house.merchant.id, address);
  await pace.share();
  const { rows } = await house.core.database.query<{ most: number }>({
    name: 'test-most-taken',
    text: `select max(taken) as most from card_pace where scope = 'address' and minute = $1`,
    values: [paceMinute(clock.moment).toISOString()],
  });
  assert.equal(rows[0]?.most, paceMax.address);
});

test('processes share what they counted; several of them share one limit', async () => {
  const [first, second] = [newProcess(), newProcess()];
  fill(first, 70);
  fill(second, 30);
  await first.share();
  await second.share();
  fill(second, paceMax.address - 100);
  assert.equal(second.takeCard(house.merchant.id, address)?.measure, 'refuse');
  await second.share();
  fill(first, 1);
  await first.share();
  assert.equal(first.takeCard(house.merchant.id, address)?.measure, 'refuse');
});

test('who is far from every limit costs no write', async () => {
  const pace = newProcess();
  fill(pace, Math.ceil(paceMax.address * paceToldFrom) - 1);
  await pace.share();
  const { rows } = await house.core.database.query<{ rows: number }>({
    name: 'test-pace-rows',
    text: 'select count(*)::integer as rows from card_pace where minute = $1',
    values: [paceMinute(clock.moment).toISOString()],
  });
  assert.equal(rows[0]?.rows, 0);
});

test('live, tokens and payments answer that it was too fast, before anything is sealed or opened', async () => {
  const pace = newProcess();
  const gateway = live(pace);
  const browser = { ip: address, device: null };
  const tokenize = () =>
    tokenizeCard(gateway, { merchant: house.merchant, card: openCard('4242424242424242'), browser });
  assert.equal((await tokenize()).kind, 'done');
  fill(pace, paceMax.address - 1);
  const refused = await tokenize();
  assert.ok(refused.kind === 'refused');
  assert.deepEqual(
    [refused.refusal.code, refused.refusal.retryAfterSeconds, refused.refusal.message],
    ['rate_limited', 40, 'Too many attempts. Try again later.'],
  );
  const pay = () =>
    createPayment(
      gateway,
      command(house, { from: 'direct', card: openCard('4242424242424242'), brand: 'visa' }),
    );
  assert.equal((await pay()).kind, 'done');
  for (let payment = 1; payment < paceMax.payments; payment++) pace.takePayment(house.merchant.id);
  const held = await pay();
  assert.ok(held.kind === 'refused' && held.refusal.code === 'rate_limited');
});

test('minutes that are past are swept', async () => {
  const pace = newProcess();
  fill(pace, paceMax.address);
  await pace.share();
  clock.moment = addSeconds(clock.moment, 5 * paceSeconds);
  await sweepRiskWork({ sweeps: createRiskSweepStore(house.core.database), clock }).run();
  const { rows } = await house.core.database.query<{ rows: number }>({
    name: 'test-all-pace-rows',
    text: 'select count(*)::integer as rows from card_pace',
    values: [],
  });
  assert.equal(rows[0]?.rows, 0);
});
