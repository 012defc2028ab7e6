import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { type Answer, openShop, type Shop } from './shop.ts';

let shop: Shop;
before(async () => {
  shop = await openShop();
});
after(() => shop.gateway.close());

const operate = (id: string, operation: string, body?: unknown) =>
  shop.post(`/v1/payments/${id}/${operation}`, body);
const authorize = async (fields: object = {}) =>
  (await shop.pay(undefined, { capture_method: 'manual', amount: 17.62, ...fields })).body;

describe('6.3 capture', () => {
  it('takes the whole amount without a body, and answers a number', async () => {
    const { id, transaction_id } = await authorize();
    const { status, text } = await operate(id, 'capture');
    assert.equal(status, 200);
    assert.equal(text, `{"id":"${transaction_id}","status":"completed","amount":17.62}`);
  });

  it('takes less: the rest is released and the payment has the captured amount', async () => {
    const { transaction_id } = await authorize();
    const { body } = await operate(transaction_id, 'capture', { amount: 10.5 });
    assert.deepEqual(body, { id: transaction_id, status: 'completed', amount: 10.5 });
    assert.equal((await shop.read(transaction_id)).amount, '10.50');
    assert.equal((await operate(transaction_id, 'capture', {})).body.error.code, 'invalid_status');
  });

  const wrong: [string, string][] = [
    ['17.63', 'invalid_amount'],
    ['0', 'invalid_amount'],
    ['-1', 'invalid_amount'],
    ['1.001', 'invalid_amount'],
    ['99999999999999999999', 'invalid_amount'],
    ['"10"', 'validation_error'],
    ['null', 'validation_error'],
  ];
  for (const [literal, code] of wrong) {
    it(`of ${literal} is refused as ${code}, and the payment stays authorized`, async () => {
      const { id } = await authorize();
      const { status, body } = await operate(id, 'capture', `{"amount":${literal}}`);
      assert.equal(status, 400);
      assert.equal(body.error.code, code);
      assert.equal((await shop.read(id)).status, 'authorized');
    });
  }
});

describe('6.4 void', () => {
  it('releases the hold, and answers in the shape of capture', async () => {
    const { id, transaction_id } = await authorize();
    const { status, text } = await operate(id, 'void');
    assert.equal(status, 200);
    assert.equal(text, `{"id":"${transaction_id}","status":"canceled","amount":17.62}`);
    const { body } = await shop.get(`/sandbox/acquirer/authorizations?merchant_reference=${transaction_id}`);
    assert.equal(body.authorizations[0].live, false);
  });
});

describe('6.5 refund', () => {
  it('without an amount gives all back, every amount a string', async () => {
    const { body: paid } = await shop.pay();
    const { status, body } = await operate(paid.id, 'refund', { reason: 'Damaged item' });
    assert.equal(status, 200);
    assert.deepEqual(Object.keys(body), [
      'id',
      'transaction_id',
      'amount',
      'status',
      'psp_refund_id',
      'refund_fee',
    ]);
    assert.match(body.id, /^orf_[0-9A-Za-z]{22}$/);
    assert.equal(body.transaction_id, paid.transaction_id);
    assert.equal(body.amount, '10.00');
    assert.equal(body.status, 'succeeded');
    assert.match(body.psp_refund_id, /^re_[0-9a-f]{24}$/);
    assert.equal(body.refund_fee, '0.00');
    const read = await shop.read(paid.id);
    assert.equal(read.status, 'refunded');
    assert.equal(read.amount_refunded, '10.00');
    assert.deepEqual(read.refunds, [
      {
        id: body.id,
        amount: '10.00',
        status: 'succeeded',
        reason: 'Damaged item',
        created_at: read.refunds[0].created_at,
      },
    ]);
  });

  it('goes in parts until nothing is left', async () => {
    const { body: paid } = await shop.pay();
    assert.equal((await operate(paid.id, 'refund', { amount: 5.5 })).body.amount, '5.50');
    assert.equal((await shop.read(paid.id)).status, 'partially_refunded');
    assert.equal((await operate(paid.id, 'refund', { amount: 4.51 })).body.error.code, 'invalid_amount');
    assert.equal((await operate(paid.id, 'refund')).body.amount, '4.50');
    const read = await shop.read(paid.id);
    assert.equal(read.status, 'refunded');
    assert.deepEqual(
      read.refunds.map(({ amount }: { amount: string }) => amount),
      ['5.50', '4.50'],
    );
    assert.equal((await operate(paid.id, 'refund')).body.error.code, 'invalid_status');
  });

  it('names each refund as the acquirer does, no two of one payment alike', async () => {
    const { body: paid } = await shop.pay();
    const first = await operate(paid.id, 'refund', { amount: 5.5 });
    const second = await operate(paid.id, 'refund');
    assert.notEqual(first.body.psp_refund_id, second.body.psp_refund_id);
  });

  it('knows the decimals of its currency', async () => {
    const { body: paid } = await shop.pay(undefined, { amount: 1000, currency: 'jpy' });
    const { body } = await operate(paid.id, 'refund', { amount: 300 });
    assert.equal(body.amount, '300');
    assert.equal(body.refund_fee, '0');
    assert.equal((await operate(paid.id, 'refund', { amount: 0.5 })).body.error.code, 'invalid_amount');
  });

  const wrong: [string, object | string, string][] = [
    ['more than there is', { amount: 10.01 }, 'invalid_amount'],
    ['nothing', { amount: 0 }, 'invalid_amount'],
    ['a tenth of a cent', { amount: 0.001 }, 'invalid_amount'],
    ['a text', { amount: '5' }, 'validation_error'],
    ['null', { amount: null }, 'validation_error'],
    ['another currency', { amount: 1, currency: 'eur' }, 'unsupported_currency'],
    ['a currency that is none', { amount: 1, currency: 'euro' }, 'validation_error'],
    ['a card number for a reason', { reason: 'card 4242424242424242' }, 'validation_error'],
    ['a reason of 501 characters', { reason: 'x'.repeat(501) }, 'validation_error'],
  ];
  for (const [title, body, code] of wrong) {
    it(`of ${title} is refused as ${code}`, async () => {
      const { body: paid } = await shop.pay();
      const answer = await operate(paid.id, 'refund', body);
      assert.equal(answer.status, 400);
      assert.equal(answer.body.error.code, code);
      assert.equal((await shop.read(paid.id)).status, 'completed');
    });
  }

  it('takes the currency of the payment in any case', async () => {
    const { body: paid } = await shop.pay();
    assert.equal((await operate(paid.id, 'refund', { amount: 1, currency: 'USD' })).status, 200);
  });

  it('that the acquirer declines is refund_failed, and the payment keeps its money', async () => {
    const { body: paid } = await shop.pay('4000000000005126');
    const { status, body } = await operate(paid.id, 'refund');
    assert.equal(status, 400);
    assert.equal(body.error.code, 'refund_failed');
    assert.equal(body.error.type, 'payment_error');
    const read = await shop.read(paid.id);
    assert.equal(read.status, 'completed');
    assert.equal(read.amount_refunded, '0');
  });

  it('of many at once never gives back more than there is', async () => {
    const { body: paid } = await shop.pay();
    const answers = await Promise.all(
      Array.from({ length: 6 }, () => operate(paid.id, 'refund', { amount: 3 })),
    );
    const given = answers.filter(({ status }) => status === 200).length;
    assert.ok(given >= 1 && given <= 3, `${given} went through`);
    const read = await shop.read(paid.id);
    assert.equal(read.amount_refunded, `${given * 3}.00`);
    for (const { status, body } of answers)
      if (status !== 200)
        assert.ok(['invalid_amount', 'invalid_state'].includes(body.error.code), body.error.code);
  });
});

