import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { sandboxCards } from '../../src/sandbox/cards.ts';
import { openShop, type Shop } from '../zafapay/shop.ts';

let shop: Shop;

before(async () => {
  shop = await openShop();
});
after(() => shop.gateway.close());

const pay = (number: string, fields: object = {}) => {
  const cvc = number.startsWith('37') ? '1234' : '123';
  return shop
    .token(number, { cvc })
    .then((token) => shop.post('/v1/payments', { amount: 10, currency: 'usd', token, ...fields }));
};

/** The contract's four cards and its additions, as the API answers them. */
const cards: readonly [number: string, status: number, word: string, errorCode?: string][] = [
  ['4242424242424242', 201, 'completed'],
  ['4000002500003155', 202, 'requires_action'],
  ['4000000000000002', 400, 'failed', 'card_declined'],
  ['4000000000009995', 400, 'failed', 'insufficient_funds'],
  ['4111111111111111', 201, 'completed'],
  ['5555555555554444', 201, 'completed'],
  ['378282246310005', 201, 'completed'],
  ['3530111333300000', 201, 'completed'],
  ['4000000000000069', 400, 'failed', 'expired_card'],
  ['4000000000000127', 400, 'failed', 'incorrect_cvc'],
  ['4000000000000119', 400, 'failed', 'processing_error'],
  ['4000000000000341', 201, 'completed'],
  ['4000000000000259', 201, 'completed'],
  ['4000000000005126', 201, 'completed'],
];

describe('[zafapay 12] test cards', () => {
  for (const [number, status, word, errorCode] of cards) {
    it(`${number}: ${status} ${word}${errorCode ? `, ${errorCode}` : ''}`, async () => {
      const answer = await pay(number);
      assert.deepEqual(
        [answer.status, answer.body.status, answer.body.error_code],
        [status, word, errorCode],
      );
    });
  }

  it('4242424242424242 held for capture is authorized', async () => {
    const { status, body } = await pay('4242424242424242', { capture_method: 'manual' });
    assert.deepEqual([status, body.status], [201, 'authorized']);
  });

  it('4000000000005126 pays, and its refund fails', async () => {
    const { body } = await pay('4000000000005126');
    const refund = await shop.post(`/v1/payments/${body.id}/refund`);
    assert.deepEqual([refund.status, refund.body.error.code], [400, 'refund_failed']);
  });

  it('every listed card becomes a token, whatever it does later', async () => {
    for (const { number } of sandboxCards)
      assert.match(await shop.token(number, { cvc: number.startsWith('37') ? '1234' : '123' }), /^tok_/);
  });

  it('any future month and any code will do', async () => {
    const token = await shop.token('4242424242424242', { exp_month: 1, exp_year: 2035, cvc: '000' });
    const { status } = await shop.post('/v1/payments', { amount: 10, currency: 'usd', token });
    assert.equal(status, 201);
  });
});
