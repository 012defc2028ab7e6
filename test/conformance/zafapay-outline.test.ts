import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { startReceiver } from '../support/receiver.ts';
import { until } from '../support/until.ts';
import { openShop, type Shop } from '../zafapay/shop.ts';

let shop: Shop;

before(async () => {
  shop = await openShop();
});
after(() => shop.gateway.close());

describe('[zafapay 1] environments', () => {
  const foreign = ['sk_live_demo', 'pk_live_demo', 'sk_test_nobody'];
  for (const key of foreign) {
    it(`the credential ${key} is of no use here: 401 unauthorized`, async () => {
      for (const path of ['/v1/payments', '/v1/tokens']) {
        const { status, body } = await shop.post(path, {}, { key });
        assert.deepEqual([status, body.error.code], [401, 'unauthorized']);
      }
    });
  }

  it('addresses that we give out begin with the public address of this gateway', async () => {
    const hosted = await shop.post('/v1/payments', { amount: 10, currency: 'usd' });
    const challenged = await shop.pay('4000002500003155');
    for (const address of [hosted.body.payment_url, challenged.body.redirect_url])
      assert.ok(address.startsWith(`${shop.gateway.url}/`), address);
  });

  it('one file of the SDK serves both environments: it names neither', async () => {
    const { status, text } = await shop.get('/v1/zafapay.js', { key: null });
    assert.equal(status, 200);
    assert.doesNotMatch(text, /https?:\/\/[a-z]/i);
  });
});

describe('[zafapay 4] identifiers', () => {
  it('each thing has the prefix of its kind and an unguessable tail', async () => {
    const token = await shop.token();
    const paid = (
      await shop.post('/v1/payments', {
        amount: 10,
        currency: 'usd',
        token,
        customer_id: 'c 4/ü',
        save_card: true,
      })
    ).body;
    const read = await shop.read(paid.id);
    const refund = (await shop.post(`/v1/payments/${paid.id}/refund`, { amount: 1 })).body;
    const missing = (await shop.get('/v1/payments/tx_none')).body.error;
    const ids: [id: string, prefix: string][] = [
      [token, 'tok_'],
      [paid.id, 'req_'],
      [paid.transaction_id, 'tx_'],
      [read.id, 'tx_'],
      [read.request_id, 'req_'],
      [paid.payment_method_id, 'pmi_'],
      [refund.id, 'orf_'],
      [refund.transaction_id, 'tx_'],
      [missing.request_id, 'req_'],
    ];
    for (const [id, prefix] of ids) assert.match(id, new RegExp(`^${prefix}[0-9A-Za-z]{22}$`));
    assert.equal(paid.flow_id, 'flow_default');
    assert.deepEqual([read.id, read.request_id], [paid.transaction_id, paid.id]);
  });

  it('request and transaction are one to one, and both may be asked for from the beginning', async () => {
    const { body } = await shop.post('/v1/payments', { amount: 10, currency: 'usd' });
    assert.deepEqual(await shop.read(body.id), await shop.read(body.transaction_id));
  });

  it('a customer is whatever the merchant calls it, and comes into being by being named', async () => {
    const customer = 'Kunde Nr. 7 / ß?#';
    const { body } = await shop.pay(undefined, { customer_id: customer, save_card: true });
    const path = `/v1/customers/${encodeURIComponent(customer)}/payment-methods`;
    const { body: list } = await shop.get(path);
    assert.equal(list.customer_id, customer);
    assert.deepEqual(
      list.payment_methods.map(({ id }: { id: string }) => id),
      [body.payment_method_id],
    );
  });
});

describe('[zafapay 8.3] depot is reserved', () => {
  for (const method of ['depot', { type: 'depot' }]) {
    it(`payment_method ${JSON.stringify(method)} is not_supported, and nothing is created`, async () => {
      const external_id = `depot-${JSON.stringify(method)}`;
      const { status, body } = await shop.post('/v1/payments', {
        amount: 10,
        currency: 'usd',
        payment_method: method,
        external_id,
      });
      assert.deepEqual([status, body.error.code, body.error.param], [400, 'not_supported', 'payment_method']);
      const { body: list } = await shop.get(`/v1/payments?external_id=${encodeURIComponent(external_id)}`);
      assert.deepEqual(list.data, []);
    });
  }
});

