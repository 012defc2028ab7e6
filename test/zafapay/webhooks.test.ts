import assert from 'node:assert/strict';
import { createHmac, randomUUID } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import { type ReceivedRequest, type Receiver, startReceiver } from '../support/receiver.ts';
import { until } from '../support/until.ts';
import { openShop, type Shop } from './shop.ts';

let shop: Shop;
let receiver: Receiver;
let secret: string;
/** While true the receiver refuses everything. */
let refusing = false;

before(async () => {
  shop = await openShop();
  receiver = await startReceiver((_request, response) => void response.writeHead(refusing ? 500 : 204).end());
  const { body } = await shop.post('/v1/webhook_endpoints', { url: receiver.url });
  secret = body.secret;
});
after(async () => {
  await shop.gateway.close();
  await receiver.close();
});

/** The webhooks about a payment, once there are `count` of them. */
async function received(transactionId: string, count: number): Promise<ReceivedRequest[]> {
  const about = () =>
    receiver.received.filter(({ body }) => JSON.parse(body).transaction_id === transactionId);
  await until(`${count} webhooks about ${transactionId}`, () => about().length >= count);
  return about();
}

describe('10 webhooks', () => {
  it("the seed's: a payment that saves its card sends payment.succeeded with every documented field", async () => {
    const { body } = await shop.pay(undefined, {
      customer_id: 'cust_abc123',
      save_card: true,
      external_id: 'order_12345',
      metadata: { 7: 'seven', b: 'ß' },
    });
    const [request] = await received(body.transaction_id, 1);
    const told = JSON.parse(request?.body ?? '');
    assert.deepEqual(told, {
      event: 'payment.succeeded',
      transaction_id: body.transaction_id,
      merchant_id: 'mer_demo',
      merchant_name: 'Demo Shop',
      status: 'succeeded',
      amount: '10.00',
      currency: 'usd',
      external_id: 'order_12345',
      payment_method: 'card',
      payment_method_id: body.payment_method_id,
      save_card: true,
      is_recurring: false,
      customer_id: 'cust_abc123',
      card_brand: 'visa',
      card_last4: '4242',
      card_country: 'US',
      card_funding: 'credit',
      card_exp_month: 12,
      card_exp_year: 2040,
      metadata: { 7: 'seven', b: 'ß' },
      created_at: body.created_at,
      timestamp: told.timestamp,
    });
  });

  it('10.4: is signed over its bytes with the whole secret, in the header of the sandbox', async () => {
    const { body } = await shop.pay(undefined, { metadata: { 10: 'a', 9: 'b', text: 'ü/\n' } });
    const [request] = await received(body.transaction_id, 1);
    assert.ok(request);
    const sign = (text: string) => createHmac('sha256', secret).update(text).digest('hex');
    const { headers } = request;
    assert.equal(headers['x-zafapay-signature-sandbox'], sign(request.body));
    assert.equal(headers['x-zafapay-signature-sandbox'], sign(JSON.stringify(JSON.parse(request.body))));
    assert.equal(headers['x-zafapay-signature'], undefined);
    assert.equal(headers['content-type'], 'application/json');
    assert.equal(headers['x-zafapay-event'], 'payment.succeeded');
    assert.match(String(headers['x-zafapay-delivery']), /^dlv_/);
    assert.ok(headers['user-agent']);
  });

  it('10.2: each change tells its event, in the contract’s words', async () => {
    const flows: [string, () => Promise<string>, string[]][] = [
      ['a decline', async () => (await shop.pay('4000000000009995')).body.transaction_id, ['payment.failed']],
      [
        'authorize and capture',
        async () => {
          const { body } = await shop.pay(undefined, { capture_method: 'manual' });
          await shop.post(`/v1/payments/${body.id}/capture`);
          return body.transaction_id;
        },
        ['payment.succeeded'],
      ],
      [
        'authorize and void',
        async () => {
          const { body } = await shop.pay(undefined, { capture_method: 'manual' });
          await shop.post(`/v1/payments/${body.id}/void`);
          return body.transaction_id;
        },
        ['payment.canceled'],
      ],
      [
        'two refunds',
        async () => {
          const { body } = await shop.pay();
          await shop.post(`/v1/payments/${body.id}/refund`, { amount: 2.5 });
          await shop.post(`/v1/payments/${body.id}/refund`);
          return body.transaction_id;
        },
        ['payment.refunded', 'payment.refunded', 'payment.succeeded'],
      ],
      [
        '3-D Secure',
        async () => {
          const { body } = await shop.pay('4000002500003155');
          await shop.authenticate(body.redirect_url, 'complete');
          return body.transaction_id;
        },
        ['payment.succeeded'],
      ],
    ];
    for (const [title, run, events] of flows) {
      const requests = await received(await run(), events.length);
      const told = requests.map(({ body }) => JSON.parse(body));
      assert.deepEqual(told.map(({ event }) => event).sort(), events, title);
      const refunds = told
        .filter(({ event }) => event === 'payment.refunded')
        .map((one) => one.amount_refunded);
      if (title === 'two refunds') assert.deepEqual(refunds.sort(), ['10.00', '2.50']);
      for (const one of told)
        assert.equal(one.error?.code, title === 'a decline' ? 'insufficient_funds' : undefined);
    }
  });

  it('10.5: a retry sends the same bytes under the same delivery name', async () => {
    refusing = true;
    const { body } = await shop.pay();
    const [first] = await received(body.transaction_id, 1);
    refusing = false;
    await shop.advance(90);
    const [, second] = await received(body.transaction_id, 2);
    assert.equal(second?.body, first?.body);
    for (const header of ['x-zafapay-delivery', 'x-zafapay-signature-sandbox'])
      assert.equal(second?.headers[header], first?.headers[header]);
  });
});

