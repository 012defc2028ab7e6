import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { until } from '../support/until.ts';
import { newCard, newReference, openShop, orderBody, otherCredentials, type Shop } from './shop.ts';

let shop: Shop;
before(async () => {
  shop = await openShop();
});
after(() => shop.gateway.close());

const statusPath = '/pg/orders/OD0000000000/status/';

describe('section 2: who is calling', () => {
  const missing = {
    success: false,
    error: {
      code: 'ERR_AUTH_000',
      message: 'Missing credentials',
      details: { authentication: 'Missing credentials.' },
    },
  };
  const invalid = { success: false, error: { code: 'ERR_AUTH_001', message: 'Invalid credentials' } };
  const cases: [name: string, headers: Record<string, string>, body: object][] = [
    ['no credentials', { 'x-client-id': '', 'x-client-secret': '' }, missing],
    ['no secret', { 'x-client-secret': '' }, missing],
    ['no client id', { 'x-client-id': '' }, missing],
    ['a wrong secret', { 'x-client-secret': 'wrong' }, invalid],
    ['another client’s secret', { 'x-client-secret': otherCredentials['x-client-secret'] }, invalid],
    ['an unknown client', { 'x-client-id': '9999999999' }, invalid],
    ['a stranger’s merchant id', { 'x-merchant-id': '2000000002' }, invalid],
    ['an unknown merchant id', { 'x-merchant-id': '1' }, invalid],
  ];
  for (const [name, headers, body] of cases) {
    test(`${name} is answered 401, before the body is looked at`, async () => {
      for (const answer of [
        await shop.get(statusPath, headers),
        await shop.post('/pg/orders/', '{', headers),
      ])
        assert.deepEqual([answer.status, answer.body], [401, body]);
    });
  }

  test('a merchant may name itself', async () => {
    assert.equal((await shop.get(statusPath, { 'x-merchant-id': '2000000001' })).status, 404);
  });

  test('the version is optional; 1 and 2 are spoken in every spelling, others are refused', async () => {
    for (const version of ['1', '1.x', '1.0.0', 'v1.0.0', '2.3.4'])
      assert.equal((await shop.get(statusPath, { 'x-api-version': version })).status, 404, version);
    const answer = await shop.get(statusPath, { 'x-api-version': '3.0.0' });
    assert.deepEqual([answer.status, answer.body.error.code], [400, 'ERR_ORDER_002']);
  });

  test('the strict switch turns a missing version into 401', async () => {
    await shop.switchTo(
      { api_version_required: true },
      async () => (await shop.get(statusPath)).status === 401,
    );
    const answer = await shop.get(statusPath);
    assert.deepEqual([answer.status, answer.body.error.code], [401, 'ERR_AUTH_000']);
    assert.equal((await shop.get(statusPath, { 'x-api-version': '1.0.0' })).status, 404);
    await shop.switchTo({}, async () => (await shop.get(statusPath)).status === 404);
  });

  test('credentials that may only read do not create orders', async () => {
    const { pool } = shop.gateway.testDatabase;
    await pool.query(`update credentials set role = 'read_only' where client_id = '1000000002'`);
    await until('the role counts', async () => {
      const answer = await shop.post('/pg/bin/', { bin: '489538' }, otherCredentials);
      return answer.status === 403 && answer.body.error.code === 'ERR_AUTH_004';
    });
    assert.equal((await shop.get(statusPath, otherCredentials)).status, 404);
    await pool.query(`update credentials set role = 'full' where client_id = '1000000002'`);
    await until('the role counts', async () => {
      return (await shop.post('/pg/bin/', { bin: '489538' }, otherCredentials)).status === 200;
    });
  });
});

describe('section 2: PSP accounts', () => {
  const sub = { 'x-merchant-id': '2000000009' };
  before(async () => {
    const { pool } = shop.gateway.testDatabase;
    await pool.query(
      `insert into merchants (id, number, name, parent_id) values ('mer_sub', '2000000009', 'Sub', 'mer_demo')`,
    );
    await pool.query(
      `insert into flows (merchant_id, id, currencies) values ('mer_sub', 'flow_default', '{INR}')`,
    );
    await shop.switchTo({ account_type: 'psp' }, async () => (await shop.get(statusPath)).status === 401);
  });
  after(() => shop.switchTo({}, async () => (await shop.get(statusPath)).status === 404));

  test('a call must say for whom it is, except a BIN lookup', async () => {
    const answer = await shop.get(statusPath);
    assert.equal(answer.body.error.code, 'ERR_AUTH_000');
    assert.deepEqual(Object.keys(answer.body.error.details), ['merchant_id']);
    assert.equal((await shop.post('/pg/bin/', { bin: '489538' })).status, 200);
  });

  test('orders and cards belong to the sub-merchant alone', async () => {
    const identifier = newReference();
    const created = await shop.post('/pg/orders/', orderBody(), sub);
    assert.equal(created.status, 200, created.text);
    const path = `/pg/orders/${created.body.data.order_id}/status/`;
    assert.equal((await shop.get(path, sub)).status, 200);
    assert.equal((await shop.get(path, { 'x-merchant-id': '2000000001' })).status, 404);
    await shop.post('/pg/tokens/', { ...newCard, identifier }, sub);
    assert.equal((await shop.get(`/pg/tokens/?identifier=${identifier}`, sub)).body.data.length, 1);
    const own = await shop.get(`/pg/tokens/?identifier=${identifier}`, { 'x-merchant-id': '2000000001' });
    assert.deepEqual(own.body.data, []);
  });

  test('partner endpoints are theirs, but not offered', async () => {
    const answer = await shop.get('/partners/merchants/', sub);
    assert.deepEqual([answer.status, answer.body.error.code], [501, 'ERR_NOT_OFFERED']);
  });
});

