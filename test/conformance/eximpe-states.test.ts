import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { newReference, openShop, orderBody, type PageForm, type Shop } from '../eximpe/shop.ts';
import { type Receiver, startReceiver } from '../support/receiver.ts';
import { until } from '../support/until.ts';

let shop: Shop;
let receiver: Receiver;

before(async () => {
  shop = await openShop();
  receiver = await startReceiver();
  await shop.post(
    '/v1/webhook_endpoints',
    { url: receiver.url, format: 'eximpe' },
    { authorization: 'Bearer sk_test_demo' },
  );
});
after(async () => {
  await shop.gateway.close();
  await receiver.close();
});

interface Order {
  readonly id: string;
  readonly form: PageForm;
  readonly reference: string;
}

async function order(): Promise<Order> {
  const reference = newReference();
  return { ...(await shop.order({ reference_id: reference })), reference };
}

async function refund(id: string, amount?: string) {
  const payment_id = await shop.paymentOf(id);
  return shop.post('/pg/refunds/', { payment_id, ...(amount !== undefined && { refund_amount: amount }) });
}

/** Waits until the bank has settled all refunds of a payment. */
async function settled(id: string): Promise<void> {
  const payment_id = await shop.paymentOf(id);
  await until('the refunds are settled', async () => {
    const { body } = await shop.get(`/pg/refunds/?payment_id=${payment_id}`);
    return body.results.every(({ refund_status }: { refund_status: string }) => refund_status === 'refunded');
  });
}

/** Ways to each state; the words are the order's and, where they tell more, what led there. */
const ways: Record<string, () => Promise<Order>> = {
  payment_pending: order,
  payment_successful: async () => {
    const made = await order();
    await shop.authenticate(made.form, { otp: '123456' });
    return made;
  },
  'payment_successful, partly refunded': async () => {
    const made = await order();
    await shop.authenticate(made.form, { otp: '123456' });
    await refund(made.id, '100.00');
    await settled(made.id);
    return made;
  },
  'payment_successful, wholly refunded': async () => {
    const made = await order();
    await shop.authenticate(made.form, { otp: '123456' });
    await refund(made.id);
    await settled(made.id);
    return made;
  },
  'failed, declined': async () => {
    const made = await order();
    await shop.authenticate(made.form, { otp: '111111' });
    return made;
  },
  'failed, cancelled': async () => {
    const made = await order();
    await shop.authenticate(made.form, { action: 'cancel' });
    return made;
  },
  'failed, expired': async () => {
    const made = await order();
    await shop.advance(15 * 60);
    await until('it has expired', async () => (await shop.status(made.id)).status === 'failed', 40);
    return made;
  },
};

/** What each operation does in each state. `come back`: the status that follows; the others: how they are answered. */
const table: Record<string, Record<string, string>> = {
  payment_pending: {
    'come back': 'payment_successful',
    'come back cancelled': 'failed',
    refund: 'payment_id',
    'same reference': 'reference_id',
    amend: 'taken',
  },
  payment_successful: {
    'come back': 'payment_successful',
    'come back cancelled': 'payment_successful',
    refund: 'taken',
    'same reference': 'reference_id',
    amend: 'taken',
  },
  'payment_successful, partly refunded': {
    'come back': 'payment_successful',
    'come back cancelled': 'payment_successful',
    refund: 'taken',
    'same reference': 'reference_id',
    amend: 'taken',
  },
  'payment_successful, wholly refunded': {
    'come back': 'payment_successful',
    'come back cancelled': 'payment_successful',
    refund: 'payment_id',
    'same reference': 'reference_id',
    amend: 'taken',
  },
  'failed, declined': {
    'come back': 'failed',
    'come back cancelled': 'failed',
    refund: 'payment_id',
    'same reference': 'taken',
    amend: 'taken',
  },
  'failed, cancelled': {
    'come back': 'failed',
    'come back cancelled': 'failed',
    refund: 'payment_id',
    'same reference': 'taken',
    amend: 'taken',
  },
  'failed, expired': {
    'come back': 'failed',
    'come back cancelled': 'failed',
    refund: 'payment_id',
    'same reference': 'taken',
    amend: 'taken',
  },
};

/** `taken`, or the field at which it was refused. */
function outcomeOf({ status, body }: { status: number; body: { error?: { details: object } } }): string {
  return status === 200 ? 'taken' : Object.keys(body.error?.details ?? {}).join();
}

