import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import { until } from '../support/until.ts';
import { type Answer, openShop, type Shop } from './shop.ts';

let shop: Shop;
before(async () => {
  shop = await openShop({ acquirerDeadlineMs: 1000 });
});
after(() => shop.gateway.close());

const withKey = (key: string) => ({ headers: { 'idempotency-key': key } });
const authorize = async () => (await shop.pay(undefined, { capture_method: 'manual' })).body.id as string;
const replayed = ({ headers }: Answer) => headers.get('idempotent-replayed');

describe('2.1 the same key again', () => {
  const operations: [string, () => Promise<(key: string) => Promise<Answer>>][] = [
    [
      'a payment',
      async () => {
        const token = await shop.token();
        return (key) => shop.post('/v1/payments', { amount: 10, currency: 'usd', token }, withKey(key));
      },
    ],
    [
      'a declined payment',
      async () => {
        const token = await shop.token('4000000000000002');
        return (key) => shop.post('/v1/payments', { amount: 10, currency: 'usd', token }, withKey(key));
      },
    ],
    [
      'a payment that needs 3-D Secure',
      async () => {
        const token = await shop.token('4000002500003155');
        return (key) => shop.post('/v1/payments', { amount: 10, currency: 'usd', token }, withKey(key));
      },
    ],
    [
      'a checkout',
      async () => (key) => shop.post('/v1/payments', { amount: 10, currency: 'usd' }, withKey(key)),
    ],
    [
      'a capture',
      async () => {
        const id = await authorize();
        return (key) => shop.post(`/v1/payments/${id}/capture`, { amount: 5 }, withKey(key));
      },
    ],
    [
      'a void',
      async () => {
        const id = await authorize();
        return (key) => shop.post(`/v1/payments/${id}/void`, undefined, withKey(key));
      },
    ],
    [
      'a refund',
      async () => {
        const { id } = (await shop.pay()).body;
        return (key) => shop.post(`/v1/payments/${id}/refund`, { amount: 4 }, withKey(key));
      },
    ],
    [
      'a refused refund',
      async () => {
        const { id } = (await shop.pay('4000000000005126')).body;
        return (key) => shop.post(`/v1/payments/${id}/refund`, {}, withKey(key));
      },
    ],
    [
      'the block of a saved card',
      async () => {
        const customer_id = randomUUID();
        const { payment_method_id } = (await shop.pay(undefined, { save_card: true, customer_id })).body;
        return (key) =>
          shop.post(
            `/v1/customers/payment-methods/${payment_method_id}/block`,
            { reason: 'x' },
            withKey(key),
          );
      },
    ],
  ];
  for (const [title, prepare] of operations) {
    it(`${title} is done once, and its answer comes again byte for byte`, async () => {
      const run = await prepare();
      const key = randomUUID();
      const first = await run(key);
      const second = await run(key);
      assert.ok(first.status < 500);
      assert.equal(second.status, first.status);
      assert.equal(second.text, first.text);
      assert.equal(replayed(first), null);
      assert.equal(replayed(second), 'true');
    });
  }

  it('many at once do one payment', async () => {
    const token = await shop.token();
    const key = randomUUID();
    const external_id = randomUUID();
    const answers = await Promise.all(
      Array.from({ length: 8 }, () =>
        shop.post('/v1/payments', { amount: 10, currency: 'usd', token, external_id }, withKey(key)),
      ),
    );
    for (const { status, body, headers } of answers) {
      assert.ok(status === 201 || status === 409, String(status));
      if (status !== 409) continue;
      assert.equal(body.error.code, 'idempotency_key_in_use');
      assert.ok(Number(headers.get('retry-after')) > 0);
    }
    assert.equal((await shop.get(`/v1/payments?external_id=${external_id}`)).body.data.length, 1);
  });

  it('tx_… and req_… of one payment are one request', async () => {
    const { id, transaction_id } = (await shop.pay()).body;
    const key = randomUUID();
    const first = await shop.post(`/v1/payments/${id}/refund`, { amount: 1 }, withKey(key));
    const second = await shop.post(`/v1/payments/${transaction_id}/refund`, { amount: 1 }, withKey(key));
    assert.equal(second.text, first.text);
  });
});

