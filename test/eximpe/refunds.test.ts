import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { until } from '../support/until.ts';
import { newCard, openShop, otherCredentials, type Shop } from './shop.ts';

let shop: Shop;
before(async () => {
  shop = await openShop();
});
after(() => shop.gateway.close());

/** A captured payment of 1249.50. */
async function paid(fields: object = {}): Promise<string> {
  return shop.paymentOf((await shop.pay(fields)).id);
}

async function refunded(paymentId: string, fields: object = {}): Promise<string> {
  const answer = await shop.post('/pg/refunds/', { payment_id: paymentId, ...fields });
  assert.equal(answer.status, 200, answer.text);
  const { refund_id } = answer.body.data;
  await until(
    'the bank answered the refund',
    async () => (await read(refund_id)).refund_status !== 'initiated',
  );
  return refund_id;
}

async function read(refundId: string) {
  return (await shop.get(`/pg/refunds/${refundId}/`)).body.data;
}

describe('11.1: POST /pg/refunds/', () => {
  test('answers a queued refund at once; the bank settles it right after', async () => {
    const payment_id = await paid();
    const answer = await shop.post('/pg/refunds', {
      payment_id,
      refund_amount: '249.50',
      reference_id: 'R-1',
    });
    assert.equal(answer.status, 200, answer.text);
    assert.equal(answer.body.message, 'Refund request processed successfully');
    const { refund_id, transaction_id, ...data } = answer.body.data;
    assert.match(refund_id, /^RF[0-9]{10}$/);
    assert.equal(typeof transaction_id, 'string');
    assert.deepEqual(data, {
      payment_id,
      refund_status: 'initiated',
      message: 'Refund Request Queued',
      bank_ref_num: null,
      refund_amount: '249.50',
    });
    await until('the refund went through', async () => (await read(refund_id)).refund_status === 'refunded');
    const detail = await read(refund_id);
    assert.equal(detail.refund_amount, 249.5);
    assert.equal(detail.reference_id, 'R-1');
    assert.match(detail.refunded_at, /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{6}Z$/);
  });

  test('without an amount all that is left is given back', async () => {
    const payment_id = await paid();
    await refunded(payment_id, { refund_amount: 249.5 });
    const rest = await shop.post('/pg/refunds/', { payment_id });
    assert.equal(rest.body.data.refund_amount, '1000.00');
  });

  test('several refunds together never exceed the payment', async () => {
    const payment_id = await paid();
    const answers = await Promise.all(
      Array.from({ length: 5 }, () => shop.post('/pg/refunds/', { payment_id, refund_amount: '400' })),
    );
    assert.deepEqual(answers.map(({ status }) => status).sort(), [200, 200, 200, 400, 400]);
    const refusal = answers.find(({ status }) => status === 400);
    assert.equal(refusal?.body.error.code, 'ERR_REFUND_002');
    assert.equal(typeof refusal?.body.error.details.refund_amount, 'string');
  });

  test('the order stays payment_successful', async () => {
    const { id } = await shop.pay();
    await refunded(await shop.paymentOf(id));
    assert.equal((await shop.status(id)).status, 'payment_successful');
  });

  test('a refund that the bank declines has failed, and its amount may be asked for again', async () => {
    const payment_id = await paid({ card_details: { ...newCard, number: '4000000000005126' } });
    const refund = await refunded(payment_id);
    assert.equal((await read(refund)).refund_status, 'failed');
    assert.equal((await shop.post('/pg/refunds/', { payment_id })).status, 200);
  });

  test('what cannot be refunded is refused with ERR_REFUND_002', async () => {
    const { id } = await shop.order();
    const pending = await shop.paymentOf(id);
    const whole = await paid();
    await refunded(whole);
    const refusals: [name: string, body: object, field: string, message: RegExp][] = [
      ['no payment', {}, 'payment_id', /^This field is required\.$/],
      ['an unknown payment', { payment_id: 'PR0000000000' }, 'payment_id', /^Payment not found$/],
      ['a pending payment', { payment_id: pending }, 'payment_id', /waiting for authentication/],
      ['a refunded payment', { payment_id: whole }, 'payment_id', /refunded/],
      ['a zero amount', { payment_id: whole, refund_amount: 0 }, 'refund_amount', /greater than 0/],
      ['a third decimal', { payment_id: whole, refund_amount: '1.001' }, 'refund_amount', /2 decimal/],
    ];
    for (const [name, body, field, message] of refusals) {
      const answer = await shop.post('/pg/refunds/', body);
      assert.equal(answer.status, 400, name);
      assert.equal(answer.body.error.code, 'ERR_REFUND_002', name);
      assert.match(answer.body.error.details[field], message, name);
    }
    const untouched = await paid();
    for (const refund_amount of [null, '', '  ']) {
      const answer = await shop.post('/pg/refunds/', { payment_id: untouched, refund_amount });
      assert.equal(
        answer.status,
        400,
        `an amount of ${JSON.stringify(refund_amount)} is not the whole amount`,
      );
      assert.match(answer.body.error.details.refund_amount, /decimal number/);
    }
    const foreign = await shop.post('/pg/refunds/', { payment_id: whole }, otherCredentials);
    assert.equal(foreign.body.error.details.payment_id, 'Payment not found');
  });
});