describe('10.1 and 17: /v1/webhook_endpoints', () => {
  const make = (body: object, headers: Record<string, string> = {}) =>
    shop.post('/v1/webhook_endpoints', body, { key: 'sk_test_other', headers });
  const url = 'https://shop.example/hooks';

  it('makes, shows, changes and deletes an endpoint; the secret is told once', async () => {
    const made = await make({ url, events: ['payment.succeeded', 'payment.authorized'] });
    assert.equal(made.status, 201);
    assert.match(made.body.id, /^whe_[0-9A-Za-z]{22}$/);
    assert.match(made.body.secret, /^whsec_[A-Za-z0-9+/]{43}=$/);
    const { secret: _once, ...shown } = made.body;
    assert.deepEqual(shown, {
      id: made.body.id,
      url,
      format: 'zafapay',
      events: ['payment.succeeded', 'payment.authorized'],
      status: 'enabled',
      created_at: shown.created_at,
      updated_at: shown.updated_at,
    });
    const path = `/v1/webhook_endpoints/${made.body.id}`;
    const key = 'sk_test_other';
    assert.deepEqual((await shop.get(path, { key })).body, shown);
    assert.deepEqual((await shop.get('/v1/webhook_endpoints', { key })).body, { data: [shown] });
    const changed = await shop.call('PATCH', path, { status: 'disabled', events: null }, { key });
    assert.equal(changed.status, 200);
    assert.equal(changed.body.status, 'disabled');
    assert.equal(changed.body.events, null);
    assert.equal(changed.body.url, url);
    assert.equal((await shop.get(path)).status, 404);
    assert.deepEqual((await shop.call('DELETE', path, undefined, { key })).body, {
      id: made.body.id,
      deleted: true,
    });
    for (const method of ['GET', 'PATCH', 'DELETE'])
      assert.equal((await shop.call(method, path, method === 'PATCH' ? {} : undefined, { key })).status, 404);
  });

  it('a replay masks the secret', async () => {
    const key = { 'idempotency-key': randomUUID() };
    const first = await make({ url }, key);
    const second = await make({ url }, key);
    assert.equal(second.headers.get('idempotent-replayed'), 'true');
    assert.equal(second.body.id, first.body.id);
    assert.equal(second.body.secret, `whsec_…${first.body.secret.slice(-4)}`);
    await shop.call('DELETE', `/v1/webhook_endpoints/${first.body.id}`, undefined, { key: 'sk_test_other' });
  });

  it('an endpoint of the eximpe format signs with the merchant’s key, so it has no secret', async () => {
    const { status, body } = await make({ url, format: 'eximpe' });
    assert.equal(status, 201);
    assert.equal(body.secret, null);
    const rotation = await shop.post(
      `/v1/webhook_endpoints/${body.id}/rotate_secret`,
      {},
      { key: 'sk_test_other' },
    );
    assert.equal(rotation.body.error.code, 'not_supported');
    await shop.call('DELETE', `/v1/webhook_endpoints/${body.id}`, undefined, { key: 'sk_test_other' });
  });

  const refused: [string, object, string][] = [
    ['no url', {}, 'url'],
    ['a relative url', { url: '/hooks' }, 'url'],
    ['plain http', { url: 'http://shop.example/' }, 'url'],
    ['a private address', { url: 'https://10.0.0.1/' }, 'url'],
    ['the metadata service', { url: 'https://169.254.169.254/' }, 'url'],
    ['a password', { url: 'https://a:b@shop.example/' }, 'url'],
    ['a format that is none', { url, format: 'xml' }, 'format'],
    ['an event that is none', { url, events: ['payment.paid'] }, 'events'],
    ['events that are a word', { url, events: 'payment.failed' }, 'events'],
  ];
  for (const [title, body, param] of refused) {
    it(`refuses ${title}`, async () => {
      const answer = await make(body);
      assert.equal(answer.status, 400);
      assert.equal(answer.body.error.code, 'validation_error');
      assert.equal(answer.body.error.param, param);
    });
  }

  it('10.1: sixteen, and no more', async () => {
    const ids: string[] = [];
    for (let index = 0; index < 16; index++) ids.push((await make({ url })).body.id);
    const { status, body } = await make({ url });
    assert.equal(status, 400);
    assert.equal(body.error.code, 'invalid_state');
    for (const id of ids)
      await shop.call('DELETE', `/v1/webhook_endpoints/${id}`, undefined, { key: 'sk_test_other' });
  });

  it('10.1: of thirty at once sixteen are made, with and without keys', async () => {
    const answers = await Promise.all(
      Array.from({ length: 30 }, (_, index) =>
        shop.post(
          '/v1/webhook_endpoints',
          { url },
          { key: 'sk_test_other', ...(index % 2 === 0 && { headers: { 'idempotency-key': randomUUID() } }) },
        ),
      ),
    );
    const made = answers.filter(({ status }) => status === 201);
    for (const { body } of made)
      await shop.call('DELETE', `/v1/webhook_endpoints/${body.id}`, undefined, { key: 'sk_test_other' });
    assert.equal(made.length, 16);
    for (const { status, body } of answers.filter((answer) => !made.includes(answer)))
      assert.deepEqual([status, body.error.code], [400, 'invalid_state']);
  });

  it('a rotated secret signs from then on', async () => {
    const { received: told, url: own, close } = await startReceiver();
    const made = await make({ url: own });
    const rotated = await shop.post(
      `/v1/webhook_endpoints/${made.body.id}/rotate_secret`,
      {},
      { key: 'sk_test_other' },
    );
    assert.equal(rotated.status, 200);
    assert.notEqual(rotated.body.secret, made.body.secret);
    const token = await shop.token(undefined, {}, 'pk_test_other');
    await shop.post('/v1/payments', { amount: 1, currency: 'usd', token }, { key: 'sk_test_other' });
    await until('it is told', () => told.length > 0);
    const expected = createHmac('sha256', rotated.body.secret)
      .update(told[0]?.body ?? '')
      .digest('hex');
    assert.equal(told[0]?.headers['x-zafapay-signature-sandbox'], expected);
    await shop.call('DELETE', `/v1/webhook_endpoints/${made.body.id}`, undefined, { key: 'sk_test_other' });
    await close();
  });
});