const operations: Record<string, (made: Order) => Promise<string>> = {
  'come back': (made) => comeBack(made, { otp: '123456' }),
  'come back cancelled': (made) => comeBack(made, { action: 'cancel' }),
  refund: async ({ id }) => outcomeOf(await refund(id)),
  'same reference': async ({ reference }) =>
    outcomeOf(await shop.post('/pg/orders/', orderBody({ reference_id: reference }))),
  amend: async ({ id }) =>
    outcomeOf(await shop.call('PATCH', `/pg/orders/${id}/`, { invoice: { number: 'INV_9' } })),
};

/** The customer opens the template once more, and does what there is to do. */
async function comeBack({ id, form }: Order, input: Readonly<Record<string, string>>): Promise<string> {
  const opened = await shop.submit(form);
  const onward = opened.headers.get('location') ?? '';
  if (onward.endsWith('/CommonPgResponseHandler')) await shop.follow(onward);
  else await shop.comeBack(form, input);
  return (await shop.status(id)).status;
}

describe('[eximpe 9] every state × every operation', () => {
  for (const [state, cells] of Object.entries(table)) {
    for (const [operation, expected] of Object.entries(cells)) {
      test(`${state}: ${operation} → ${expected}`, async () => {
        const made = await ways[state]?.();
        assert.ok(made, state);
        const before = await shop.status(made.id);
        assert.equal(before.status, state.split(',')[0]);
        assert.equal(await operations[operation]?.(made), expected);
        const { status, status_message } = await shop.status(made.id);
        if (before.status !== 'payment_pending')
          assert.deepEqual(
            [status, status_message],
            [before.status, before.status_message],
            'a final state stays',
          );
      });
    }
  }

  test('each of its ends has its own words', async () => {
    const words: Record<string, string | null> = {
      payment_pending: null,
      payment_successful: 'Payment captured successfully',
      'failed, declined': 'Bank declined the transaction',
      'failed, cancelled': 'Cancelled by user',
      'failed, expired': 'Session expired',
    };
    for (const [state, expected] of Object.entries(words)) {
      const made = await ways[state]?.();
      assert.ok(made, state);
      assert.equal((await shop.status(made.id)).status_message, expected, state);
    }
  });
});

describe('[eximpe 11.3] every state of a refund × every other', () => {
  /** What each state tells when it is entered, and how it reads. */
  const states: Record<string, readonly [word: string, event: string | null]> = {
    INITIATED: ['initiated', null],
    PROCESSING: ['processing', 'REFUND_STATUS_UPDATE'],
    REFUNDED: ['refunded', 'PAYMENT_REFUNDED'],
    FAILED: ['failed', 'REFUND_FAILED'],
    REVERSED: ['reversed', 'REFUND_STATUS_UPDATE'],
    ON_HOLD: ['on_hold', 'REFUND_STATUS_UPDATE'],
    BANK_REJECTED_REFUND: ['bank_rejected_refund', 'REFUND_STATUS_UPDATE'],
  };

  for (const [from, [, fromEvent]] of Object.entries(states)) {
    test(`from ${from} to each of the seven, each telling its webhook once, and none for staying`, async () => {
      const { id } = await shop.pay();
      const { refund_id } = (await refund(id)).body.data;
      await settled(id);
      const expected: string[] = ['PAYMENT_REFUNDED'];
      let now = 'REFUNDED';
      const move = async (to: string, event: string | null | undefined) => {
        const answer = await shop.post(`/pg/refunds/${refund_id}/simulate-status/`, { status: to });
        assert.deepEqual(
          [answer.status, answer.body.data?.refund_status],
          [200, states[to]?.[0]],
          `${now} → ${to}`,
        );
        if (now !== to && event) expected.push(event);
        now = to;
      };
      for (const [to, [, event]] of Object.entries(states)) {
        await move(from, fromEvent);
        await move(to, event);
      }
      const told = () =>
        receiver.received
          .filter(({ body }) => body.includes(refund_id))
          .map(({ headers }) => String(headers['x-webhook-event']));
      await until('all webhooks came', () => told().length >= expected.length);
      assert.deepEqual(told().sort(), expected.sort());
      assert.equal((await shop.status(id)).status, 'payment_successful', 'refunds leave the order as it is');
    });
  }
});
