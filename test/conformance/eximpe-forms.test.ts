import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { eximpeErrors } from '../../src/http/eximpe/errors.ts';
import {
  type Answer,
  newCard,
  newReference,
  openShop,
  orderBody,
  otherCredentials,
  type Shop,
} from '../eximpe/shop.ts';
import { publishedDialects } from '../support/published.ts';
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

const saveCard = (fields: object = {}) =>
  shop.post('/pg/tokens/', { ...newCard, identifier: newReference(), ...fields });

describe('[eximpe 1] addresses', () => {
  const document = publishedDialects.find(({ name }) => name === 'eximpe')?.document;
  for (const [path, operations] of Object.entries(document?.paths ?? {})) {
    for (const method of Object.keys(operations)) {
      test(`${method.toUpperCase()} ${path} answers the same without the slash, and never redirects`, async () => {
        const url = path.replaceAll(/\{[^}]+\}/g, 'none');
        const body = method === 'get' ? undefined : {};
        const [canonical, bare] = await Promise.all([
          shop.call(method.toUpperCase(), url, body),
          shop.call(method.toUpperCase(), url.slice(0, -1), body),
        ]);
        assert.ok(canonical.status < 300 || canonical.status >= 400, String(canonical.status));
        assert.equal(bare.status, canonical.status);
        assert.deepEqual(bare.body, canonical.body);
      });
    }
  }

  test('the real service calls its orders by no version in the path, and so do we', async () => {
    for (const path of ['/v1/pg/orders/', '/v2/pg/orders/'])
      assert.equal((await shop.get(path)).status, 404, path);
  });
});

describe('[eximpe 3] envelopes', () => {
  test('every success is {success, message, data}, but the list of refunds', async () => {
    const { id } = await shop.pay();
    const payment = await shop.paymentOf(id);
    const refund = await shop.post('/pg/refunds/', { payment_id: payment, refund_amount: '1.00' });
    const { refund_id } = refund.body.data;
    const answers: Answer[] = [
      refund,
      await saveCard(),
      await shop.post('/pg/bin/', { bin: '489538' }),
      await shop.get('/pg/orders/'),
      await shop.get(`/pg/orders/${id}/`),
      await shop.get(`/pg/orders/${id}/status/`),
      await shop.get('/pg/payments/'),
      await shop.get(`/pg/payments/${payment}/`),
      await shop.get('/pg/tokens/?identifier=nobody'),
      await shop.get(`/pg/refunds/${refund_id}/`),
    ];
    for (const { status, body } of answers) {
      assert.equal(status, 200);
      assert.deepEqual(Object.keys(body), ['success', 'message', 'data']);
      assert.equal(body.success, true);
    }
    const { body } = await shop.get('/pg/refunds/');
    assert.deepEqual(Object.keys(body), ['count', 'page', 'page_size', 'next', 'previous', 'results']);
  });

  const resources: [path: string, code: string][] = [
    ['/pg/orders/', 'ERR_ORDER_002'],
    ['/pg/tokens/', 'ERR_TOKEN_002'],
    ['/pg/refunds/', 'ERR_REFUND_002'],
    ['/pg/bin/', 'ERR_BIN_001'],
  ];
  for (const [path, code] of resources) {
    test(`broken JSON to ${path} is ${code}: JSON parse error`, async () => {
      const { status, body } = await shop.post(path, '{"a":');
      assert.deepEqual([status, body.success, body.error.code], [400, false, code]);
      assert.deepEqual(body.error.details, { error: 'JSON parse error' });
    });
  }

  test('shape A has messages by field, nested input nested ones, and no lists', async () => {
    const { body } = await shop.post('/pg/orders/', orderBody({ currency: 'USD', buyer: {} }));
    assert.deepEqual(Object.keys(body), ['success', 'error']);
    assert.deepEqual(Object.keys(body.error), ['code', 'message', 'details']);
    assert.equal(body.error.message, 'Validation error');
    assert.equal(typeof body.error.details.currency, 'string');
    assert.equal(body.error.details.buyer.name, 'This field is required.');
  });

  test('card tokens answer both shapes at once', async () => {
    const { body } = await shop.post('/pg/tokens/', { identifier: 'x' });
    assert.deepEqual([body.error.type, body.error.code], ['validation_error', 'ERR_TOKEN_002']);
    const flat = Object.fromEntries(
      body.error.errors.map(({ attr, detail }: { attr: string; detail: string }) => [attr, detail]),
    );
    assert.deepEqual(flat, body.error.details);
  });

  test('members that no page lists are ignored', async () => {
    const { buyer } = orderBody();
    const fields = {
      buyer: { ...buyer, address: { ...buyer.address, country: 'IN' } },
      extra: { deep: [1] },
    };
    assert.equal((await shop.post('/pg/orders/', orderBody(fields))).status, 200);
  });
});

