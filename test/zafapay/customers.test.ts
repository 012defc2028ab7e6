import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import { openShop, type Shop } from './shop.ts';

let shop: Shop;
before(async () => {
  shop = await openShop();
});
after(() => shop.gateway.close());

const list = async (customer: string, key = 'sk_test_demo') =>
  (await shop.get(`/v1/customers/${encodeURIComponent(customer)}/payment-methods`, { key })).body;
const save = async (customer_id: string, number?: string, fields: object = {}) =>
  (await shop.pay(number, { save_card: true, customer_id, ...fields })).body;
const charge = (customer_id: string, payment_method_id: string, fields: object = {}) =>
  shop.post('/v1/payments', { amount: 10, currency: 'usd', customer_id, payment_method_id, ...fields });
const change = (id: string, verb: string, body?: object) =>
  shop.post(`/v1/customers/payment-methods/${id}/${verb}`, body);

describe('9.1 saving a card', () => {
  it('happens once the payment completes; payment_type stays token', async () => {
    const customer = randomUUID();
    const body = await save(customer);
    assert.equal(body.payment_type, 'token');
    assert.match(body.payment_method_id, /^pmi_[0-9A-Za-z]{22}$/);
    assert.equal((await shop.read(body.id)).payment_method_id, body.payment_method_id);
    const listed = await list(customer);
    assert.equal(listed.customer_id, customer);
    assert.deepEqual(listed.payment_methods, [
      {
        id: body.payment_method_id,
        type: 'card',
        connector_id: 'conn_sandbox',
        card: { brand: 'visa', last4: '4242', exp_month: 12, exp_year: 2040 },
        is_default: true,
        status: 'active',
        blocked_reason: null,
        created_at: listed.payment_methods[0].created_at,
      },
    ]);
  });

  it('waits for 3-D Secure', async () => {
    const customer = randomUUID();
    const body = await save(customer, '4000002500003155', { return_url: 'https://shop.example/' });
    assert.deepEqual((await list(customer)).payment_methods, []);
    await shop.authenticate(body.redirect_url, 'complete');
    const [saved] = (await list(customer)).payment_methods;
    assert.equal((await shop.read(body.id)).payment_method_id, saved.id);
  });

  it('happens at authorization when capture is manual', async () => {
    const customer = randomUUID();
    const body = await save(customer, undefined, { capture_method: 'manual' });
    assert.equal((await list(customer)).payment_methods[0].id, body.payment_method_id);
  });

  it('does not happen when the payment fails, nor unasked', async () => {
    const customer = randomUUID();
    await save(customer, '4000000000000002');
    await shop.pay(undefined, { customer_id: customer });
    assert.deepEqual((await list(customer)).payment_methods, []);
  });

  it('of the same card gives the same id with the new expiry; another customer gets another', async () => {
    const customer = randomUUID();
    const first = await save(customer);
    const token = await shop.token(undefined, { exp_month: 3, exp_year: 2041 });
    const { body: second } = await shop.post('/v1/payments', {
      amount: 1,
      currency: 'usd',
      token,
      customer_id: customer,
      save_card: true,
    });
    assert.equal(second.payment_method_id, first.payment_method_id);
    const { payment_methods } = await list(customer);
    assert.equal(payment_methods.length, 1);
    assert.deepEqual(payment_methods[0].card, { brand: 'visa', last4: '4242', exp_month: 3, exp_year: 2041 });
    assert.notEqual((await save(randomUUID())).payment_method_id, first.payment_method_id);
  });

  it('the first card of a customer is the default, the list is newest first', async () => {
    const customer = randomUUID();
    const first = await save(customer);
    const second = await save(customer, '5555555555554444');
    const { payment_methods } = await list(customer);
    assert.deepEqual(
      payment_methods.map(({ id, is_default }: { id: string; is_default: boolean }) => [id, is_default]),
      [
        [second.payment_method_id, false],
        [first.payment_method_id, true],
      ],
    );
  });
});

