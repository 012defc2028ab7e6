import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type Fault, faults, sandboxCards } from '../../src/sandbox/cards.ts';
import { newCard, Shop as OrderShop } from '../eximpe/shop.ts';
import { until } from '../support/until.ts';
import { openShop, type Shop } from '../zafapay/shop.ts';

/** What a payment with a card of each fault is in the end, by the words of either dialect. */
interface Ending {
  readonly zafapay: 'completed' | 'partially_refunded' | 'failed';
  readonly eximpe: 'payment_successful' | 'failed';
  /** The bank's only line in force, in minor units; null where nothing may be. */
  readonly live: { readonly captured: number; readonly refunded: number } | null;
}

const paid: Ending = {
  zafapay: 'completed',
  eximpe: 'payment_successful',
  live: { captured: 1000, refunded: 0 },
};
const failed: Ending = { zafapay: 'failed', eximpe: 'failed', live: null };
const endings: Readonly<Record<Fault, Ending>> = {
  timeout_after_authorizing: paid,
  reset_after_authorizing: paid,
  error_500_after_authorizing: paid,
  garbage_answer: paid,
  never_received: failed,
  approves_twice: paid,
  approves_late: paid,
  approves_partial_amount: failed,
  wrong_currency: failed,
  capture_answer_lost: paid,
  refund_answer_lost: {
    zafapay: 'partially_refunded',
    eximpe: 'payment_successful',
    live: { captured: 1000, refunded: 400 },
  },
  inquiry_contradicts: paid,
  reversal_refused: failed,
};

/** Hours, in steps: past each wait of the resolver, and then on and on. */
const clockSteps = [10, 35, 130, 700, 3700, 3700, 7200, 7200];

let shop: Shop;
let orders: OrderShop;
/** The payment's `tx_…`, the order's `OD…`, or what went wrong on the way to it. */
const begun = new Map<string, string | Error>();

before(async () => {
  shop = await openShop();
  orders = new OrderShop(shop.gateway);
  await Promise.all(
    faults.flatMap((fault) => [
      begin(`zafapay ${fault}`, () => payByToken(fault)),
      begin(`eximpe ${fault}`, () => payOrder(fault)),
    ]),
  );
  for (const seconds of clockSteps) {
    await shop.advance(seconds);
    await workersWereBusy();
  }
});
after(() => shop.gateway.close());

async function begin(story: string, work: () => Promise<string>): Promise<void> {
  begun.set(story, await work().catch((error: Error) => error));
}

function nameOf(story: string): string {
  const name = begun.get(story);
  if (typeof name !== 'string') throw name;
  return name;
}

function numberOf(fault: Fault): string {
  return sandboxCards.find((card) => card.fault === fault)?.number ?? '';
}

/** Pays 10.00 USD by a token, and asks for the capture or refund whose answer the card loses. */
async function payByToken(fault: Fault): Promise<string> {
  const manual = fault === 'capture_answer_lost' ? { capture_method: 'manual' } : {};
  const answer = await shop.pay(numberOf(fault), manual);
  assert.ok(answer.status === 201 || answer.status === 202, `${fault}: ${answer.text}`);
  const id: string = answer.body.transaction_id;
  if (fault === 'capture_answer_lost')
    assert.equal((await shop.post(`/v1/payments/${id}/capture`, {})).status, 202);
  if (fault === 'refund_answer_lost')
    assert.equal((await shop.post(`/v1/payments/${id}/refund`, { amount: 4 })).status, 202);
  return id;
}

/** Orders for 10.00 INR with the one-time code that leaves the outcome to the card. */
async function payOrder(fault: Fault): Promise<string> {
  const { id, form } = await orders.order({
    amount: '10.00',
    card_details: { ...newCard, number: numberOf(fault) },
  });
  const back = await orders.comeBack(form, { otp: '123456' });
  assert.equal(back.status, 200, `${fault}: ${back.text}`);
  if (fault === 'refund_answer_lost') {
    const refund = await orders.post('/pg/refunds/', {
      payment_id: await orders.paymentOf(id),
      refund_amount: '4.00',
    });
    assert.equal(refund.status, 200, refund.text);
  }
  return id;
}