describe('11.2: reading refunds', () => {
  test('an unknown refund and another merchant’s are the same 404', async () => {
    const refund = await refunded(await paid());
    const unknown = await shop.get('/pg/refunds/RF1000000000/');
    const foreign = await shop.get(`/pg/refunds/${refund}/`, otherCredentials);
    assert.deepEqual([unknown.status, unknown.body], [404, foreign.body]);
    assert.equal(foreign.status, 404);
    assert.equal(unknown.body.error.code, 'ERR_REFUND_003');
  });

  test('the list is a bare paginator, newest first, its rows with six keys', async () => {
    const payment_id = await paid();
    const first = await refunded(payment_id, { refund_amount: '1.00', reference_id: 'A' });
    const second = await refunded(payment_id, { refund_amount: '2.50', reference_id: 'B' });
    const list = (await shop.get(`/pg/refunds/?payment_id=${payment_id}`)).body;
    assert.deepEqual(Object.keys(list), ['count', 'page', 'page_size', 'next', 'previous', 'results']);
    assert.deepEqual([list.count, list.page, list.page_size], [2, 1, 250]);
    assert.deepEqual(
      list.results.map((row: { refund_id: string }) => row.refund_id),
      [second, first],
    );
    assert.deepEqual(Object.keys(list.results[0]).sort(), [
      'message',
      'payment_id',
      'refund_amount',
      'refund_id',
      'refund_status',
      'refunded_at',
    ]);
    assert.deepEqual([list.results[0].refund_amount, list.results[1].refund_amount], [2.5, 1]);
    const byReference = (await shop.get(`/pg/refunds/?payment_id=${payment_id}&reference_id=A`)).body;
    assert.deepEqual([byReference.count, byReference.results[0].refund_id], [1, first]);
    assert.equal((await shop.get('/pg/refunds/?from_date=2020-01-01&to_date=2020-12-31')).body.count, 0);
    assert.equal((await shop.get('/pg/refunds/', otherCredentials)).body.count, 0);
  });

  test('pages lead to one another by absolute addresses', async () => {
    const payment_id = await paid();
    for (const refund_amount of ['1', '2', '3']) await refunded(payment_id, { refund_amount });
    const path = `/pg/refunds/?payment_id=${payment_id}&page_size=2`;
    const first = (await shop.get(path)).body;
    assert.equal(first.previous, null);
    assert.equal(first.next, `${shop.gateway.url}${path}&page=2`);
    const second = (await shop.get(first.next.slice(shop.gateway.url.length))).body;
    assert.deepEqual([second.page, second.results.length, second.next], [2, 1, null]);
    assert.equal(second.previous, `${shop.gateway.url}${path}&page=1`);
    assert.equal((await shop.get('/pg/refunds/?page=0')).status, 400);
  });
});

