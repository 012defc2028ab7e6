import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import { type ReceivedRequest, type Receiver, startReceiver } from '../support/receiver.ts';
import { until } from '../support/until.ts';
import { type Answer, openShop, type Shop } from '../zafapay/shop.ts';

let shop: Shop;
let receivers: readonly [Receiver, Receiver];
let secrets: readonly string[];

before(async () => {
  shop = await openShop();
  receivers = [await startReceiver(), await startReceiver()];
  const made = await Promise.all(receivers.map(({ url }) => shop.post('/v1/webhook_endpoints', { url })));
  secrets = made.map(({ body }) => body.secret);
});
after(async () => {
  await shop.gateway.close();
  for (const receiver of receivers) await receiver.close();
});

/** The webhook about a payment at one of the endpoints. */
async function webhookOf(transactionId: string, receiver = receivers[0]): Promise<ReceivedRequest> {
  const find = () => receiver.received.find(({ body }) => body.includes(transactionId));
  await until(`a webhook about ${transactionId}`, () => find() !== undefined);
  const found = find();
  assert.ok(found);
  return found;
}

const told = async (transactionId: string) => JSON.parse((await webhookOf(transactionId)).body);

/** Each row of the contract's table: where two sources disagree, which of them holds. */
const rows: readonly [topic: string, holds: () => Promise<void>][] = [
  [
    "create's answer is a req_… with decimals, and names the transaction; nothing of the older shape",
    async () => {
      const { body } = await shop.pay(undefined, { amount: 17.62 });
      assert.match(body.id, /^req_/);
      assert.match(body.transaction_id, /^tx_/);
      assert.equal(body.amount, 17.62);
      for (const name of ['success', 'gateway_transaction_id', 'client_secret'])
        assert.equal(name in body, false, name);
    },
  ],
  [
    'a checkout link is /checkout/req_…?token=',
    async () => {
      const { body } = await shop.post('/v1/payments', { amount: 10, currency: 'usd' });
      const url = new URL(body.payment_url);
      assert.equal(url.pathname, `/checkout/${body.id}`);
      assert.deepEqual([...url.searchParams.keys()], ['token']);
    },
  ],
  [
    'codes are in lower case',
    async () => {
      const answers: Answer[] = [
        await shop.post('/v1/payments', {}),
        await shop.get('/v1/payments/tx_none'),
        await shop.get('/v1/payments', { key: null }),
      ];
      for (const { body } of answers) assert.match(body.error.code, /^[a-z_]+$/);
    },
  ],
  [
    'amounts on read are strings',
    async () => {
      const { body } = await shop.pay();
      const read = await shop.read(body.id);
      assert.deepEqual([read.amount, read.amount_refunded], ['10.00', '0']);
    },
  ],
  [
    "capture's answer is id, status, amount",
    async () => {
      const { body } = await shop.pay(undefined, { capture_method: 'manual' });
      const answer = await shop.post(`/v1/payments/${body.id}/capture`);
      assert.deepEqual(answer.body, { id: body.transaction_id, status: 'completed', amount: 10 });
    },
  ],
  [
    "a refund's amount may be left out, and its currency may be said",
    async () => {
      const { body } = await shop.pay();
      const answer = await shop.post(`/v1/payments/${body.id}/refund`, { currency: 'usd' });
      assert.deepEqual([answer.status, answer.body.amount], [200, '10.00']);
    },
  ],
  [
    'a payment is read by tx_… and by req_…',
    async () => {
      const { body } = await shop.pay();
      for (const id of [body.id, body.transaction_id])
        assert.equal((await shop.get(`/v1/payments/${id}`)).status, 200);
    },
  ],
  [
    "the merchant's order id in webhooks is external_id",
    async () => {
      const { body } = await shop.pay(undefined, { external_id: 'order_15' });
      const webhook = await told(body.transaction_id);
      assert.equal(webhook.external_id, 'order_15');
      assert.equal('merchant_order_id' in webhook, false);
    },
  ],
  [
    'error in payment.failed is an object',
    async () => {
      const { body } = await shop.pay('4000000000009995');
      const { error } = await told(body.transaction_id);
      assert.deepEqual(Object.keys(error), ['code', 'category', 'message', 'recommended_action']);
    },
  ],
  [
    'a webhook is flat, and its event is payment.succeeded',
    async () => {
      const { body } = await shop.pay();
      const webhook = await told(body.transaction_id);
      assert.equal(webhook.event, 'payment.succeeded');
      assert.deepEqual(['type' in webhook, 'data' in webhook], [false, false]);
    },
  ],
  [
    'each endpoint has a secret of its own',
    async () => {
      const { body } = await shop.pay();
      const signatures = await Promise.all(
        receivers.map(async (receiver, index) => {
          const { headers, body: bytes } = await webhookOf(body.transaction_id, receiver);
          const expected = createHmac('sha256', secrets[index] ?? '')
            .update(bytes)
            .digest('hex');
          assert.equal(headers['x-zafapay-signature-sandbox'], expected);
          return expected;
        }),
      );
      assert.notEqual(signatures[0], signatures[1]);
    },
  ],
  [
    'the default events are the five of payments',
    async () => {
      const { body } = await shop.pay(undefined, { capture_method: 'manual' });
      await shop.post(`/v1/payments/${body.id}/capture`);
      const { event } = await told(body.transaction_id);
      assert.equal(event, 'payment.succeeded', 'authorized is told only to those who ask');
    },
  ],
  [
    'return_url is a field of its own at the top',
    async () => {
      const { body } = await shop.pay('4000002500003155', {
        return_url: 'https://shop.example/back?order=15',
      });
      const end = await shop.authenticate(body.redirect_url, 'complete');
      assert.equal(end.headers.get('location'), 'https://shop.example/back?order=15&status=succeeded');
    },
  ],
  [
    'the webhook of a saved card has what both samples show',
    async () => {
      const { body } = await shop.pay(undefined, { customer_id: 'cust_15', save_card: true });
      const webhook = await told(body.transaction_id);
      for (const name of [
        'merchant_id',
        'merchant_name',
        'card_country',
        'card_funding',
        'card_exp_month',
        'card_exp_year',
        'save_card',
      ])
        assert.ok(name in webhook, name);
    },
  ],
  [
    'without capture_method the flow decides; ours captures at once',
    async () => {
      const { body } = await shop.pay();
      assert.equal((await shop.read(body.id)).capture_method, 'automatic');
    },
  ],
];

describe('[zafapay 15] where the sources disagree', () => {
  for (const [topic, holds] of rows) it(topic, holds);

  it('an inactive merchant is merchant_not_active', async () => {
    const { pool } = shop.gateway.testDatabase;
    await pool.query(`update merchants set status = 'inactive' where id = 'mer_other'`);
    await until('the gateway has noticed', async () => {
      const { status, body } = await shop.get('/v1/payments', { key: 'sk_test_other' });
      return status === 403 && body.error.code === 'merchant_not_active';
    });
  });
});