describe('6.6 every state × every operation', () => {
  /** Ways to each state; payments are made anew for each cell, for operations change them. */
  const ways: Record<string, () => Promise<string>> = {
    pending: async () => (await shop.post('/v1/payments', { amount: 10, currency: 'usd' })).body.id,
    requires_action: async () => (await shop.pay('4000002500003155')).body.id,
    authorized: async () => (await authorize()).id,
    completed: async () => (await shop.pay()).body.id,
    failed: async () => (await shop.pay('4000000000000002')).body.id,
    canceled: async () => {
      const { id } = await authorize();
      await operate(id, 'void');
      return id;
    },
    partially_refunded: async () => {
      const { id } = (await shop.pay()).body;
      await operate(id, 'refund', { amount: 1 });
      return id;
    },
    refunded: async () => {
      const { id } = (await shop.pay()).body;
      await operate(id, 'refund');
      return id;
    },
  };
  const refused = 'invalid_status';
  /** What each operation answers: the status that follows, or the code of the refusal. */
  const table: Record<string, Record<'capture' | 'void' | 'refund', string>> = {
    pending: { capture: refused, void: 'canceled', refund: refused },
    requires_action: { capture: refused, void: 'canceled', refund: refused },
    authorized: { capture: 'completed', void: 'canceled', refund: refused },
    completed: { capture: refused, void: refused, refund: 'refunded' },
    failed: { capture: refused, void: refused, refund: refused },
    canceled: { capture: refused, void: refused, refund: refused },
    partially_refunded: { capture: refused, void: refused, refund: 'refunded' },
    refunded: { capture: refused, void: refused, refund: refused },
  };
  for (const [state, cells] of Object.entries(table)) {
    for (const [operation, expected] of Object.entries(cells)) {
      it(`${state}: ${operation} → ${expected}`, async () => {
        const id = (await ways[state]?.()) ?? '';
        assert.equal((await shop.read(id)).status, state);
        const { status, body }: Answer = await operate(id, operation);
        assert.equal(status, expected === refused ? 400 : 200, JSON.stringify(body));
        if (expected === refused) assert.equal(body.error.code, refused);
        assert.equal((await shop.read(id)).status, expected === refused ? state : expected);
      });
    }
  }

  it('an unknown, malformed or foreign payment is not found by any operation', async () => {
    const { body } = await shop.pay();
    for (const operation of ['capture', 'void', 'refund']) {
      for (const id of ['tx_0000000000000000000000', 'nonsense', '%00'])
        assert.equal((await operate(id, operation)).body.error.code, 'not_found', `${operation} ${id}`);
      const foreign = await shop.post(`/v1/payments/${body.id}/${operation}`, {}, { key: 'sk_test_other' });
      assert.equal(foreign.status, 404);
      assert.equal(foreign.body.error.code, 'not_found');
    }
  });
});