describe('9.2 customers', () => {
  it('an unknown customer has an empty list, and every name may be one', async () => {
    for (const customer of ['nobody', 'payment-methods', 'a/b?c#d', 'お客様', ' ', 'x'.repeat(255), '%2e%2e'])
      assert.deepEqual(await list(customer), { customer_id: customer, payment_methods: [] });
  });

  it("another merchant sees nothing of a customer's cards, and cannot touch them", async () => {
    const customer = randomUUID();
    const { payment_method_id } = await save(customer);
    assert.deepEqual((await list(customer, 'sk_test_other')).payment_methods, []);
    for (const verb of ['block', 'unblock', 'detach']) {
      const { status, body } = await shop.post(
        `/v1/customers/payment-methods/${payment_method_id}/${verb}`,
        { reason: 'x' },
        { key: 'sk_test_other' },
      );
      assert.equal(status, 404);
      assert.equal(body.error.code, 'not_found');
    }
    assert.equal((await list(customer)).payment_methods[0].status, 'active');
  });

  it('block wants a reason, shows it, and may be repeated with another', async () => {
    const customer = randomUUID();
    const { payment_method_id: id } = await save(customer);
    const blocked = await change(id, 'block', { reason: 'Suspected fraud' });
    assert.equal(blocked.status, 200);
    assert.deepEqual(Object.keys(blocked.body), ['id', 'status', 'blocked_reason', 'updated_at']);
    assert.equal(blocked.body.status, 'blocked');
    assert.equal(blocked.body.blocked_reason, 'Suspected fraud');
    assert.equal((await change(id, 'block', { reason: 'Second' })).body.blocked_reason, 'Second');
    assert.equal((await list(customer)).payment_methods[0].blocked_reason, 'Second');
  });

  it('unblock makes it active again, and changes nothing on an active one', async () => {
    const customer = randomUUID();
    const { payment_method_id: id } = await save(customer);
    await change(id, 'block', { reason: 'x' });
    const { status, body } = await change(id, 'unblock');
    assert.equal(status, 200);
    assert.deepEqual(body, { id, status: 'active', updated_at: body.updated_at });
    assert.deepEqual((await change(id, 'unblock')).body, body);
    assert.equal((await list(customer)).payment_methods[0].blocked_reason, null);
  });

  for (const [way, detach] of [
    ['POST …/detach', (id: string) => change(id, 'detach')],
    ['DELETE', (id: string) => shop.call('DELETE', `/v1/customers/payment-methods/${id}`)],
  ] as const) {
    it(`${way} detaches for good: the card is gone, its payments stay`, async () => {
      const customer = randomUUID();
      const paid = await save(customer);
      const id = paid.payment_method_id;
      const { status, body } = await detach(id);
      assert.equal(status, 200);
      assert.deepEqual(body, { id, status: 'detached', updated_at: body.updated_at });
      assert.deepEqual((await list(customer)).payment_methods, []);
      for (const verb of ['block', 'unblock', 'detach'])
        assert.equal((await change(id, verb, { reason: 'x' })).status, 404, verb);
      assert.equal((await charge(customer, id)).status, 404);
      assert.equal((await shop.read(paid.id)).card_last4, '4242');
      assert.notEqual((await save(customer)).payment_method_id, id);
    });
  }

  const wrong: [string, object | undefined][] = [
    ['no body', undefined],
    ['no reason', {}],
    ['an empty reason', { reason: '' }],
    ['a blank reason', { reason: '  ' }],
    ['a reason of null', { reason: null }],
    ['501 characters', { reason: 'x'.repeat(501) }],
    ['a card number', { reason: '4242 4242 4242 4242' }],
  ];
  for (const [title, body] of wrong) {
    it(`block with ${title} is validation_error at reason`, async () => {
      const answer = await change('pmi_0000000000000000000000', 'block', body);
      assert.equal(answer.status, 400);
      assert.equal(answer.body.error.code, 'validation_error');
      assert.equal(answer.body.error.param, 'reason');
    });
  }

  it('an unknown id is not found', async () => {
    for (const verb of ['block', 'unblock', 'detach'])
      for (const id of ['pmi_0000000000000000000000', 'nonsense'])
        assert.equal((await change(id, verb, { reason: 'x' })).body.error.code, 'not_found');
  });
});

