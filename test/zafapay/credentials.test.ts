import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { openShop, type Shop } from './shop.ts';

let shop: Shop;
before(async () => {
  shop = await openShop();
});
after(() => shop.gateway.close());

const endpoints: [method: string, path: string][] = [
  ['POST', '/v1/payments'],
  ['GET', '/v1/payments'],
  ['GET', '/v1/payments/tx_a'],
  ['POST', '/v1/payments/tx_a/capture'],
  ['POST', '/v1/payments/tx_a/void'],
  ['POST', '/v1/payments/tx_a/refund'],
  ['GET', '/v1/customers/cust_a/payment-methods'],
  ['POST', '/v1/customers/payment-methods/pmi_a/block'],
  ['POST', '/v1/customers/payment-methods/pmi_a/unblock'],
  ['POST', '/v1/customers/payment-methods/pmi_a/detach'],
  ['DELETE', '/v1/customers/payment-methods/pmi_a'],
  ['GET', '/v1/events'],
  ['GET', '/v1/events/evt_a'],
  ['POST', '/v1/events/evt_a/resend'],
  ['POST', '/v1/webhook_endpoints'],
  ['GET', '/v1/webhook_endpoints'],
  ['GET', '/v1/webhook_endpoints/whe_a'],
  ['PATCH', '/v1/webhook_endpoints/whe_a'],
  ['DELETE', '/v1/webhook_endpoints/whe_a'],
  ['POST', '/v1/webhook_endpoints/whe_a/rotate_secret'],
];

describe('3 credentials: every endpoint but tokens wants the access token', () => {
  for (const [method, path] of endpoints) {
    it(`${method} ${path}: 401 without one, 403 with the publishable key, before the body is looked at`, async () => {
      const body = method === 'GET' ? undefined : '{';
      const cases: [string | null, number, string][] = [
        [null, 401, 'unauthorized'],
        ['sk_test_unknown', 401, 'unauthorized'],
        ['sk_live_demo', 401, 'unauthorized'],
        ['pk_test_demo', 403, 'forbidden'],
      ];
      for (const [key, status, code] of cases) {
        const answer = await shop.call(method, path, body, { key });
        assert.equal(answer.status, status, `${key}`);
        assert.equal(answer.body.error.code, code);
        assert.equal(answer.body.error.type, 'authentication_error');
        assert.equal(answer.body.error.request_id, answer.headers.get('x-request-id'));
        assert.equal(typeof answer.body.error.message, 'string');
      }
    });
  }

  it('tokens want the publishable key, and refuse the access token', async () => {
    assert.equal((await shop.post('/v1/tokens', {}, { key: 'sk_test_demo' })).body.error.code, 'forbidden');
    assert.equal(
      (await shop.post('/v1/tokens', {}, { key: 'pk_live_demo' })).body.error.code,
      'unauthorized',
    );
    assert.equal((await shop.post('/v1/tokens', {}, { key: null })).body.error.code, 'unauthorized');
  });

  for (const header of [
    'sk_test_demo',
    'Basic c2tfdGVzdF9kZW1vOg==',
    'Bearer',
    'Bearer ',
    'Bearer sk_test_demo x',
    'Token sk_test_demo',
  ])
    it(`Authorization: ${header} is 401`, async () => {
      const { status, headers } = await shop.get('/v1/payments', {
        key: null,
        headers: { authorization: header },
      });
      assert.equal(status, 401);
      assert.equal(headers.get('www-authenticate'), 'Bearer');
    });

  it('the scheme may be written in any case', async () => {
    const headers = { authorization: 'bearer sk_test_demo' };
    assert.equal((await shop.get('/v1/payments', { key: null, headers })).status, 200);
  });

  it('an inactive merchant is 403 merchant_not_active', async () => {
    await shop.gateway.testDatabase.pool.query(
      `update merchants set status = 'inactive' where id = 'mer_other'`,
    );
    const deadline = Date.now() + 5000;
    let answer = await shop.get('/v1/payments', { key: 'sk_test_other' });
    while (answer.status === 200 && Date.now() < deadline) {
      await new Promise((resolve) => setTimeout(resolve, 50));
      answer = await shop.get('/v1/payments', { key: 'sk_test_other' });
    }
    assert.equal(answer.status, 403);
    assert.equal(answer.body.error.code, 'merchant_not_active');
  });
});

describe('2 and 11: requests that cannot be read', () => {
  const token = 'tok_0000000000000000000000';
  const cases: [string, string, string, number, string][] = [
    ['broken JSON', 'application/json', '{"amount":', 400, 'validation_error'],
    ['a list', 'application/json', '[]', 400, 'validation_error'],
    ['a bare word', 'application/json', '"x"', 400, 'validation_error'],
    [
      'a key named twice',
      'application/json',
      `{"amount":1,"amount":2,"currency":"usd","token":"${token}"}`,
      400,
      'validation_error',
    ],
    [
      'arrays nested without end',
      'application/json',
      `{"metadata":${'['.repeat(5000)}`,
      400,
      'validation_error',
    ],
    ['a form', 'application/x-www-form-urlencoded', 'amount=10', 415, 'validation_error'],
    ['another charset', 'application/json; charset=latin1', '{}', 415, 'validation_error'],
    ['more than 64 kB', 'application/json', `{"a":"${'x'.repeat(70_000)}"}`, 413, 'validation_error'],
  ];
  for (const [title, contentType, body, status, code] of cases) {
    it(`${title}: ${status} ${code} in the envelope`, async () => {
      const answer = await shop.post('/v1/payments', body, { headers: { 'content-type': contentType } });
      assert.equal(answer.status, status);
      assert.equal(answer.body.error.code, code);
      assert.equal(answer.body.error.type, 'invalid_request_error');
    });
  }

  it('an address that is not percent-encoded UTF-8 is 400 and told as such, not as a body', async () => {
    const { status, body } = await shop.get('/v1/customers/%E0%A4%A/payment-methods');
    assert.deepEqual([status, body.error.code], [400, 'validation_error']);
    assert.match(body.error.message, /address/);
  });

  it('an unknown path is 404 not_found', async () => {
    for (const path of ['/v1', '/v1/', '/v1/nothing', '/v1/payments/', '/v2/payments']) {
      const { status, body } = await shop.get(path);
      assert.equal(status, 404, path);
      assert.equal(body.error.code, 'not_found', path);
    }
  });

  it('a wrong method is 405 not_supported, and says which would do', async () => {
    const { status, body, headers } = await shop.call('PUT', '/v1/payments', {});
    assert.equal(status, 405);
    assert.equal(body.error.code, 'not_supported');
    assert.match(headers.get('allow') ?? '', /POST/);
    assert.equal((await shop.get('/v1/payments/tx_a/capture')).status, 405);
  });

  it('every answer has its own X-Request-Id', async () => {
    const ids = await Promise.all(
      ['/v1/payments', '/v1/nothing', '/v1/zafapay.js'].map(async (path) =>
        (await shop.get(path)).headers.get('x-request-id'),
      ),
    );
    for (const id of ids) assert.match(id ?? '', /^req_[0-9A-Za-z]{22}$/);
    assert.equal(new Set(ids).size, ids.length);
  });

  it('answers are not cached', async () => {
    assert.equal((await shop.get('/v1/payments')).headers.get('cache-control'), 'no-store');
    assert.equal((await shop.get('/v1/payments/tx_a')).headers.get('cache-control'), 'no-store');
  });
});