describe('[eximpe 4] identifiers and formats', () => {
  test('each thing is called as its kind is', async () => {
    const { id, callback } = await shop.pay({
      card_details: { ...newCard, identifier: 'C-4', save_card: true },
    });
    const { payment_id, bank_ref_num } = Object.fromEntries(callback.fields);
    const refund = await shop.post('/pg/refunds/', { payment_id });
    const hosted = await shop.post(
      '/pg/orders/',
      orderBody({ collection_mode: 'hosted_payment', card_details: undefined }),
    );
    const [card] = (await shop.get('/pg/tokens/?identifier=C-4')).body.data;
    const status = await shop.status(id);
    const webhooks = () => receiver.received.filter(({ body }) => body.includes(id));
    await until('both webhooks came', () => webhooks().length >= 2);
    const forms: [what: string, value: string, form: RegExp][] = [
      ['order', id, /^OD[0-9]{10}$/],
      ['payment', payment_id ?? '', /^PR[0-9]{10}$/],
      ['refund', refund.body.data.refund_id, /^RF[0-9]{10}$/],
      ['bank reference', bank_ref_num ?? '', new RegExp(`^${id}-${payment_id}$`)],
      ['card token', card.card_token, /^[0-9a-f]{22}$/],
      ['hosted session', hosted.body.data.session_id, /^[0-9a-f]{64}$/],
      ['time', status.created_at, /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{6}Z$/],
    ];
    for (const [what, value, form] of forms) assert.match(value, form, what);
    for (const { body } of webhooks()) {
      const { sequence_number, event_time, data } = JSON.parse(body);
      assert.match(sequence_number, /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
      assert.match(event_time, /^\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}$/);
      for (const { refund_reference_id } of data.refunds ?? [])
        assert.match(refund_reference_id, /^[0-9a-f]{32}$/);
    }
  });

  const spellings: [
    field: string,
    sent: object,
    read: (order: Answer['body']) => unknown,
    expected: string,
  ][] = [
    ['mop_type DEBIT_CARD', { mop_type: 'DEBIT_CARD' }, (order) => order.mop_type, 'debit_card'],
    ['mop_type "Debit Card"', { mop_type: 'Debit Card' }, (order) => order.mop_type, 'debit_card'],
    ['mop_type debit-card', { mop_type: ' debit-card ' }, (order) => order.mop_type, 'debit_card'],
    ['mop_type CREDIT', { mop_type: 'CREDIT' }, (order) => order.mop_type, 'credit_card'],
    ['mop_type debit', { mop_type: 'debit' }, (order) => order.mop_type, 'debit_card'],
    [
      'network VISA',
      { card_details: { ...newCard, network: 'VISA' } },
      (order) => order.status,
      'payment_pending',
    ],
    ['collection_mode S2S', { collection_mode: 'S2S' }, (order) => order.status, 'payment_pending'],
    ['currency inr', { currency: 'inr' }, (order) => order.currency, 'INR'],
    [
      'type_of_goods goods',
      { product: { name: 'Tea', type_of_goods: 'goods', hs_code: '0902' } },
      (order) => order.product.type_of_goods,
      'physical_goods',
    ],
    [
      'type_of_goods "Digital Goods"',
      { product: { name: 'Song', type_of_goods: 'Digital Goods' } },
      (order) => order.product.type_of_goods,
      'digital_goods',
    ],
  ];
  for (const [field, sent, read, expected] of spellings) {
    test(`${field} reads as ${expected}`, async () => {
      const { id } = await shop.order(sent);
      assert.equal(read((await shop.get(`/pg/orders/${id}/`)).body.data), expected);
    });
  }
});