describe('[zafapay 13] what a dashboard works with is told by the API', () => {
  it('transactions: found by reference and status, with card, customer, e-mail and history of refunds', async () => {
    const { body } = await shop.pay(undefined, {
      external_id: 'order_13',
      email: 'ada@shop.example',
      product_name: 'Tea',
    });
    await shop.post(`/v1/payments/${body.id}/refund`, { amount: 4, reason: 'Broken cup' });
    const { body: list } = await shop.get('/v1/payments?external_id=order_13&status=partially_refunded');
    const [row] = list.data;
    assert.deepEqual(
      [row.status, row.amount, row.currency, row.email, row.card_brand, row.card_last4, row.product_name],
      ['partially_refunded', '10.00', 'usd', 'ada@shop.example', 'visa', '4242', 'Tea'],
    );
    assert.deepEqual([row.amount_refunded, row.refunds[0].reason], ['4.00', 'Broken cup']);
  });

  it('webhook events of a payment, with the status of their delivery, to be sent again', async () => {
    const receiver = await startReceiver();
    try {
      const endpoint = await shop.post('/v1/webhook_endpoints', { url: receiver.url });
      const { body } = await shop.pay();
      await until('the webhook came', () => receiver.received.length === 1);
      const { body: events } = await shop.get('/v1/events');
      const event = events.data.find(
        ({ transaction_id }: { transaction_id: string }) => transaction_id === body.transaction_id,
      );
      await until('its delivery is told', async () => {
        const { body: told } = await shop.get(`/v1/events/${event.id}`);
        return told.deliveries[0]?.status === 'delivered';
      });
      const { body: told } = await shop.get(`/v1/events/${event.id}`);
      assert.deepEqual([told.deliveries[0].response_status, told.deliveries[0].attempts], [204, 1]);
      await shop.post(`/v1/events/${event.id}/resend`);
      await until('it came again', () => receiver.received.length === 2);
      const off = await shop.call('PATCH', `/v1/webhook_endpoints/${endpoint.body.id}`, {
        status: 'disabled',
      });
      assert.equal(off.body.status, 'disabled');
    } finally {
      await receiver.close();
    }
  });
});

describe('[zafapay 14] endpoints', () => {
  const endpoints: [method: string, path: string, credential: 'access' | 'publishable' | 'none'][] = [
    ['POST', '/v1/tokens', 'publishable'],
    ['POST', '/v1/payments', 'access'],
    ['GET', '/v1/payments/tx_none', 'access'],
    ['POST', '/v1/payments/tx_none/capture', 'access'],
    ['POST', '/v1/payments/tx_none/void', 'access'],
    ['POST', '/v1/payments/tx_none/refund', 'access'],
    ['GET', '/v1/customers/nobody/payment-methods', 'access'],
    ['POST', '/v1/customers/payment-methods/pmi_none/block', 'access'],
    ['POST', '/v1/customers/payment-methods/pmi_none/unblock', 'access'],
    ['POST', '/v1/customers/payment-methods/pmi_none/detach', 'access'],
    ['GET', '/v1/zafapay.js', 'none'],
  ];
  for (const [method, path, credential] of endpoints) {
    it(`${method} ${path} is there, and wants ${credential === 'none' ? 'no' : `the ${credential}`} credential`, async () => {
      const body = method === 'GET' ? undefined : {};
      const bare = await shop.call(method, path, body, { key: null });
      if (credential === 'none') {
        assert.equal(bare.status, 200);
        return;
      }
      assert.equal(bare.status, 401);
      const [right, wrong] =
        credential === 'access' ? ['sk_test_demo', 'pk_test_demo'] : ['pk_test_demo', 'sk_test_demo'];
      assert.equal((await shop.call(method, path, body, { key: wrong })).status, 403);
      const answer = await shop.call(method, path, body, { key: right });
      assert.ok([200, 400, 404].includes(answer.status), String(answer.status));
      assert.notEqual(answer.body.error?.message, 'There is no such endpoint.');
    });
  }

  it('a checkout link opens by its own token alone', async () => {
    const { body } = await shop.post('/v1/payments', { amount: 10, currency: 'usd' });
    assert.match(new URL(body.payment_url).pathname, /^\/checkout\/req_[0-9A-Za-z]{22}$/);
    assert.equal((await shop.follow(body.payment_url)).status, 200);
    assert.equal((await shop.follow(body.payment_url.split('?')[0])).status, 404);
  });
});
