import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import { openShop, type Shop } from './shop.ts';

let shop: Shop;
before(async () => {
  shop = await openShop();
  const flow = (id: string, columns: Record<string, unknown>) => {
    const all: Record<string, unknown> = {
      merchant_id: 'mer_demo',
      id,
      currencies: ['USD', 'JPY'],
      ...columns,
    };
    const names = Object.keys(all);
    return shop.gateway.testDatabase.pool.query(
      `insert into flows (${names.join(', ')}) values (${names.map((_, index) => `$${index + 1}`).join(', ')})`,
      Object.values(all),
    );
  };
  await flow('flow_manual', { capture_method: 'manual' });
  await flow('flow_off', { active: false });
  await flow('flow_bounds', {
    minimum_amounts: { USD: '500', JPY: '100' },
    maximum_amounts: { USD: '2000', JPY: '50000' },
  });
  await flow('flow_fee', { refund_fees: { USD: '100' } });
  await flow('flow_limits', { monthly_card_limits: { USD: '2500' }, monthly_email_limits: { USD: '3000' } });
});
after(() => shop.gateway.close());

const pay = (flow_id: string, fields: object = {}, number?: string) =>
  shop.pay(number, { flow_id, ...fields });

describe('6.1: the flow a payment goes through', () => {
  it('is named in the answer', async () => {
    assert.equal((await pay('flow_manual')).body.flow_id, 'flow_manual');
    assert.equal((await shop.pay()).body.flow_id, 'flow_default');
  });

  it('6.1: decides the capture method unless the request does', async () => {
    assert.equal((await pay('flow_manual')).body.status, 'authorized');
    assert.equal((await pay('flow_manual', { capture_method: 'automatic' })).body.status, 'completed');
  });

  it('11: that is switched off is flow_not_active', async () => {
    const { status, body } = await pay('flow_off');
    assert.equal(status, 400);
    assert.equal(body.error.code, 'flow_not_active');
  });

  const bounds: [number, string, string | null][] = [
    [4.99, 'usd', 'amount_below_minimum'],
    [5, 'usd', null],
    [20, 'usd', null],
    [20.01, 'usd', 'amount_above_maximum'],
    [99, 'jpy', 'amount_below_minimum'],
    [50000, 'jpy', null],
    [50001, 'jpy', 'amount_above_maximum'],
    [10, 'eur', 'unsupported_currency'],
  ];
  for (const [amount, currency, code] of bounds) {
    it(`bounds ${amount} ${currency}: ${code ?? 'taken'}`, async () => {
      const { status, body } = await pay('flow_bounds', { amount, currency });
      assert.equal(status, code === null ? 201 : 400);
      assert.equal(body.error?.code, code ?? undefined);
      if (code !== null)
        assert.equal(body.error.param, code === 'unsupported_currency' ? 'currency' : 'amount');
    });
  }

  it('6.5: charges its refund fee', async () => {
    const { body } = await pay('flow_fee');
    const refund = await shop.post(`/v1/payments/${body.id}/refund`, { amount: 5.5 });
    assert.equal(refund.body.refund_fee, '1.00');
    assert.equal(refund.body.amount, '5.50');
  });

  it('11: limits what a card spends in a month', async () => {
    const number = '5555555555554444';
    assert.equal((await pay('flow_limits', { amount: 15 }, number)).status, 201);
    assert.equal((await pay('flow_limits', { amount: 10 }, number)).status, 201);
    const { status, body } = await pay('flow_limits', { amount: 0.01 }, number);
    assert.equal(status, 400);
    assert.equal(body.error.code, 'card_limit_exceeded');
    assert.equal(body.error.type, 'payment_error');
  });

  it('11: limits what an e-mail address spends in a month', async () => {
    const email = `${randomUUID()}@example.com`;
    assert.equal((await pay('flow_limits', { amount: 15, email }, '3530111333300000')).status, 201);
    assert.equal((await pay('flow_limits', { amount: 15, email }, '4111111111111111')).status, 201);
    const { body } = await pay('flow_limits', { amount: 1, email }, '4444333322221111');
    assert.equal(body.error.code, 'email_limit_exceeded');
  });
});
