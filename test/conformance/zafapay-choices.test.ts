import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import { declineReasons } from '../../src/domain/decline.ts';
import { unifiedError } from '../../src/http/zafapay/declines.ts';
import { zafapayWebhookFormat } from '../../src/http/zafapay/webhook-format.ts';
import { type Receiver, startReceiver } from '../support/receiver.ts';
import { until } from '../support/until.ts';
import { openShop, type Shop } from '../zafapay/shop.ts';

let shop: Shop;
let receiver: Receiver;
/** An endpoint that asked for payment.authorized by name. */
let curious: Receiver;
let secret: string;

before(async () => {
  shop = await openShop();
  receiver = await startReceiver();
  curious = await startReceiver();
  secret = (await shop.post('/v1/webhook_endpoints', { url: receiver.url })).body.secret;
  await shop.post('/v1/webhook_endpoints', { url: curious.url, events: ['payment.authorized'] });
});
after(async () => {
  await shop.gateway.close();
  await receiver.close();
  await curious.close();
});

const back = 'https://shop.example/back';
const hold = async () => (await shop.pay(undefined, { capture_method: 'manual' })).body;
const operate = (id: string, operation: string, body?: unknown) =>
  shop.post(`/v1/payments/${id}/${operation}`, body);
const saveCard = async (number: string, customer: string) => {
  const { body } = await shop.pay(number, { customer_id: customer, save_card: true, return_url: back });
  if (body.redirect_url) await shop.authenticate(body.redirect_url, 'complete');
  return (await shop.read(body.id)).payment_method_id as string;
};
const charge = (customer_id: string, payment_method_id: string) =>
  shop.post('/v1/payments', { amount: 10, currency: 'usd', customer_id, payment_method_id });
const typed = { number: '4242424242424242', exp_month: '12', exp_year: '40', cvc: '123', action: 'pay' };

async function events(transactionId: string, count: number, at: Receiver = receiver) {
  // biome-ignore lint/suspicious/noExplicitAny: webhooks of several shapes
  const told = (): any[] =>
    at.received.map(({ body }) => JSON.parse(body)).filter((one) => one.transaction_id === transactionId);
  await until(`${count} webhooks about ${transactionId}`, () => told().length >= count);
  return told();
}