describe('[eximpe 5.4 and 5.5] product and invoice', () => {
  const service = { name: 'Tea', type_of_goods: 'service' };
  const cases: [what: string, fields: object, fault: object | null][] = [
    ['a service needs no HS code', { product: service }, null],
    [
      'physical goods with one',
      { product: { ...service, type_of_goods: 'physical_goods', hs_code: '09024020' } },
      null,
    ],
    [
      'an HS code of nine digits',
      { product: { ...service, hs_code: '123456789' } },
      { product: ['hs_code'] },
    ],
    ['a description of 1024 characters', { product: { ...service, description: 'a'.repeat(1024) } }, null],
    [
      'a description of 1025',
      { product: { ...service, description: 'a'.repeat(1025) } },
      { product: ['description'] },
    ],
    ['no kind of goods', { product: { name: 'Tea' } }, { product: ['type_of_goods'] }],
    ['no product at all', { product: undefined }, { product: [] }],
    ['no invoice at all', { invoice: undefined }, null],
    ['a number with dash, slash and underscore', { invoice: { number: 'A-1/2_3' } }, null],
    ['an invoice without a number', { invoice: { date: '2026-03-04' } }, { invoice: ['number'] }],
    ['a number with a space', { invoice: { number: 'A 1' } }, { invoice: ['number'] }],
    ['a day that no calendar has', { invoice: { number: 'A1', date: '2026-02-30' } }, { invoice: ['date'] }],
    ['a date written another way', { invoice: { number: 'A1', date: '04.03.2026' } }, { invoice: ['date'] }],
  ];
  for (const [what, fields, fault] of cases) {
    test(`${what} is ${fault ? 'refused at its field' : 'taken'}`, async () => {
      const { status, body } = await shop.post('/pg/orders/', orderBody(fields));
      assert.equal(status, fault ? 400 : 200, JSON.stringify(body));
      for (const [name, members] of Object.entries(fault ?? {})) {
        const told = body.error.details[name];
        assert.deepEqual(typeof told === 'string' ? [] : Object.keys(told), members);
      }
    });
  }
});

describe('[eximpe 14] error codes', () => {
  const none = 'OD1000000000';
  const psp = { 'x-api-version': '1' };
  const triggers: [code: string, status: number, ask: () => Promise<Answer>][] = [
    ['ERR_AUTH_000', 401, () => shop.get('/pg/orders/', { 'x-client-secret': '' })],
    ['ERR_AUTH_001', 401, () => shop.get('/pg/orders/', { 'x-client-secret': 'wrong' })],
    ['ERR_AUTH_003', 403, () => shop.get('/partners/merchants/', psp)],
    ['ERR_ORDER_001', 404, () => shop.get(`/pg/orders/${none}/`)],
    ['ERR_ORDER_002', 400, () => shop.post('/pg/orders/', {})],
    ['ERR_PAYMENT_001', 404, () => shop.get('/pg/payments/PR1000000000/')],
    ['ERR_REFUND_002', 400, () => shop.post('/pg/refunds/', {})],
    ['ERR_REFUND_003', 404, () => shop.get('/pg/refunds/RF1000000000/')],
    ['ERR_TOKEN_002', 400, () => shop.post('/pg/tokens/', {})],
    [
      'ERR_TOKEN_404',
      404,
      () => shop.post('/pg/tokens/delete/', { card_token: '0'.repeat(22), identifier: 'x' }),
    ],
    ['ERR_BIN_001', 400, () => shop.post('/pg/bin/', { bin: 'x' })],
    ['ERR_NOT_FOUND', 404, () => shop.get('/pg/nothing/')],
    ['ERR_METHOD_NOT_ALLOWED', 405, () => shop.call('PUT', '/pg/orders/')],
    ['ERR_NOT_OFFERED', 501, () => shop.get('/pg/settlements/')],
    [
      'ERR_TOKEN_409',
      409,
      async () => {
        const identifier = newReference();
        await saveCard({ identifier });
        return saveCard({ identifier });
      },
    ],
    [
      'ERR_TOKEN_ACCESS',
      404,
      async () => {
        const { body } = await saveCard();
        return shop.post('/pg/tokens/delete/', { card_token: body.data.card_token, identifier: 'other' });
      },
    ],
  ];
  for (const [code, status, ask] of triggers) {
    test(`${code} comes with ${status}, and a message`, async () => {
      const answer = await ask();
      assert.deepEqual([answer.status, answer.body.error.code], [status, code]);
      assert.ok(answer.body.error.message.length > 0);
    });
  }

  test('our own faults are ERR_SERVICE_ERROR_000, and say nothing of their cause', () => {
    const request = {} as Parameters<typeof eximpeErrors.internal>[0];
    for (const [answer, status] of [
      [eximpeErrors.internal(request), 500],
      [eximpeErrors.unavailable(request), 503],
    ] as const) {
      assert.equal(answer.status, status);
      const { error } = answer.body as { error: { code: string; message: string; details: object } };
      assert.deepEqual([error.code, error.message], ['ERR_SERVICE_ERROR_000', 'Payment gateway error']);
      assert.deepEqual(Object.keys(error.details), ['error']);
    }
  });

  test('codes of older editions are not sent, and what is another’s is told as unknown', async () => {
    const { id } = await shop.order();
    const foreign = await shop.get(`/pg/orders/${id}/`, otherCredentials);
    const unknown = await shop.get(`/pg/orders/${none}/`);
    assert.deepEqual(foreign.body, unknown.body);
    assert.equal(unknown.body.error.code, 'ERR_ORDER_001');
  });
});