describe('2.1 the same key for something else', () => {
  const body = { amount: 10, currency: 'usd' };
  const others: [string, (key: string) => Promise<Answer>][] = [
    ['another amount', (key) => shop.post('/v1/payments', { ...body, amount: 10.01 }, withKey(key))],
    ['another field', (key) => shop.post('/v1/payments', { ...body, external_id: 'x' }, withKey(key))],
    [
      'another operation',
      async (key) => shop.post(`/v1/payments/${await authorize()}/capture`, body, withKey(key)),
    ],
  ];
  for (const [title, other] of others) {
    it(`${title} is 400 idempotency_key_mismatch`, async () => {
      const key = randomUUID();
      assert.equal((await shop.post('/v1/payments', body, withKey(key))).status, 201);
      const answer = await other(key);
      assert.equal(answer.status, 400);
      assert.equal(answer.body.error.code, 'idempotency_key_mismatch');
      assert.equal(answer.body.error.type, 'invalid_request_error');
    });
  }

  it("another merchant's is another key", async () => {
    const key = randomUUID();
    const mine = await shop.post('/v1/payments', body, withKey(key));
    const theirs = await shop.post('/v1/payments', body, { ...withKey(key), key: 'sk_test_other' });
    assert.equal(theirs.status, 201);
    assert.notEqual(theirs.body.id, mine.body.id);
  });

  it('the order of the fields is no difference', async () => {
    const key = randomUUID();
    const first = await shop.post('/v1/payments', '{"amount":10,"currency":"usd"}', withKey(key));
    const second = await shop.post('/v1/payments', '{ "currency": "usd", "amount": 10 }', withKey(key));
    assert.equal(second.text, first.text);
  });
});

describe('2.1 what is not kept under a key', () => {
  it('a request that validation refused', async () => {
    const key = randomUUID();
    assert.equal((await shop.post('/v1/payments', { amount: 0, currency: 'usd' }, withKey(key))).status, 400);
    assert.equal(
      (await shop.post('/v1/payments', { amount: 10, currency: 'usd' }, withKey(key))).status,
      201,
    );
  });

  it('a request of nobody', async () => {
    const key = randomUUID();
    const body = { amount: 10, currency: 'usd' };
    assert.equal((await shop.post('/v1/payments', body, { ...withKey(key), key: null })).status, 401);
    assert.equal((await shop.post('/v1/payments', body, withKey(key))).status, 201);
  });

  for (const key of ['x'.repeat(256), 'a\tb']) {
    it(`a key ${JSON.stringify(key.slice(0, 8))} of ${key.length} characters is refused`, async () => {
      const { status, body } = await shop.post('/v1/payments', { amount: 10, currency: 'usd' }, withKey(key));
      assert.equal(status, 400);
      assert.equal(body.error.code, 'validation_error');
      assert.equal(body.error.param, 'Idempotency-Key');
    });
  }
});

describe('2.1: an outcome that is not known yet', () => {
  it('a payment answers 202 pending, then 409 under its key, then its outcome for good', async () => {
    const token = await shop.token('4000009900000012');
    const key = randomUUID();
    const pay = () => shop.post('/v1/payments', { amount: 10, currency: 'usd', token }, withKey(key));
    const first = await pay();
    assert.equal(first.status, 202, first.text);
    assert.equal(first.body.status, 'pending');
    assert.equal('redirect_url' in first.body, false);
    assert.equal((await shop.read(first.body.id)).status, 'pending');
    const during = await pay();
    assert.equal(during.status, 409);
    assert.equal(during.body.error.code, 'idempotency_key_in_use');
    assert.ok(Number(during.headers.get('retry-after')) > 0);
    await shop.advance(60);
    await until(
      'the outcome is known',
      async () => (await shop.read(first.body.id)).status !== 'pending',
      30,
    );
    const last = await pay();
    assert.ok(last.status === 201 || last.status === 400, last.text);
    assert.equal(last.body.id, first.body.id);
    assert.notEqual(last.body.status, 'pending');
    assert.equal((await pay()).text, last.text);
  });

  it('a capture answers 202 pending, and is completed when its outcome is known', async () => {
    const { id, transaction_id } = (await shop.pay('4000009900000103', { capture_method: 'manual' })).body;
    const key = randomUUID();
    const capture = () => shop.post(`/v1/payments/${id}/capture`, {}, withKey(key));
    const first = await capture();
    assert.equal(first.status, 202);
    assert.deepEqual(first.body, { id: transaction_id, status: 'pending', amount: 10 });
    assert.equal((await capture()).status, 409);
    await shop.advance(60);
    await until('the capture is known', async () => (await shop.read(id)).status === 'completed', 30);
    const last = await capture();
    assert.equal(last.status, 200);
    assert.deepEqual(last.body, { id: transaction_id, status: 'completed', amount: 10 });
  });

  it('a refund answers 202 pending, and is succeeded when its outcome is known', async () => {
    const { id } = (await shop.pay('4000009900000111')).body;
    const key = randomUUID();
    const refund = () => shop.post(`/v1/payments/${id}/refund`, {}, withKey(key));
    const first = await refund();
    assert.equal(first.status, 202);
    assert.equal(first.body.status, 'pending');
    assert.equal((await refund()).status, 409);
    await shop.advance(60);
    await until('the refund is known', async () => (await shop.read(id)).status === 'refunded', 30);
    const last = await refund();
    assert.equal(last.status, 200);
    assert.equal(last.body.id, first.body.id);
    assert.equal(last.body.status, 'succeeded');
  });
});
