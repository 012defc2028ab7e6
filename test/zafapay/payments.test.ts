import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { openShop, type Shop } from './shop.ts';

let shop: Shop;
before(async () => {
  shop = await openShop();
});
after(() => shop.gateway.close());

const create = (fields: object) => shop.post('/v1/payments', { amount: 10, currency: 'usd', ...fields });

describe('6.1 POST /v1/payments with a token', () => {
  it('201 completed, with the documented fields and no others', async () => {
    const { status, body } = await shop.pay('4242424242424242', { external_id: 'order_12345' });
    assert.equal(status, 201);
    assert.deepEqual(Object.keys(body), [
      'id',
      'transaction_id',
      'status',
      'amount',
      'currency',
      'external_id',
      'metadata',
      'flow_id',
      'payment_type',
      'created_at',
    ]);
    assert.match(body.id, /^req_[0-9A-Za-z]{22}$/);
    assert.match(body.transaction_id, /^tx_[0-9A-Za-z]{22}$/);
    assert.equal(body.status, 'completed');
    assert.strictEqual(body.amount, 10);
    assert.equal(body.currency, 'usd');
    assert.equal(body.external_id, 'order_12345');
    assert.deepEqual(body.metadata, {});
    assert.equal(body.payment_type, 'token');
    assert.match(body.created_at, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  });

  it('201 authorized with capture_method manual', async () => {
    const { status, body } = await shop.pay(undefined, { capture_method: 'manual' });
    assert.equal(status, 201);
    assert.equal(body.status, 'authorized');
  });

  it('202 requires_action with a redirect_url when the issuer wants 3-D Secure', async () => {
    const { status, body } = await shop.pay('4000002500003155', { return_url: 'https://shop.example/done' });
    assert.equal(status, 202);
    assert.equal(body.status, 'requires_action');
    assert.ok(body.redirect_url.startsWith(`${shop.gateway.url}/3ds/${body.transaction_id}?token=`));
  });

  const declines: [string, string][] = [
    ['4000000000000002', 'card_declined'],
    ['4000000000009995', 'insufficient_funds'],
    ['4000000000000069', 'expired_card'],
    ['4000000000000127', 'incorrect_cvc'],
    ['4000000000000119', 'processing_error'],
    ['4000000000009987', 'lost_card'],
    ['4000000000009979', 'stolen_card'],
    ['4100000000000019', 'fraud_suspected'],
    ['4000009800000013', 'do_not_honor'],
    ['4000009800000021', 'issuer_unavailable'],
  ];
  for (const [number, code] of declines) {
    it(`400 failed with ${code} for ${number}, the payment and the error in one body`, async () => {
      const { status, body, headers } = await shop.pay(number);
      assert.equal(status, 400);
      assert.equal(body.status, 'failed');
      assert.equal(body.error_code, code);
      assert.equal(body.error.type, 'payment_error');
      assert.equal(body.error.code, 'payment_failed');
      assert.equal(typeof body.error.message, 'string');
      assert.equal(body.error.request_id, headers.get('x-request-id'));
      assert.equal((await shop.read(body.id)).error_code, code);
    });
  }

  it('a card that was valid when tokenised and is not any more fails as expired_card', async () => {
    const { status, body } = await create({
      token: await shop.token('4242424242424242', {
        exp_month: 12,
        exp_year: new Date().getUTCFullYear() + 20,
      }),
    });
    assert.equal(status, 201, body.status);
  });

  it('takes gen-B spelling: the token inside payment_method, integer amounts, unknown fields', async () => {
    const { status, body } = await create({
      amount: 1000,
      payment_method: { token: await shop.token() },
      merchant_order_id: 'x',
      description: 'y',
    });
    assert.equal(status, 201);
    assert.equal(body.amount, 1000);
    assert.equal(body.payment_type, 'token');
  });

  for (const method of ['card', { type: 'card' }, null]) {
    it(`takes payment_method ${JSON.stringify(method)}`, async () => {
      assert.equal((await shop.pay(undefined, { payment_method: method })).status, 201);
    });
  }
  for (const method of ['depot', 'paypay', { type: 'wallet' }, '', {}, { type: null }]) {
    it(`refuses payment_method ${JSON.stringify(method)} with not_supported`, async () => {
      const { status, body } = await create({ payment_method: method });
      assert.equal(status, 400);
      assert.equal(body.error.code, 'not_supported');
    });
  }
});

describe('2 and 6.1: amounts and currencies', () => {
  const taken: [string, string, string, string][] = [
    ['10.00', 'usd', '10', '10.00'],
    ['17.62', 'usd', '17.62', '17.62'],
    ['17.5', 'usd', '17.5', '17.50'],
    ['8.2', 'usd', '8.2', '8.20'],
    ['0.29', 'usd', '0.29', '0.29'],
    ['0.01', 'usd', '0.01', '0.01'],
    ['999999.99', 'eur', '999999.99', '999999.99'],
    ['1000', 'jpy', '1000', '1000'],
    ['10', 'USD', '10', '10.00'],
    ['10', 'Sgd', '10', '10.00'],
    ...['php', 'gbp', 'aud', 'cad'].map((currency): [string, string, string, string] => [
      '1',
      currency,
      '1',
      '1.00',
    ]),
  ];
  for (const [literal, currency, number, string] of taken) {
    it(`${literal} ${currency} is written ${number} on create and "${string}" on read`, async () => {
      const token = await shop.token();
      const { status, text, body } = await shop.post(
        '/v1/payments',
        `{"amount":${literal},"currency":"${currency}","token":"${token}"}`,
      );
      assert.equal(status, 201, text);
      assert.ok(text.includes(`"amount":${number},"currency":"${currency.toLowerCase()}"`), text);
      assert.strictEqual((await shop.read(body.id)).amount, string);
    });
  }

  const refused: [string, string, string][] = [
    ['0', 'usd', 'invalid_amount'],
    ['0.00', 'usd', 'invalid_amount'],
    ['-1', 'usd', 'invalid_amount'],
    ['10.001', 'usd', 'invalid_amount'],
    ['10.555', 'usd', 'invalid_amount'],
    ['1e2', 'usd', 'invalid_amount'],
    ['10.5', 'jpy', 'invalid_amount'],
    ['1000000', 'usd', 'amount_above_maximum'],
    ['99999999999999999999999', 'usd', 'amount_above_maximum'],
    ['"10.00"', 'usd', 'validation_error'],
    ['null', 'usd', 'validation_error'],
    ['true', 'usd', 'validation_error'],
    ['[10]', 'usd', 'validation_error'],
    ['{}', 'usd', 'validation_error'],
    ['10', 'xyz', 'unsupported_currency'],
    ['10', 'chf', 'unsupported_currency'],
    ['10', 'us', 'validation_error'],
    ['10', 'usdd', 'validation_error'],
    ['10', '', 'validation_error'],
  ];
  for (const [literal, currency, code] of refused) {
    it(`${literal} ${JSON.stringify(currency)} is refused as ${code}`, async () => {
      const { status, body } = await shop.post(
        '/v1/payments',
        `{"amount":${literal},"currency":"${currency}","token":"${await shop.token()}"}`,
      );
      assert.equal(status, 400);
      assert.equal(body.error.code, code);
      assert.equal(body.error.param, /currency/.test(code) || literal === '10' ? 'currency' : 'amount');
    });
  }
});

describe('6.1: rules that join fields', () => {
  const cases: [string, object, string[]][] = [
    ['nothing at all', { amount: undefined, currency: undefined }, ['amount', 'currency']],
    ['save_card without customer_id', { token: 'tok_x', save_card: true }, ['customer_id']],
    ['an empty token', { token: '' }, ['token']],
    ['payment_method_id without customer_id', { payment_method_id: 'pmi_x' }, ['customer_id']],
    [
      'payment_method_id with token',
      { payment_method_id: 'pmi_x', customer_id: 'c', token: 'tok_x' },
      ['payment_method_id'],
    ],
    [
      'payment_method_id with save_card',
      { payment_method_id: 'pmi_x', customer_id: 'c', save_card: true },
      ['save_card'],
    ],
    ['save_card that is a word', { token: 'tok_x', save_card: 'true' }, ['save_card']],
    ['a null token', { token: null }, ['token']],
    ['an empty token', { token: '' }, ['token']],
    [
      'two tokens that differ',
      { token: 'tok_x', payment_method: { token: 'tok_y' } },
      ['payment_method.token'],
    ],
    ['a capture_method that is none', { token: 'tok_x', capture_method: 'later' }, ['capture_method']],
    ['an external_id of 256 characters', { token: 'tok_x', external_id: 'x'.repeat(256) }, ['external_id']],
    ['an external_id that is a number', { token: 'tok_x', external_id: 5 }, ['external_id']],
    ['an empty customer_id', { token: 'tok_x', customer_id: '' }, ['customer_id']],
    ['a customer_id with a control character', { token: 'tok_x', customer_id: 'a\nb' }, ['customer_id']],
    ['a customer_id of 256 characters', { token: 'tok_x', customer_id: 'c'.repeat(256) }, ['customer_id']],
    ['metadata that is a list', { token: 'tok_x', metadata: [] }, ['metadata']],
    ['metadata with an object inside', { token: 'tok_x', metadata: { a: {} } }, ['metadata.a']],
    [
      'metadata with 51 keys',
      { token: 'tok_x', metadata: Object.fromEntries(Array.from({ length: 51 }, (_, i) => [i, 1])) },
      ['metadata'],
    ],
    [
      'a card number in metadata',
      { token: 'tok_x', metadata: { note: 'card 4242-4242-4242-4242' } },
      ['metadata.note'],
    ],
    ['a card number in name', { token: 'tok_x', name: '4242424242424242' }, ['name']],
    [
      'a card number in product_name',
      { token: 'tok_x', product_name: '4242 4242 4242 4242' },
      ['product_name'],
    ],
    [
      'several at once',
      { token: 'tok_x', amount: 'x', save_card: true, metadata: { a: [] } },
      ['amount', 'customer_id', 'metadata.a'],
    ],
    ['a relative return_url', { token: 'tok_x', return_url: '/done' }, ['return_url']],
    [
      'a return_url with a password',
      { token: 'tok_x', return_url: 'https://a:b@shop.example/' },
      ['return_url'],
    ],
    ['a return_url in clear', { token: 'tok_x', return_url: 'http://shop.example/' }, ['return_url']],
    ['a javascript return_url', { token: 'tok_x', return_url: 'javascript:alert(1)' }, ['return_url']],
    [
      'a return_url of 2049 characters',
      { token: 'tok_x', return_url: `https://shop.example/${'a'.repeat(2028)}` },
      ['return_url'],
    ],
  ];
  for (const [title, fields, params] of cases) {
    it(`${title}: validation_error at ${params.join(', ')}, and nothing is created`, async () => {
      const { status, body } = await create(fields);
      assert.equal(status, 400);
      assert.equal(body.error.type, 'invalid_request_error');
      assert.equal(body.error.code, 'validation_error');
      assert.deepEqual(body.error.details.map((detail: { param: string }) => detail.param).sort(), params);
      assert.ok(params.includes(body.error.param));
      assert.equal('id' in body, false);
    });
  }

  it('merchant-chosen ids may look like a card number', async () => {
    const { status } = await shop.pay(undefined, {
      external_id: '4242424242424242',
      customer_id: '4242424242424242',
    });
    assert.equal(status, 201);
  });

  it('null is as good as absent where absence is allowed', async () => {
    const nothing = Object.fromEntries(
      'return_url external_id capture_method customer_id save_card flow_id metadata name email tel product_name'
        .split(' ')
        .map((name) => [name, null]),
    );
    const { status, body } = await shop.pay(undefined, nothing);
    assert.equal(status, 201);
    assert.deepEqual(body.metadata, {});
  });

  it('metadata comes back as it was given, numbers under any name included', async () => {
    const metadata = { cart: 'c-9', amount: 12.5, ok: true, none: null, ключ: 'значение' };
    const { body } = await shop.pay(undefined, { metadata });
    assert.deepEqual(body.metadata, metadata);
    assert.deepEqual((await shop.read(body.id)).metadata, metadata);
  });

  it('a return_url on loopback may be http in the sandbox', async () => {
    const { status } = await shop.pay(undefined, { return_url: 'http://localhost:3000/done?x=1#y' });
    assert.equal(status, 201);
  });

  it('a flow that does not exist is flow_not_found', async () => {
    const { status, body } = await shop.pay(undefined, { flow_id: 'flow_nowhere' });
    assert.equal(status, 404);
    assert.equal(body.error.code, 'flow_not_found');
  });
});

describe('6.2 GET /v1/payments/{id}', () => {
  it('shows every field, absent ones as null, by transaction or request id', async () => {
    const { body } = await shop.pay(undefined, {
      external_id: 'order_777',
      email: 'ada@example.com',
      tel: '+49 30 1234567',
      product_name: 'Tea',
      customer_id: 'cust_1',
      name: 'Ada Example',
      metadata: { cart: 'c-9' },
    });
    const read = await shop.get(`/v1/payments/${body.transaction_id}`);
    assert.equal(read.status, 200);
    assert.deepEqual((await shop.get(`/v1/payments/${body.id}`)).body, read.body);
    assert.deepEqual(read.body, {
      id: body.transaction_id,
      request_id: body.id,
      status: 'completed',
      amount: '10.00',
      currency: 'usd',
      capture_method: 'automatic',
      external_id: 'order_777',
      payment_method: 'card',
      amount_refunded: '0',
      original_amount: null,
      original_currency: null,
      applied_rate: null,
      card_brand: 'visa',
      card_last4: '4242',
      cardholder_name: 'Ada Example',
      card_exp_month: 12,
      card_exp_year: 2040,
      card_country: 'US',
      card_funding: 'credit',
      payment_method_id: null,
      is_recurring: false,
      customer_id: 'cust_1',
      email: 'ada@example.com',
      tel: '+49 30 1234567',
      product_name: 'Tea',
      error_code: null,
      refunds: [],
      metadata: { cart: 'c-9' },
      created_at: body.created_at,
      updated_at: read.body.updated_at,
    });
  });

  it('has no card and no payment_method before a card was presented', async () => {
    const { body } = await create({});
    const read = await shop.read(body.id);
    for (const field of ['card_brand', 'card_last4', 'cardholder_name', 'card_exp_month', 'card_country'])
      assert.equal(read[field], null, field);
    assert.equal(read.payment_method, null);
  });

  it("answers another merchant's payment exactly as an unknown one", async () => {
    const { body } = await shop.pay();
    const foreign = await shop.get(`/v1/payments/${body.id}`, { key: 'sk_test_other' });
    const unknown = await shop.get('/v1/payments/req_0000000000000000000000');
    assert.equal(foreign.status, 404);
    const bare = ({ error }: { error: Record<string, unknown> }) => ({ ...error, request_id: '' });
    assert.deepEqual(bare(foreign.body), bare(unknown.body));
    assert.equal(unknown.body.error.code, 'not_found');
  });
});

describe('17: GET /v1/payments lists', () => {
  it('by external_id, status, customer and time, newest first, page by page', async () => {
    const since = new Date().toISOString();
    const ids: string[] = [];
    for (let index = 0; index < 5; index++) {
      const { body } = await shop.pay(index === 4 ? '4000000000000002' : undefined, {
        external_id: 'list_1',
        customer_id: index < 2 ? 'cust_list' : 'cust_else',
      });
      ids.unshift(body.transaction_id);
    }
    const idsOf = async (query: string) =>
      (await shop.get(`/v1/payments?${query}`)).body.data.map(({ id }: { id: string }) => id);
    assert.deepEqual(await idsOf('external_id=list_1'), ids);
    assert.deepEqual(await idsOf('external_id=list_1&status=failed'), ids.slice(0, 1));
    assert.deepEqual(await idsOf('external_id=list_1&status=completed&customer_id=cust_list'), ids.slice(3));
    assert.deepEqual(await idsOf(`created_after=${encodeURIComponent(since)}&external_id=list_1`), ids);
    const walked: string[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const page: Awaited<ReturnType<Shop['get']>> = await shop.get(
        `/v1/payments?external_id=list_1&limit=2${cursor === '' ? '' : `&cursor=${cursor}`}`,
      );
      walked.push(...page.body.data.map(({ id }: { id: string }) => id));
      cursor = page.body.next_cursor;
    }
    assert.deepEqual(walked, ids);
  });

  it("shows nobody else's payments", async () => {
    await shop.pay(undefined, { external_id: 'mine' });
    const { body } = await shop.get('/v1/payments?external_id=mine', { key: 'sk_test_other' });
    assert.deepEqual(body, { data: [], next_cursor: null });
  });

  for (const query of [
    'limit=0',
    'limit=101',
    'limit=x',
    'limit=1&limit=2',
    'status=paid',
    'cursor=x',
    'created_after=yesterday',
  ])
    it(`refuses ?${query}`, async () => {
      const { status, body } = await shop.get(`/v1/payments?${query}`);
      assert.equal(status, 400);
      assert.equal(body.error.code, 'validation_error');
      assert.equal(body.error.param, query.split('=')[0]);
    });
});
