import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { openShop, type Shop, validCard } from './shop.ts';

let shop: Shop;
before(async () => {
  shop = await openShop();
});
after(() => shop.gateway.close());

const tokenize = (body: unknown, headers: Record<string, string> = {}) =>
  shop.post('/v1/tokens', body, { key: 'pk_test_demo', headers });

describe('5.1 POST /v1/tokens', () => {
  it('answers 201 with the id, what may be shown of the card, and thirty minutes', async () => {
    const { status, body } = await tokenize({ card: { ...validCard, cardholder_name: 'Ada Example' } });
    assert.equal(status, 201);
    assert.match(body.id, /^tok_[0-9A-Za-z]{22}$/);
    assert.deepEqual(Object.keys(body), ['id', 'card', 'connector_id', 'created_at', 'expires_at']);
    assert.deepEqual(body.card, {
      bin: '424242',
      last4: '4242',
      brand: 'visa',
      exp_month: 12,
      exp_year: 2040,
    });
    assert.equal(body.connector_id, 'conn_sandbox');
    assert.equal(Date.parse(body.expires_at) - Date.parse(body.created_at), 30 * 60 * 1000);
    assert.match(body.created_at, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  });

  const accepted: [string, object][] = [
    ['spaces in the number', { number: '4242 4242 4242 4242' }],
    ['hyphens in the number', { number: '4242-4242-4242-4242' }],
    ['dates as digits in text', { exp_month: '03', exp_year: '2031' }],
    ['no cardholder', { cardholder_name: null }],
    ['the present month', { exp_month: new Date().getUTCMonth() + 1, exp_year: new Date().getUTCFullYear() }],
    ['four digits of code on American Express', { number: '378282246310005', cvc: '1234' }],
    ['fields that nobody knows', { color: 'blue' }],
  ];
  for (const [title, card] of accepted) {
    it(`takes ${title}`, async () => {
      const { status, body } = await tokenize({ card: { ...validCard, ...card } });
      assert.equal(status, 201, JSON.stringify(body));
      assert.equal(typeof body.card.exp_month, 'number');
    });
  }

  const refused: [string, object, string][] = [
    ['a number that fails Luhn', { number: '4242424242424241' }, 'card.number'],
    ['eleven digits', { number: '42424242424' }, 'card.number'],
    ['letters in the number', { number: '4242x24242424242' }, 'card.number'],
    ['digits of another script', { number: '４２４２４２４２４２４２４２４２' }, 'card.number'],
    ['a number that is a number', { number: 4242424242424242 }, 'card.number'],
    ['no number', { number: undefined }, 'card.number'],
    ['month 0', { exp_month: 0 }, 'card.exp_month'],
    ['month 13', { exp_month: 13 }, 'card.exp_month'],
    ['a month and a half', { exp_month: 1.5 }, 'card.exp_month'],
    ['a month of null', { exp_month: null }, 'card.exp_month'],
    ['two digits of year', { exp_year: '30' }, 'card.exp_year'],
    ['a year that is past', { exp_year: 2020 }, 'card.exp_year'],
    ['more than twenty years ahead', { exp_year: new Date().getUTCFullYear() + 21 }, 'card.exp_year'],
    ['two digits of code', { cvc: '12' }, 'card.cvc'],
    ['four digits of code on Visa', { cvc: '1234' }, 'card.cvc'],
    ['three digits of code on American Express', { number: '378282246310005' }, 'card.cvc'],
    ['a code that is a number', { cvc: 123 }, 'card.cvc'],
    ['no code', { cvc: undefined }, 'card.cvc'],
    ['a card number for a name', { cardholder_name: '4242 4242 4242 4242' }, 'card.cardholder_name'],
    ['a name of 256 characters', { cardholder_name: 'a'.repeat(256) }, 'card.cardholder_name'],
  ];
  for (const [title, card, param] of refused) {
    it(`refuses ${title} with validation_error at ${param}`, async () => {
      const { status, body } = await tokenize({ card: { ...validCard, ...card } });
      assert.equal(status, 400);
      assert.equal(body.error.code, 'validation_error');
      assert.equal(body.error.param, param);
      assert.deepEqual(
        body.error.details.map((detail: { param: string }) => detail.param),
        [param],
      );
    });
  }

  it('tells all bad fields at once, of whatever kind', async () => {
    const card = { number: '4242424242424241', exp_month: 13, exp_year: null, cvc: 'x' };
    const { body } = await tokenize({ card });
    assert.deepEqual(body.error.details.map((detail: { param: string }) => detail.param).sort(), [
      'card.cvc',
      'card.exp_month',
      'card.exp_year',
      'card.number',
    ]);
  });

  it('refuses flat fields: the card is nested', async () => {
    const { status, body } = await tokenize(validCard);
    assert.equal(status, 400);
    assert.equal(body.error.param, 'card');
  });

  it('12: the sandbox refuses a number that is no test card with tokenization_failed', async () => {
    const { status, body } = await tokenize({ card: { ...validCard, number: '4000000000000010' } });
    assert.equal(status, 400);
    assert.equal(body.error.code, 'tokenization_failed');
    assert.equal(body.error.type, 'payment_error');
  });

  it('ignores an Idempotency-Key: two tokens', async () => {
    const key = { 'idempotency-key': 'same' };
    const first = await tokenize({ card: validCard }, key);
    const second = await tokenize({ card: validCard }, key);
    assert.notEqual(first.body.id, second.body.id);
  });

  it('never shows or logs the number or the code', async () => {
    const { text } = await tokenize({ card: { ...validCard, cvc: '987' } });
    assert.equal(text.includes('4242424242424242') || text.includes('987'), false);
    assert.equal(shop.gateway.logLines.join('').includes('4242424242424242'), false);
  });
});

describe('2.2 CORS on /v1/tokens', () => {
  it('answers the preflight for every page', async () => {
    const { status, headers, text } = await shop.call('OPTIONS', '/v1/tokens', undefined, { key: null });
    assert.equal(status, 204);
    assert.equal(text, '');
    assert.equal(headers.get('access-control-allow-origin'), '*');
    assert.equal(headers.get('access-control-allow-methods'), 'POST, OPTIONS');
    assert.equal(headers.get('access-control-allow-headers'), 'authorization, content-type');
    assert.equal(headers.get('access-control-max-age'), '86400');
  });

  const answers: [string, () => Promise<{ headers: Headers; status: number }>, number][] = [
    ['a token', () => tokenize({ card: validCard }), 201],
    ['a bad card', () => tokenize({ card: {} }), 400],
    ['broken JSON', () => tokenize('{'), 400],
    ['no key', () => shop.post('/v1/tokens', {}, { key: null }), 401],
    ['the wrong kind of key', () => shop.post('/v1/tokens', {}), 403],
    ['the wrong method', () => shop.get('/v1/tokens'), 405],
    ['another content type', () => tokenize('a=b', { 'content-type': 'text/plain' }), 415],
    ['a body out of all measure', () => tokenize(`"${'a'.repeat(70_000)}"`), 413],
  ];
  for (const [title, ask, expected] of answers) {
    it(`lets the page read the answer to ${title} (${expected})`, async () => {
      const { status, headers } = await ask();
      assert.equal(status, expected);
      assert.equal(headers.get('access-control-allow-origin'), '*');
      assert.equal(headers.get('access-control-expose-headers'), 'X-Request-Id');
    });
  }

  it('is nowhere else', async () => {
    for (const path of ['/v1/payments', '/v1/events', '/v1/tokens/x', '/v1/nothing']) {
      const { headers } = await shop.call('OPTIONS', path, undefined, {
        headers: { origin: 'https://shop.example' },
      });
      assert.equal(headers.get('access-control-allow-origin'), null, path);
    }
  });
});

describe('5.2 the life of a token', () => {
  it('one payment uses it up', async () => {
    const token = await shop.token();
    const pay = () => shop.post('/v1/payments', { amount: 10, currency: 'usd', token });
    assert.equal((await pay()).status, 201);
    const second = await pay();
    assert.equal(second.status, 400);
    assert.equal(second.body.error.code, 'payment_token_already_used');
    assert.equal(second.body.error.param, 'token');
  });

  it('a decline uses it up too', async () => {
    const token = await shop.token('4000000000000002');
    const pay = () => shop.post('/v1/payments', { amount: 10, currency: 'usd', token });
    assert.equal((await pay()).body.error.code, 'payment_failed');
    assert.equal((await pay()).body.error.code, 'payment_token_already_used');
  });

  it('a payment refused by validation does not', async () => {
    const token = await shop.token();
    const wrong: [object, string][] = [
      [{ amount: 0 }, 'invalid_amount'],
      [{ amount: '10' }, 'validation_error'],
      [{ currency: 'xxx' }, 'unsupported_currency'],
      [{ currency: 'chf' }, 'unsupported_currency'],
      [{ amount: 1000000 }, 'amount_above_maximum'],
      [{ return_url: 'nowhere' }, 'validation_error'],
      [{ flow_id: 'flow_none' }, 'flow_not_found'],
    ];
    for (const [fields, code] of wrong) {
      const { status, body } = await shop.post('/v1/payments', {
        amount: 10,
        currency: 'usd',
        token,
        ...fields,
      });
      assert.ok(status >= 400 && status < 500);
      assert.equal(body.error.code, code);
    }
    assert.equal((await shop.post('/v1/payments', { amount: 10, currency: 'usd', token })).status, 201);
  });

  it('of two racing payments exactly one wins', async () => {
    const token = await shop.token();
    const answers = await Promise.all(
      Array.from({ length: 4 }, () => shop.post('/v1/payments', { amount: 10, currency: 'usd', token })),
    );
    assert.deepEqual(answers.map(({ status }) => status).sort(), [201, 400, 400, 400]);
    for (const { status, body } of answers)
      if (status === 400) assert.equal(body.error.code, 'payment_token_already_used');
  });

  it('an unknown, malformed or foreign token is not found', async () => {
    const foreign = await shop.token(undefined, {}, 'pk_test_other');
    for (const token of ['tok_0000000000000000000000', 'nonsense', foreign]) {
      const { status, body } = await shop.post('/v1/payments', { amount: 10, currency: 'usd', token });
      assert.equal(status, 404);
      assert.equal(body.error.code, 'not_found');
      assert.equal(body.error.param, 'token');
    }
  });

  it('after thirty minutes it has expired', async () => {
    const token = await shop.token();
    await shop.advance(30 * 60);
    const { status, body } = await shop.post('/v1/payments', { amount: 10, currency: 'usd', token });
    assert.equal(status, 400);
    assert.equal(body.error.code, 'payment_token_expired');
  });
});