describe('section 2: browsers that call from a page', () => {
  const origin = 'https://play.example';

  test('a preflight is answered on every path, without credentials', async () => {
    for (const path of ['/pg/orders/', '/pg/tokens/delete/', '/pg/anything']) {
      const answer = await shop.call('OPTIONS', path, undefined, {
        origin,
        'x-client-id': '',
        'access-control-request-method': 'DELETE',
      });
      assert.equal(answer.status, 204, path);
      assert.equal(answer.headers.get('access-control-allow-origin'), origin);
      assert.match(answer.headers.get('access-control-allow-methods') ?? '', /\bPATCH\b.*\bDELETE\b/);
      const allowed = answer.headers.get('access-control-allow-headers')?.toLowerCase() ?? '';
      const needed = [
        'content-type',
        'accept',
        'accept-language',
        'cache-control',
        'x-client-id',
        'x-client-secret',
        'x-merchant-id',
        'x-api-version',
        'idempotency-key',
      ];
      for (const name of needed) assert.ok(allowed.includes(name), name);
    }
  });

  test('answers, errors too, are open to any page while no domain is registered', async () => {
    for (const answer of [
      await shop.get(statusPath, { origin }),
      await shop.get(statusPath, { origin, 'x-client-secret': 'wrong' }),
      await shop.post('/pg/bin/', { bin: '489538' }, { origin }),
    ]) {
      assert.equal(answer.headers.get('access-control-allow-origin'), origin);
      assert.match(answer.headers.get('vary') ?? '', /Origin/i);
    }
  });

  test('registered domains alone may read, and be returned to', async () => {
    const { pool } = shop.gateway.testDatabase;
    await pool.query(`update merchants set return_origins = '{https://shop.example}' where id = 'mer_demo'`);
    const openTo = async (page: string) =>
      (await shop.get(statusPath, { origin: page })).headers.get('access-control-allow-origin');
    await until('the domain counts', async () => (await openTo(origin)) === null);
    assert.equal(await openTo('https://shop.example'), 'https://shop.example');
    const away = await shop.post('/pg/orders/', orderBody({ return_url: 'https://evil.example/' }));
    assert.deepEqual(away.body.error.details, {
      return_url: 'The domain of the return URL is not whitelisted.',
    });
    assert.equal((await shop.post('/pg/orders/', orderBody())).status, 200);
    await pool.query(`update merchants set return_origins = '{}' where id = 'mer_demo'`);
    await until('the domain is gone', async () => (await openTo(origin)) === origin);
  });
});