/** Gives the workers, who were told of the new time, a moment to find what fell due. */
async function workersWereBusy(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 300));
}

interface BookLine {
  readonly id: string;
  readonly status: string;
  readonly amount: number;
  readonly captured: number;
  readonly refunded: number;
  readonly live: boolean;
}

async function bookOf(merchantReference: string): Promise<BookLine[]> {
  const answer = await shop.get(`/sandbox/acquirer/authorizations?merchant_reference=${merchantReference}`);
  return answer.body.authorizations;
}

async function settled(
  read: () => Promise<{ status: string; live: BookLine[] }>,
  status: string,
  ending: Ending,
): Promise<void> {
  let seen: unknown;
  const wanted = ending.live ? [{ ...ending.live, amount: 1000 }] : [];
  const isSettled = async (): Promise<boolean> => {
    const { status: current, live } = await read();
    const lines = live.map(({ captured, refunded, amount }) => ({ captured, refunded, amount }));
    seen = { status: current, lines };
    try {
      assert.deepEqual(seen, { status, lines: wanted });
      return true;
    } catch {
      return false;
    }
  };
  await until('it is settled', isSettled, 20).catch(() => assert.deepEqual(seen, { status, lines: wanted }));
}

const liveOf = async (reference: string): Promise<BookLine[]> =>
  (await bookOf(reference)).filter(({ live }) => live);

for (const fault of faults) {
  const ending = endings[fault];
  const money = ending.live ? 'once' : 'nowhere';
  test(`Zafapay, ${fault}: hours later the payment is ${ending.zafapay}, and its money is live ${money}`, async () => {
    const id = nameOf(`zafapay ${fault}`);
    await settled(
      async () => ({ status: (await shop.read(id)).status, live: await liveOf(id) }),
      ending.zafapay,
      ending,
    );
  });

  test(`EximPe, ${fault}: hours later the order is ${ending.eximpe}, and its money is live ${money}`, async () => {
    const id = nameOf(`eximpe ${fault}`);
    await settled(
      async () => ({ status: (await orders.status(id)).status, live: await liveOf(id) }),
      ending.eximpe,
      ending,
    );
  });
}

test('approves_twice: the line that the payment stands on is the one that stays', async () => {
  const { pool } = shop.gateway.testDatabase;
  const { rows } = await pool.query<{ id: string; acquirer_reference: string }>(
    'select coalesce(order_number, id) as id, acquirer_reference from payments where coalesce(order_number, id) = any ($1)',
    [[nameOf('zafapay approves_twice'), nameOf('eximpe approves_twice')]],
  );
  assert.equal(rows.length, 2);
  for (const { id, acquirer_reference } of rows) {
    const book = await bookOf(id);
    assert.deepEqual(
      book.map((line) => [line.status, line.id === acquirer_reference]),
      [
        ['captured', true],
        ['reversed', false],
      ],
    );
  }
});

test('afterwards nothing is open: no message, no difference, and every difference was mended', async () => {
  await until('nothing is open', async () => {
    const metrics = (await shop.get('/metrics')).text;
    return ['attempts_open', 'reconciliation_differences_open', 'reconciliation_differences_mending'].every(
      (name) => new RegExp(`^${name} 0$`, 'm').test(metrics),
    );
  });
  const metrics = (await shop.get('/metrics')).text;
  assert.match(metrics, /^attempts_open_oldest_seconds 0$/m);
  assert.match(metrics, /^alerts_open \d+$/m);
  const { rows } = await shop.gateway.testDatabase.pool.query<{ cause: string; resolution: string }>(
    'select cause, resolution from reconciliation_differences order by cause',
  );
  assert.deepEqual(
    rows,
    Array(2).fill({ cause: 'two_authorizations_for_one_attempt', resolution: 'mended' }),
  );
});