describe('11.4: POST /pg/refunds/{refund_id}/simulate-status/', () => {
  const states: [status: string, read: string, message: string][] = [
    ['PROCESSING', 'processing', 'Refund processing'],
    ['ON_HOLD', 'on_hold', 'Refund on hold'],
    ['REVERSED', 'reversed', 'Refund reversed'],
    ['BANK_REJECTED_REFUND', 'bank_rejected_refund', 'Refund rejected by bank'],
    ['FAILED', 'failed', 'Simulated refund failed'],
    ['INITIATED', 'initiated', 'Refund initiated'],
    ['REFUNDED', 'refunded', 'Simulated refund settled'],
  ];

  test('walks through all seven states, and leaves even final ones', async () => {
    const payment_id = await paid();
    const refund = await refunded(payment_id);
    for (const [status, word, message] of states) {
      const answer = await shop.post(`/pg/refunds/${refund}/simulate-status/`, { status });
      assert.equal(answer.status, 200, answer.text);
      assert.equal(answer.body.message, 'Refund status updated successfully');
      const { created_at, refunded_at, ...data } = answer.body.data;
      assert.equal(refunded_at !== null, word === 'refunded');
      assert.match(created_at, /Z$/);
      assert.deepEqual(data, {
        refund_id: refund,
        payment_id,
        refund_amount: '1249.50',
        refund_status: word,
        message,
        settlement_details: {},
        reference_id: null,
      });
    }
  });

  test('a refund that no longer counts frees its amount, and cannot come back once that is taken', async () => {
    const payment_id = await paid();
    const simulate = (refund: string, fields: object) =>
      shop.post(`/pg/refunds/${refund}/simulate-status/`, fields);
    const first = await refunded(payment_id);
    await simulate(first, { status: 'FAILED', status_message: 'Account closed' });
    assert.equal((await read(first)).message, 'Account closed');
    // The simulated bank keeps its own book, in which the first refund went through: it declines the second.
    const second = await refunded(payment_id);
    assert.equal((await read(second)).refund_status, 'failed');
    assert.equal((await simulate(second, { status: 'REFUNDED' })).status, 200);
    const back = await simulate(first, { status: 'REFUNDED' });
    assert.deepEqual([back.status, back.body.error?.code], [400, 'ERR_REFUND_002']);
    assert.equal((await read(first)).refund_status, 'failed');
  });

  test('only upper case is a choice; unknown refunds are a bare 404', async () => {
    const refund = await refunded(await paid());
    const lower = await shop.post(`/pg/refunds/${refund}/simulate-status/`, { status: 'failed' });
    assert.deepEqual(
      [lower.status, lower.body.error.details],
      [400, { status: '"failed" is not a valid choice.' }],
    );
    const unknown = await shop.post('/pg/refunds/RF1000000000/simulate-status/', { status: 'FAILED' });
    assert.equal(unknown.status, 404);
    assert.deepEqual(Object.keys(unknown.body), ['detail']);
    const foreign = await shop.post(
      `/pg/refunds/${refund}/simulate-status/`,
      { status: 'FAILED' },
      otherCredentials,
    );
    assert.deepEqual([foreign.status, foreign.body], [404, unknown.body]);
  });

  test('right after its creation the bank’s own answer comes first', async () => {
    const answer = await shop.post('/pg/refunds/', { payment_id: await paid() });
    const { refund_id } = answer.body.data;
    const moved = await shop.post(`/pg/refunds/${refund_id}/simulate-status/`, { status: 'PROCESSING' });
    assert.equal(moved.body.data.refund_status, 'processing');
  });
});

describe('11.2: a refund has its number, whoever asked for it', () => {
  const demo = { authorization: 'Bearer sk_test_demo' };

  async function numberOf(orderId: string): Promise<string> {
    const { count, results } = (await shop.get(`/pg/refunds/?payment_id=${await shop.paymentOf(orderId)}`))
      .body;
    assert.deepEqual([count, results[0].refund_amount], [1, 1249.5]);
    return results[0].refund_id;
  }

  test('the other dialect', async () => {
    const { id } = await shop.pay();
    const { data } = (await shop.get('/v1/payments?limit=1', demo)).body;
    const refund = await shop.post(`/v1/payments/${data[0].id}/refund`, undefined, demo);
    assert.equal(refund.status, 200, refund.text);
    assert.match(await numberOf(id), /^RF[0-9]{10}$/);
  });

  test('a review that was refused', async () => {
    const rule = await shop.post(
      '/v1/risk/rules',
      {
        name: 'look at it',
        action: 'review',
        conditions: [{ fact: 'email', operator: 'in', values: ['asha@shop.example'] }],
      },
      demo,
    );
    assert.equal(rule.status, 201, rule.text);
    let id = '';
    const reviews = async () => (await shop.get('/v1/risk/reviews', demo)).body.data;
    await until('the rule counts', async () => {
      ({ id } = await shop.pay());
      return (await reviews()).length > 0;
    });
    const data = await reviews();
    const refused = await shop.post(`/v1/risk/reviews/${data[0].payment}/refuse`, undefined, demo);
    assert.equal(refused.status, 200, refused.text);
    const number = await numberOf(id);
    assert.match(number, /^RF[0-9]{10}$/);
    assert.equal((await read(number)).refund_status, 'refunded');
    await shop.call('DELETE', `/v1/risk/rules/${rule.body.id}`, undefined, demo);
  });
});