describe('section 17: Idempotency-Key', () => {
  const keyed = (key: string) => ({ 'idempotency-key': key });

  test('an order is made once; the answer is repeated byte for byte', async () => {
    const body = orderBody();
    const first = await shop.post('/pg/orders/', body, keyed('order-1'));
    const again = await shop.post('/pg/orders', body, keyed('order-1'));
    assert.equal(first.headers.get('idempotent-replayed'), null);
    assert.deepEqual([again.status, again.text], [200, first.text]);
    assert.equal(again.headers.get('idempotent-replayed'), 'true');
  });

  test('equal requests at once make one order', async () => {
    const body = orderBody();
    const answers = await Promise.all(
      Array.from({ length: 8 }, () => shop.post('/pg/orders/', body, keyed('order-2'))),
    );
    const orders = new Set(
      answers.filter(({ status }) => status === 200).map(({ body: { data } }) => data.order_id),
    );
    assert.equal(orders.size, 1);
    for (const {
      status,
      body: { error },
    } of answers)
      assert.ok(status === 200 || (status === 409 && error.code === 'ERR_IDEMPOTENCY_002'));
  });

  test('the key of another request is refused with 400 ERR_IDEMPOTENCY_001; another merchant’s key is its own', async () => {
    await shop.post('/pg/orders/', orderBody(), keyed('order-3'));
    const other = await shop.post('/pg/orders/', orderBody(), keyed('order-3'));
    assert.deepEqual([other.status, other.body.error.code], [400, 'ERR_IDEMPOTENCY_001']);
    assert.equal(
      (await shop.post('/pg/orders/', orderBody(), { ...otherCredentials, ...keyed('order-3') })).status,
      200,
    );
  });

  test('a refused request keeps nothing: mended, it may use its key', async () => {
    const body = orderBody();
    assert.equal((await shop.post('/pg/orders/', { ...body, amount: '0' }, keyed('order-4'))).status, 400);
    assert.equal((await shop.post('/pg/orders/', body, keyed('order-4'))).status, 200);
  });

  test('a refund is made once', async () => {
    const payment_id = await shop.paymentOf((await shop.pay()).id);
    const body = { payment_id, refund_amount: '1.00' };
    const first = await shop.post('/pg/refunds/', body, keyed('refund-1'));
    const again = await shop.post('/pg/refunds/', body, keyed('refund-1'));
    assert.deepEqual([again.status, again.text], [200, first.text]);
    assert.equal((await shop.get(`/pg/refunds/?payment_id=${payment_id}`)).body.count, 1);
  });

  test('tokens are saved and deleted once', async () => {
    const body = { ...newCard, identifier: newReference() };
    const first = await shop.post('/pg/tokens/', body, keyed('token-1'));
    const again = await shop.post('/pg/tokens/', body, keyed('token-1'));
    assert.deepEqual([again.status, again.text], [200, first.text]);
    const { card_token } = first.body.data;
    const removal = { card_token, identifier: body.identifier };
    const gone = await shop.post('/pg/tokens/delete/', removal, keyed('token-2'));
    const goneAgain = await shop.post('/pg/tokens/delete/', removal, keyed('token-2'));
    assert.deepEqual([goneAgain.status, goneAgain.text], [200, gone.text]);
    const duplicate = { ...body, identifier: newReference() };
    await shop.post('/pg/tokens/', duplicate);
    assert.equal((await shop.post('/pg/tokens/', duplicate, keyed('token-3'))).status, 409);
    assert.equal(
      (await shop.post('/pg/tokens/', { ...duplicate, identifier: newReference() }, keyed('token-3'))).status,
      200,
    );
  });

  test('more keyed requests at once than there are connections all get their answers', async () => {
    const kinds: ((index: number) => Promise<{ status: number; text: string }>)[] = [
      (index) =>
        shop.post('/pg/tokens/', { ...newCard, identifier: newReference() }, keyed(`many-tokens-${index}`)),
      (index) => shop.post('/pg/bin/', { bin: '489538' }, keyed(`many-bins-${index}`)),
    ];
    for (const send of kinds) {
      const answers = await Promise.all(Array.from({ length: 60 }, (_, index) => send(index)));
      assert.deepEqual(
        answers.filter(({ status }) => status !== 200),
        [],
      );
    }
  });

  test('lookups, simulations and uploads repeat their answers too', async () => {
    const looked = await shop.post('/pg/bin/', { bin: '489538' }, keyed('bin-1'));
    const lookedAgain = await shop.post('/pg/bin/', { bin: '489538' }, keyed('bin-1'));
    assert.deepEqual(
      [lookedAgain.headers.get('idempotent-replayed'), lookedAgain.text],
      ['true', looked.text],
    );
    const other = await shop.post('/pg/bin/', { bin: '512345' }, keyed('bin-1'));
    assert.deepEqual([other.status, other.body.error.code], [400, 'ERR_IDEMPOTENCY_001']);
    const { id } = await shop.order();
    const upload = (content: string) => {
      const form = new FormData();
      form.set('identifier', 'AWB1');
      form.set('document_type', 'awb');
      form.set('file', new Blob([content]));
      return shop.call('POST', `/pg/orders/${id}/documents/`, form, keyed('upload-1'));
    };
    const [first, again] = [await upload('%PDF-1'), await upload('%PDF-1')];
    assert.deepEqual([first.status, again.text], [200, first.text]);
    assert.equal((await upload('%PDF-2')).body.error.code, 'ERR_IDEMPOTENCY_001');
    assert.equal((await shop.get(`/pg/orders/${id}/`)).body.data.air_waybills.length, 1);
  });

  test('a key that is no key is refused', async () => {
    const answer = await shop.post('/pg/orders/', orderBody(), keyed('x'.repeat(256)));
    assert.deepEqual([answer.status, Object.keys(answer.body.error.details)], [400, ['idempotency_key']]);
  });

  test('what is kept of a request holds neither card number nor CVV', async () => {
    const { rows } = await shop.gateway.testDatabase.pool.query('select answer_body from idempotency_keys');
    assert.ok(rows.length > 5);
    for (const { answer_body } of rows) assert.doesNotMatch(answer_body ?? '', /4895380110000003|"cvv"/);
  });
});