/** What the contract leaves open, by the numbers of its own list, as we chose it. */
const choices: readonly [number: number, choice: string, holds: () => Promise<void>][] = [
  [
    1,
    'a token and a hosted payment are made with 201',
    async () => {
      const token = await shop.post(
        '/v1/tokens',
        { card: { ...typed, exp_year: 2040, exp_month: 12 } },
        { key: 'pk_test_demo' },
      );
      const hosted = await shop.post('/v1/payments', { amount: 10, currency: 'usd' });
      assert.deepEqual([token.status, hosted.status], [201, 201]);
    },
  ],
  [
    2,
    'get, capture, void, refund and the calls of customers answer 200',
    async () => {
      const captured = await hold();
      const voided = await hold();
      const method = await saveCard('4242424242424242', 'choice-2');
      const answers = [
        await shop.get(`/v1/payments/${captured.id}`),
        await operate(captured.id, 'capture'),
        await operate(voided.id, 'void'),
        await operate(captured.id, 'refund'),
        await shop.get('/v1/customers/choice-2/payment-methods'),
        await shop.post(`/v1/customers/payment-methods/${method}/block`, { reason: 'x' }),
        await shop.post(`/v1/customers/payment-methods/${method}/unblock`),
      ];
      assert.deepEqual(
        answers.map(({ status }) => status),
        answers.map(() => 200),
      );
    },
  ],
  [
    3,
    'a failed payment answers its fields, error and error_code at once',
    async () => {
      const { status, body } = await shop.pay('4000000000000002');
      assert.equal(status, 400);
      assert.deepEqual([body.status, body.error_code], ['failed', 'card_declined']);
      assert.match(body.transaction_id, /^tx_/);
      assert.deepEqual(Object.keys(body.error), ['type', 'code', 'message', 'request_id']);
    },
  ],
  [
    4,
    'the code of a decline is payment_failed, the reason stands in error_code',
    async () => {
      const { body } = await shop.pay('4000000000009995');
      assert.deepEqual(
        [body.error.type, body.error.code, body.error_code],
        ['payment_error', 'payment_failed', 'insufficient_funds'],
      );
    },
  ],
  [
    5,
    'Idempotency-Key; kept for thirty days, longer than the contract asks',
    async () => {
      const options = { headers: { 'idempotency-key': 'choice-5' } };
      const body = { amount: 10, currency: 'usd', token: await shop.token() };
      const first = await shop.post('/v1/payments', body, options);
      await shop.advance(25 * 3600);
      const again = await shop.post('/v1/payments', body, options);
      assert.equal(again.text, first.text);
      assert.equal(again.headers.get('idempotent-replayed'), 'true');
    },
  ],
  [
    6,
    'the signature is lower-case hex under the whole whsec_… text',
    async () => {
      const { body } = await shop.pay();
      await events(body.transaction_id, 1);
      const webhook = receiver.received.find((one) => one.body.includes(body.transaction_id));
      assert.ok(webhook);
      const expected = createHmac('sha256', Buffer.from(secret, 'utf8')).update(webhook.body).digest('hex');
      assert.equal(webhook.headers['x-zafapay-signature-sandbox'], expected);
      assert.match(secret, /^whsec_/);
    },
  ],
  [
    7,
    'eight attempts over about 45 hours, ten seconds each',
    async () => {
      const { retrySeconds, timeoutSeconds, jitter } = zafapayWebhookFormat;
      assert.equal(retrySeconds.length + 1, 8);
      assert.equal(Math.round(retrySeconds.reduce((sum, wait) => sum + wait) / 3600), 45);
      assert.deepEqual([timeoutSeconds, jitter], [10, 0.1]);
    },
  ],
  [
    8,
    'void takes no body and answers id, canceled, amount',
    async () => {
      const held = await hold();
      const { body } = await operate(held.id, 'void');
      assert.deepEqual(body, { id: held.transaction_id, status: 'canceled', amount: 10 });
    },
  ],
  [
    9,
    'POST …/detach and DELETE answer status detached',
    async () => {
      for (const [method, tail] of [
        ['POST', '/detach'],
        ['DELETE', ''],
      ] as const) {
        const id = await saveCard('4242424242424242', `choice-9${method}`);
        const { body } = await shop.call(method, `/v1/customers/payment-methods/${id}${tail}`);
        assert.deepEqual([body.id, body.status], [id, 'detached']);
      }
    },
  ],
  [
    10,
    'access tokens begin sk_test_, publishable keys pk_test_',
    async () => {
      assert.equal((await shop.get('/v1/payments', { key: 'sk_test_demo' })).status, 200);
      assert.equal((await shop.post('/v1/tokens', {}, { key: 'pk_test_demo' })).status, 400);
    },
  ],
  [
    11,
    'token with save_card stays payment_type token',
    async () => {
      const { body } = await shop.pay(undefined, { customer_id: 'choice-11', save_card: true });
      assert.equal(body.payment_type, 'token');
    },
  ],
  [
    12,
    'authorized is an event for those who ask, and for nobody else',
    async () => {
      const held = await hold();
      const [told] = await events(held.transaction_id, 1, curious);
      assert.deepEqual([told.event, told.status], ['payment.authorized', 'authorized']);
      await operate(held.id, 'void');
      const others = await events(held.transaction_id, 1);
      assert.deepEqual(
        others.map(({ event }) => event),
        ['payment.canceled'],
      );
    },
  ],
  [
    13,
    'one cent is enough, 999,999.99 the most; eight currencies',
    async () => {
      for (const [amount, expected] of [
        [0.01, 201],
        [999_999.99, 201],
        [1_000_000, 400],
      ] as const)
        assert.equal((await shop.post('/v1/payments', { amount, currency: 'usd' })).status, expected);
      for (const currency of ['usd', 'jpy', 'eur', 'sgd', 'php', 'gbp', 'aud', 'cad'])
        assert.equal((await shop.post('/v1/payments', { amount: 100, currency })).status, 201, currency);
      const { body } = await shop.post('/v1/payments', { amount: 100, currency: 'chf' });
      assert.equal(body.error.code, 'unsupported_currency');
    },
  ],
  [
    14,
    'currencies without decimals take none, and are written without',
    async () => {
      const refused = await shop.post('/v1/payments', '{"amount": 10.5, "currency": "jpy"}');
      assert.equal(refused.body.error.code, 'invalid_amount');
      const { body } = await shop.post('/v1/payments', { amount: 1000, currency: 'jpy' });
      assert.equal((await shop.read(body.id)).amount, '1000');
    },
  ],
  [
    15,
    'a decline uses the token up, a bad request does not',
    async () => {
      const pay = (token: string, fields: object = {}) =>
        shop.post('/v1/payments', { amount: 10, currency: 'usd', token, ...fields });
      const declined = await shop.token('4000000000000002');
      await pay(declined);
      assert.equal((await pay(declined)).body.error.code, 'payment_token_already_used');
      const spared = await shop.token();
      assert.equal((await pay(spared, { amount: -1 })).status, 400);
      assert.equal((await pay(spared)).status, 201);
    },
  ],
  [
    16,
    'a charge without the customer that the issuer wants authenticated fails: authentication_required',
    async () => {
      assert.deepEqual(
        [
          unifiedError('authentication_required').code,
          unifiedError('authentication_required').recommended_action,
        ],
        ['authentication_required', 'authenticate'],
      );
      const id = await saveCard('4000002500003155', 'choice-16');
      const { body } = await charge('choice-16', id);
      assert.notEqual(body.status, 'requires_action', 'nobody is there to be sent anywhere');
    },
  ],
  [
    17,
    'charging a blocked card is 400 invalid_status at payment_method_id',
    async () => {
      const id = await saveCard('4242424242424242', 'choice-17');
      await shop.post(`/v1/customers/payment-methods/${id}/block`, { reason: 'x' });
      const { status, body } = await charge('choice-17', id);
      assert.deepEqual(
        [status, body.error.code, body.error.param],
        [400, 'invalid_status', 'payment_method_id'],
      );
    },
  ],
  [
    18,
    'return_url gets status and nothing else',
    async () => {
      const { body } = await shop.pay('4000002500003155', { return_url: back });
      const end = await shop.authenticate(body.redirect_url, 'complete');
      assert.equal(end.headers.get('location'), `${back}?status=succeeded`);
    },
  ],
  [
    19,
    'cancel at the issuer of a server-to-server payment is a failure',
    async () => {
      const { body } = await shop.pay('4000002500003155', { return_url: back });
      const end = await shop.authenticate(body.redirect_url, 'cancel');
      assert.equal(end.headers.get('location'), `${back}?status=failed`);
      const read = await shop.read(body.id);
      assert.deepEqual([read.status, read.error_code], ['failed', 'authentication_failed']);
    },
  ],
  [
    21,
    'a hosted link is used up by a decline: the customer does not try again',
    async () => {
      const { body } = await shop.post('/v1/payments', { amount: 10, currency: 'usd' });
      await shop.follow(body.payment_url, { ...typed, number: '4000000000000002' });
      await shop.follow(body.payment_url, typed);
      assert.equal((await shop.read(body.id)).status, 'failed');
    },
  ],
  [
    22,
    'one capture; less releases the rest, and amount becomes what was captured',
    async () => {
      const held = await hold();
      assert.equal((await operate(held.id, 'capture', { amount: 4 })).body.amount, 4);
      assert.equal((await shop.read(held.id)).amount, '4.00');
      assert.equal((await operate(held.id, 'capture', { amount: 1 })).body.error.code, 'invalid_status');
    },
  ],
  [
    24,
    'a partial refund tells status refunded and the sum so far',
    async () => {
      const { body } = await shop.pay();
      await operate(body.id, 'refund', { amount: 2.5 });
      await operate(body.id, 'refund', { amount: 3 });
      const refunds = (await events(body.transaction_id, 3)).filter(
        ({ event }) => event === 'payment.refunded',
      );
      assert.deepEqual(refunds.map(({ status, amount_refunded }) => [status, amount_refunded]).sort(), [
        ['refunded', '2.50'],
        ['refunded', '5.50'],
      ]);
    },
  ],
  [
    25,
    'each unified code has its category and its advice',
    async () => {
      const table: Record<string, [category: string, action: string]> = {
        card_declined: ['soft_decline', 'use_different_card'],
        insufficient_funds: ['soft_decline', 'use_different_card'],
        processing_error: ['technical_error', 'retry_later'],
        issuer_unavailable: ['technical_error', 'retry_later'],
        authentication_required: ['authentication_error', 'authenticate'],
        authentication_failed: ['authentication_error', 'retry_authentication'],
        expired_card: ['hard_decline', 'use_different_card'],
        incorrect_number: ['invalid_card_data', 'check_card_details'],
        incorrect_cvc: ['invalid_card_data', 'check_card_details'],
        lost_card: ['hard_decline', 'use_different_card'],
        stolen_card: ['hard_decline', 'use_different_card'],
        do_not_honor: ['hard_decline', 'use_different_card'],
        fraud_suspected: ['hard_decline', 'use_different_card'],
        unknown_error: ['technical_error', 'contact_support'],
      };
      const seen = new Set<string>();
      for (const reason of declineReasons) {
        const { code, category, recommended_action } = unifiedError(reason);
        assert.deepEqual([category, recommended_action], table[code], code);
        seen.add(code);
      }
      assert.deepEqual([...seen].sort(), Object.keys(table).sort());
    },
  ],
  [
    26,
    'payment_method may be {type: "card"}, or hold a token as older clients send it',
    async () => {
      for (const payment_method of [{ type: 'card' }, { token: await shop.token() }]) {
        const token = 'token' in payment_method ? undefined : await shop.token();
        const { body } = await shop.post('/v1/payments', {
          amount: 10,
          currency: 'usd',
          payment_method,
          token,
        });
        assert.equal(body.status, 'completed');
      }
    },
  ],
  [
    27,
    'tokens are open to every page; metadata has at most fifty keys',
    async () => {
      const preflight = await shop.call('OPTIONS', '/v1/tokens', undefined, { key: null });
      assert.deepEqual([preflight.status, preflight.headers.get('access-control-allow-origin')], [204, '*']);
      const metadata = Object.fromEntries(Array.from({ length: 51 }, (_, index) => [`k${index}`, 1]));
      const { body } = await shop.post('/v1/payments', { amount: 10, currency: 'usd', metadata });
      assert.deepEqual([body.error.code, body.error.param], ['validation_error', 'metadata']);
    },
  ],
  [
    28,
    'details are {param, message}, one for each bad field',
    async () => {
      const { body } = await shop.post('/v1/payments', { amount: 'x', save_card: 1 });
      assert.deepEqual(
        body.error.details.map((detail: object) => Object.keys(detail)),
        body.error.details.map(() => ['param', 'message']),
      );
      assert.deepEqual(body.error.details.map(({ param }: { param: string }) => param).sort(), [
        'amount',
        'currency',
        'save_card',
      ]);
    },
  ],
  [
    29,
    'merchants are mer_…',
    async () => {
      const { body } = await shop.pay();
      const [told] = await events(body.transaction_id, 1);
      assert.match(told.merchant_id, /^mer_/);
    },
  ],
  [
    30,
    'spending is not limited unless a flow says so',
    async () => {
      const token = await shop.token();
      const { status } = await shop.post('/v1/payments', {
        amount: 900_000,
        currency: 'usd',
        token,
        email: 'ada@shop.example',
      });
      assert.equal(status, 201);
    },
  ],
  [
    23,
    'a hold that nobody captures in seven days is canceled, and its merchant is told',
    async () => {
      const held = await hold();
      await shop.advance(7 * 24 * 3600);
      await until('it is canceled', async () => (await shop.read(held.id)).status === 'canceled', 40);
      const [told] = await events(held.transaction_id, 1);
      assert.equal(told.event, 'payment.canceled');
    },
  ],
  [
    20,
    'the addresses of a flow get status and payment_id',
    async () => {
      await shop.gateway.testDatabase.pool.query(
        `update flows set success_redirect_url = $1 where id = 'flow_default' and merchant_id = 'mer_demo'`,
        ['https://shop.example/thanks'],
      );
      await until(
        'the customer is sent there',
        async () => {
          const { body } = await shop.post('/v1/payments', { amount: 10, currency: 'usd' });
          const posted = await shop.follow(body.payment_url, typed);
          const end = await shop.follow(posted.headers.get('location') ?? '');
          const expected = `https://shop.example/thanks?status=succeeded&payment_id=${body.id}`;
          return end.headers.get('location') === expected;
        },
        10,
      );
    },
  ],
];

describe('[zafapay 16] open questions', () => {
  for (const [number, choice, holds] of choices) it(`no. ${number}: ${choice}`, holds);

  it('every question of the list has a choice that is held', () => {
    const numbers = choices.map(([number]) => number).sort((one, other) => one - other);
    assert.deepEqual(
      numbers,
      Array.from({ length: 30 }, (_, index) => index + 1),
    );
  });
});
