import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { sandboxCards } from '../../src/sandbox/cards.ts';
import { MachineClock } from '../support/machine-clock.ts';
import { type Receiver, startReceiver } from '../support/receiver.ts';
import { until } from '../support/until.ts';
import { type Answer, openShop, type Shop } from '../zafapay/shop.ts';

const hour = 3600;
const day = 24 * hour;
const silentCard = sandboxCards.find(({ fault }) => fault === 'timeout_after_authorizing')?.number ?? '';

const clock = new MachineClock();
let shop: Shop;
let receiver: Receiver;
let receiving = true;
before(async () => {
  shop = await openShop({ acquirerDeadlineMs: 300 });
  receiver = await startReceiver((_request, response) => {
    response.writeHead(receiving ? 204 : 503).end();
  });
  const endpoint = await shop.post('/v1/webhook_endpoints', { url: receiver.url, format: 'standard' });
  assert.equal(endpoint.status, 201, endpoint.text);
});
after(async () => {
  await shop.gateway.close();
  await receiver.close();
  clock.restore();
});

const query = async (sql: string, values: unknown[] = []) =>
  (await shop.gateway.testDatabase.pool.query(sql, values)).rows;

let keys = 0;
const freshKey = (): string => `jump-${++keys}`;

function payUnder(key: string, token: string): Promise<Answer> {
  const payment = { amount: 10, currency: 'usd', token };
  return shop.post('/v1/payments', payment, { headers: { 'idempotency-key': key } });
}

async function operate(id: string, operation: string): Promise<Answer['body']> {
  return (await shop.post(`/v1/payments/${id}/${operation}`)).body;
}

/** The payment once its outcome is known; inquiries become due while the clock moves on. */
async function outcomeOf(id: string): Promise<Answer['body']> {
  await until(
    'it has its outcome',
    async () => {
      await shop.advance(61);
      return (await shop.read(id)).status !== 'pending';
    },
    20,
  );
  return shop.read(id);
}

/** Everything that was begun has its end, and was told once: no attempt open, no delivery waiting, events without gaps. */
async function assertSettled(): Promise<void> {
  await until(
    'nothing is left open',
    async () => {
      const [left] = await query(
        `select (select count(*) from attempts where state in ('queued', 'sending', 'unknown', 'reversing'))
          + (select count(*) from webhook_deliveries where state = 'pending') as n`,
      );
      return left.n === 0n;
    },
    20,
  );
  const gaps = await query(
    `select payment_id from events group by payment_id having count(*) <> max(sequence) or min(sequence) <> 1`,
  );
  assert.deepEqual(gaps, []);
  const ids = receiver.received.filter(({ path }) => path !== '').map(({ headers }) => headers['webhook-id']);
  const told = new Set(ids);
  const events = await query('select id from events');
  assert.deepEqual(events.map(({ id }) => id).toSorted(), [...told].map(String).toSorted());
  assert.ok(!shop.gateway.logLines.some((line) => line.includes('"level":"error"')), 'no error is logged');
}

/** What falls due on the business clock is looked for at once, as after each of its moves; it moves by a second. */
const wakeWorkers = (): Promise<void> => shop.advance(1);

const jumps: [what: string, seconds: number, jump: (seconds: number) => void | Promise<void>][] = [
  ['3 hours ahead by the sandbox’s clock', 3 * hour, (seconds) => shop.advance(seconds)],
  ['3 hours ahead by the machine’s clock', 3 * hour, (seconds) => clock.jump(seconds)],
  ['3 hours back by the machine’s clock', -3 * hour, (seconds) => clock.jump(seconds)],
  ['2 days ahead by the machine’s clock', 2 * day, (seconds) => clock.jump(seconds)],
  ['9 days back by the machine’s clock', -9 * day, (seconds) => clock.jump(seconds)],
];
for (const [what, seconds, jump] of jumps)
  describe(`the clock jumps ${what}`, () => {
    test('what was paid is paid, equal keys give equal answers, and payments go on', async () => {
      const key = freshKey();
      const token = await shop.token();
      const paid = await payUnder(key, token);
      assert.equal(paid.status, 201, paid.text);
      const held = await shop.pay(undefined, { capture_method: 'manual' });
      const early = await shop.token();
      await jump(seconds);
      assert.equal((await payUnder(key, token)).text, paid.text);
      assert.equal((await operate(held.body.transaction_id, 'capture')).status, 'completed');
      assert.equal((await operate(paid.body.transaction_id, 'refund')).status, 'succeeded');
      const late = await payUnder(freshKey(), early);
      assert.equal(
        late.body.status ?? late.body.error?.code,
        seconds < 0 ? 'completed' : 'payment_token_expired',
      );
      assert.equal((await shop.pay()).body.status, 'completed');
      await assertSettled();
    });

    test('an outcome that was unknown then is found out, and money is held once', async () => {
      const unknown = await shop.pay(silentCard);
      assert.equal(unknown.status, 202, unknown.text);
      await jump(seconds);
      const { status } = await outcomeOf(unknown.body.transaction_id);
      const lines = await query(
        'select status from sandbox_bank.authorizations where merchant_reference = $1 and live',
        [unknown.body.transaction_id],
      );
      assert.equal(lines.length, status === 'completed' ? 1 : 0);
      await assertSettled();
    });

    test('a webhook that was refused then is sent again', async () => {
      receiving = false;
      const { body } = await shop.pay();
      await until('it was refused', async () => {
        const [tried] = await query(
          `select d.tries from webhook_deliveries d join events e on e.id = d.event_id where e.payment_id = $1`,
          [body.transaction_id],
        );
        return tried?.tries === 1;
      });
      receiving = true;
      await jump(seconds);
      await wakeWorkers();
      await shop.advance(120);
      await assertSettled();
    });
  });

describe('the clock jumps back', () => {
  test('a link lives as long as was promised, counted by the clock, and then dies', async () => {
    const link = await shop.post('/v1/payments', { amount: 10, currency: 'usd' });
    assert.equal(link.status, 201, link.text);
    clock.jump(-3 * hour);
    await wakeWorkers();
    assert.equal((await shop.read(link.body.transaction_id)).status, 'pending');
    clock.jump(3 * hour);
    await shop.advance(day + 1);
    await until('it is over', async () => (await shop.read(link.body.transaction_id)).status !== 'pending');
    await assertSettled();
  });
});

describe('the clock ran ten years ahead, and is set right', () => {
  test('nothing of what was begun meanwhile waits for ten years', async () => {
    clock.jump(3650 * day);
    await wakeWorkers();
    receiving = false;
    await shop.pay();
    const unknown = await shop.pay(silentCard);
    assert.equal(unknown.status, 202, unknown.text);
    receiving = true;
    clock.jump(-3650 * day);
    await outcomeOf(unknown.body.transaction_id);
    assert.equal((await shop.pay()).body.status, 'completed');
    await assertSettled();
  });
});