describe('9.3 charging a saved card', () => {
  it('is final at once, recurring, without a page', async () => {
    const customer = randomUUID();
    const { payment_method_id } = await save(customer);
    const { status, body } = await charge(customer, payment_method_id, { external_id: 'renewal_002' });
    assert.equal(status, 201);
    assert.equal(body.status, 'completed');
    assert.equal(body.payment_type, 'recurring');
    assert.equal(body.payment_method_id, payment_method_id);
    assert.equal('payment_url' in body || 'redirect_url' in body, false);
    const read = await shop.read(body.id);
    assert.equal(read.is_recurring, true);
    assert.equal(read.payment_method_id, payment_method_id);
    assert.equal(read.card_last4, '4242');
  });

  it('may be captured later', async () => {
    const customer = randomUUID();
    const { payment_method_id } = await save(customer);
    const { body } = await charge(customer, payment_method_id, { capture_method: 'manual' });
    assert.equal(body.status, 'authorized');
  });

  it('12: a card saved through 3-D Secure is charged without it', async () => {
    const customer = randomUUID();
    const { redirect_url, id } = await save(customer, '4000002500003155');
    await shop.authenticate(redirect_url, 'complete');
    const { payment_method_id } = await shop.read(id);
    assert.equal((await charge(customer, payment_method_id)).body.status, 'completed');
  });

  it('12: 4000000000000341 saves, then is declined', async () => {
    const customer = randomUUID();
    const { payment_method_id } = await save(customer, '4000000000000341');
    const { status, body } = await charge(customer, payment_method_id);
    assert.equal(status, 400);
    assert.equal(body.status, 'failed');
    assert.equal(body.error_code, 'card_declined');
    assert.equal(body.payment_method_id, payment_method_id);
  });

  it('that is blocked is refused as invalid_status, and nothing is created', async () => {
    const customer = randomUUID();
    const { payment_method_id } = await save(customer);
    await change(payment_method_id, 'block', { reason: 'x' });
    const external_id = randomUUID();
    const { status, body } = await charge(customer, payment_method_id, { external_id });
    assert.equal(status, 400);
    assert.equal(body.error.code, 'invalid_status');
    assert.equal(body.error.param, 'payment_method_id');
    assert.equal('id' in body, false);
    assert.deepEqual((await shop.get(`/v1/payments?external_id=${external_id}`)).body.data, []);
  });

  it("that is unknown, malformed, another customer's or another merchant's is not found", async () => {
    const customer = randomUUID();
    const { payment_method_id } = await save(customer);
    const asked: [string, string, string][] = [
      [customer, 'pmi_0000000000000000000000', 'sk_test_demo'],
      [customer, 'nonsense', 'sk_test_demo'],
      [randomUUID(), payment_method_id, 'sk_test_demo'],
      [customer, payment_method_id, 'sk_test_other'],
    ];
    for (const [customer_id, id, key] of asked) {
      const body = { amount: 10, currency: 'usd', customer_id, payment_method_id: id };
      const answer = await shop.post('/v1/payments', body, { key });
      assert.equal(answer.status, 404);
      assert.equal(answer.body.error.code, 'not_found');
      assert.equal(answer.body.error.param, 'payment_method_id');
    }
  });

  it('with an expired card fails as expired_card', async () => {
    const customer = randomUUID();
    const now = new Date();
    const token = await shop.token(undefined, {
      exp_month: now.getUTCMonth() + 1,
      exp_year: now.getUTCFullYear(),
    });
    const { body: saved } = await shop.post('/v1/payments', {
      amount: 1,
      currency: 'usd',
      token,
      customer_id: customer,
      save_card: true,
    });
    await shop.advance(40 * 24 * 3600);
    const { status, body } = await charge(customer, saved.payment_method_id);
    assert.equal(status, 400);
    assert.equal(body.status, 'failed');
    assert.equal(body.error_code, 'expired_card');
  });
});