describe('17: /v1/events', () => {
  it('numbers the events of a payment without gaps, newest first, and resends one', async () => {
    const { body: paid } = await shop.pay(undefined, { external_id: 'events' });
    await shop.post(`/v1/payments/${paid.id}/refund`, { amount: 1, reason: 'Late' });
    await received(paid.transaction_id, 2);
    const { status, body } = await shop.get('/v1/events?limit=100');
    assert.equal(status, 200);
    const own = body.data.filter(
      (event: { transaction_id: string }) => event.transaction_id === paid.transaction_id,
    );
    const sequences = own.map(({ sequence }: { sequence: number }) => sequence);
    assert.deepEqual(
      sequences.toReversed(),
      sequences.map((_: number, index: number) => index + 1),
    );
    const last = own[0];
    assert.deepEqual(Object.keys(last), [
      'id',
      'type',
      'sequence',
      'transaction_id',
      'order_id',
      'created_at',
      'data',
    ]);
    assert.equal(last.type, 'payment.refunded');
    assert.equal(last.order_id, null);
    assert.equal(last.data.transaction_id, paid.transaction_id);
    assert.equal(last.data.amount_refunded, '1.00');
    assert.equal(last.data.refund.reason, 'Late');

    const one = await shop.get(`/v1/events/${last.id}`);
    const { deliveries, ...event } = one.body;
    assert.deepEqual(event, last);
    assert.equal(deliveries.length, 1);
    await until('it is delivered', async () => {
      const [delivery] = (await shop.get(`/v1/events/${last.id}`)).body.deliveries;
      return delivery.status === 'delivered' && delivery.response_status === 204;
    });
    const resent = await shop.post(`/v1/events/${last.id}/resend`);
    assert.equal(resent.status, 200);
    assert.deepEqual(resent.body, { id: last.id, deliveries: 1 });
    const requests = await received(paid.transaction_id, 3);
    assert.equal(requests.filter(({ body: bytes }) => bytes === requests.at(-1)?.body).length, 2);
  });

  it('walks page by page, and shows nothing of others', async () => {
    const seen = new Set<string>();
    let cursor: string | null = '';
    let pages = 0;
    while (cursor !== null && pages < 3) {
      const page: Awaited<ReturnType<Shop['get']>> = await shop.get(
        `/v1/events?limit=3${cursor === '' ? '' : `&cursor=${cursor}`}`,
      );
      for (const { id } of page.body.data) {
        assert.equal(seen.has(id), false);
        seen.add(id);
      }
      cursor = page.body.next_cursor;
      pages++;
    }
    assert.equal(seen.size, 9);
    const [id] = seen;
    for (const ask of [
      () => shop.get(`/v1/events/${id}`, { key: 'sk_test_other' }),
      () => shop.post(`/v1/events/${id}/resend`, {}, { key: 'sk_test_other' }),
      () => shop.get('/v1/events/evt_0000000000000000000000'),
      () => shop.get('/v1/events/nonsense'),
    ])
      assert.equal((await ask()).body.error.code, 'not_found');
  });
});
