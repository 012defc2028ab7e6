import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { openShop, type Shop } from '../zafapay/shop.ts';

let shop: Shop;
before(async () => {
  shop = await openShop();
});
after(() => shop.gateway.close());

const large = {
  name: 'Large amounts',
  action: 'review',
  conditions: [{ fact: 'amount', operator: 'at_least', amount: 500.5, currency: 'usd' }],
};

async function makeRule(body: object): Promise<{ id: string }> {
  const answer = await shop.post('/v1/risk/rules', body);
  assert.equal(answer.status, 201, answer.text);
  return answer.body;
}

async function removeRules(): Promise<void> {
  for (const { id } of (await shop.get('/v1/risk/rules')).body.data)
    await shop.call('DELETE', `/v1/risk/rules/${id}`);
}

/** A changed rule is in force once its process has heard of it, which takes a moment. */
async function payUntil(status: string, number?: string, fields: object = {}) {
  for (let tries = 0; ; tries++) {
    const answer = await shop.pay(number, fields);
    if (answer.body.status === status || tries === 50) {
      assert.equal(answer.body.status, status, answer.text);
      return answer;
    }
  }
}

test('a rule is made, read, listed, changed and removed', async () => {
  const made = await makeRule(large);
  assert.match(made.id, /^rule_[0-9A-Za-z]{22}$/);
  assert.deepEqual((await shop.get(`/v1/risk/rules/${made.id}`)).body, {
    ...large,
    id: made.id,
    status: 'enabled',
    created_at: (made as unknown as { created_at: string }).created_at,
    updated_at: (made as unknown as { updated_at: string }).updated_at,
  });
  assert.equal((await shop.get('/v1/risk/rules')).body.data.length, 1);
  const changed = await shop.call('PATCH', `/v1/risk/rules/${made.id}`, { status: 'disabled', name: 'Off' });
  assert.equal(changed.status, 200, changed.text);
  assert.equal(changed.body.status, 'disabled');
  assert.deepEqual(changed.body.conditions, large.conditions);
  const other = { key: 'sk_test_other' };
  for (const [method, body] of [
    ['GET', undefined],
    ['PATCH', { name: 'Mine' }],
    ['DELETE', undefined],
  ] as const)
    assert.equal((await shop.call(method, `/v1/risk/rules/${made.id}`, body, other)).status, 404);
  assert.deepEqual((await shop.call('DELETE', `/v1/risk/rules/${made.id}`)).body, {
    id: made.id,
    deleted: true,
  });
  assert.equal((await shop.get(`/v1/risk/rules/${made.id}`)).status, 404);
});

const refused: readonly [string, object, string][] = [
  [
    'a fact that there is not',
    { conditions: [{ fact: 'moon', operator: 'in', values: ['full'] }] },
    'conditions[0].fact',
  ],
  [
    'more decimals than the currency has',
    { conditions: [{ fact: 'amount', operator: 'below', amount: 1.5, currency: 'jpy' }] },
    'conditions[0].amount',
  ],
  ['no conditions', { conditions: [] }, 'conditions'],
  ['an action that there is not', { action: 'explode' }, 'action'],
  [
    'a list that there is not',
    { conditions: [{ fact: 'ip', operator: 'in_list', list: 'list_x' }] },
    'conditions[0].list',
  ],
  ['a card number in its name', { name: 'not 4242 4242 4242 4242' }, 'name'],
];
for (const [what, change, param] of refused) {
  test(`a rule is refused with ${what}`, async () => {
    const answer = await shop.post('/v1/risk/rules', { ...large, ...change });
    assert.equal(answer.status, 400, answer.text);
    assert.equal(answer.body.error.code, 'validation_error');
    assert.equal(answer.body.error.param, param);
  });
}

test('a publishable key may not see rules', async () => {
  assert.equal((await shop.get('/v1/risk/rules', { key: 'pk_test_demo' })).status, 403);
});

test('the same key makes one rule', async () => {
  const options = { headers: { 'idempotency-key': 'rule-1' } };
  const first = await shop.post('/v1/risk/rules', large, options);
  const again = await shop.post('/v1/risk/rules', large, options);
  assert.equal(again.text, first.text);
  assert.equal(again.headers.get('idempotent-replayed'), 'true');
  assert.equal((await shop.get('/v1/risk/rules')).body.data.length, 1);
  await removeRules();
});

test('a payment to be reviewed goes through, waits on the list, and is taken back when refused', async () => {
  await makeRule(large);
  await payUntilReviewed();
  const paid = await shop.pay('4242424242424242', { amount: 500.5 });
  assert.equal(paid.body.status, 'completed');
  const id = paid.body.transaction_id;
  const small = await shop.pay('4242424242424242', { amount: 500.49 });
  const { data } = (await shop.get('/v1/risk/reviews')).body;
  assert.equal(data[0].payment, id);
  assert.equal(data[0].review.status, 'open');
  const decisions = (await shop.get(`/v1/payments/${id}/risk`)).body.decisions;
  assert.equal(decisions.length, 1);
  assert.equal(decisions[0].rule.name, large.name);
  assert.equal(decisions[0].facts.amount, '500.50');
  assert.equal(decisions[0].facts.ip, '127.0.0.1', 'where the token was made');
  assert.deepEqual((await shop.get(`/v1/risk/decisions?payment=${id}`)).body.decisions, decisions);
  assert.equal((await shop.get(`/v1/payments/${id}/risk`, { key: 'sk_test_other' })).status, 404);
  const options = { headers: { 'idempotency-key': 'refuse-1' } };
  const verdict = await shop.post(`/v1/risk/reviews/${id}/refuse`, undefined, options);
  assert.deepEqual(verdict.body, { payment: id, review: 'refused', payment_status: 'refunded' });
  assert.equal((await shop.post(`/v1/risk/reviews/${id}/refuse`, undefined, options)).text, verdict.text);
  assert.equal((await shop.read(id)).status, 'refunded');
  assert.equal((await shop.post(`/v1/risk/reviews/${id}/approve`)).status, 400);
  assert.equal((await shop.post(`/v1/risk/reviews/${small.body.transaction_id}/approve`)).status, 400);
  await removeRules();
});

async function payUntilReviewed(): Promise<void> {
  for (let tries = 0; tries < 50; tries++) {
    await shop.pay('4242424242424242', { amount: 600 });
    if ((await shop.get('/v1/risk/reviews')).body.data.length > 0) return;
  }
  assert.fail('no payment was reviewed');
}

test('a card is blocked by naming a payment, a token or a saved card of it, never by its number', async () => {
  const list = (await shop.post('/v1/risk/lists', { name: 'Stolen', fact: 'fingerprint' })).body;
  const entries = `/v1/risk/lists/${list.id}/entries`;
  const condition = { fact: 'fingerprint', operator: 'in_list', list: list.id };
  await makeRule({ name: 'Stolen cards', action: 'block', conditions: [condition] });
  const paid = await payUntil('completed', '5555555555554444');
  const byPayment = await shop.post(entries, { payment: paid.body.transaction_id });
  assert.equal(byPayment.status, 201, byPayment.text);
  assert.match(byPayment.body.value, /^[0-9a-f]{64}$/);
  const byToken = await shop.post(entries, { token: await shop.token('5555555555554444') });
  assert.equal(byToken.body.value, byPayment.body.value, 'one card has one fingerprint');
  const failed = await payUntil('failed', '5555555555554444');
  assert.equal(failed.body.error_code, 'fraud_suspected');
  assert.equal((await shop.pay()).body.status, 'completed');
  assert.deepEqual((await shop.get(`/v1/risk/lists/${list.id}`)).body.entries, [byPayment.body.value]);
  assert.equal((await shop.post(entries, { value: '5555555555554444' })).status, 400);
  assert.equal((await shop.post(entries, { value: 'x', token: 'y' })).status, 400);
  assert.equal((await shop.post(entries, { token: 'tok_unknown' })).status, 404);
  const held = await shop.call('DELETE', `/v1/risk/lists/${list.id}`);
  assert.equal(held.body.error.code, 'invalid_state', 'a rule looks into it');
  assert.equal((await shop.call('DELETE', `${entries}/${byPayment.body.value}`)).body.deleted, true);
  await payUntil('completed', '5555555555554444');
  await removeRules();
  assert.equal((await shop.call('DELETE', `/v1/risk/lists/${list.id}`)).body.deleted, true);
});

test('networks are put on a list and taken off it by their own spelling', async () => {
  const list = (await shop.post('/v1/risk/lists', { name: 'Proxies', fact: 'ip' })).body;
  const entries = `/v1/risk/lists/${list.id}/entries`;
  assert.equal((await shop.post(entries, { value: '10.0.0.0/8' })).status, 201);
  assert.equal((await shop.post(entries, { value: '10.0.0.0/33' })).status, 400);
  const gone = await shop.call('DELETE', `${entries}/${encodeURIComponent('10.0.0.0/8')}`);
  assert.equal(gone.body.deleted, true, gone.text);
  assert.equal((await shop.call('DELETE', `${entries}/192.0.2.1`)).status, 404);
});

test('what happens when the rules cannot be asked is the merchant’s choice', async () => {
  assert.deepEqual((await shop.get('/v1/risk/settings')).body, { when_check_fails: 'authenticate' });
  const set = await shop.call('PATCH', '/v1/risk/settings', { when_check_fails: 'review' });
  assert.deepEqual(set.body, { when_check_fails: 'review' });
  assert.deepEqual((await shop.get('/v1/risk/settings')).body, { when_check_fails: 'review' });
  assert.equal((await shop.call('PATCH', '/v1/risk/settings', { when_check_fails: 'shrug' })).status, 400);
});

test('the sandbox lists cards by what the bank answers about address and code', async () => {
  const { cards } = (await shop.get('/sandbox/cards')).body;
  const card = cards.find((candidate: { cvc_result?: string }) => candidate.cvc_result === 'N');
  await makeRule({
    name: 'Wrong code',
    action: 'block',
    conditions: [{ fact: 'cvc_result', operator: 'in', values: ['N'] }],
  });
  const failed = await payUntil('failed', card.number);
  const book = await shop.get(
    `/sandbox/acquirer/authorizations?merchant_reference=${failed.body.transaction_id}`,
  );
  assert.equal(book.body.authorizations[0].status, 'reversed');
  const decisions = (await shop.get(`/v1/payments/${failed.body.transaction_id}/risk`)).body.decisions;
  assert.deepEqual(
    decisions.map(({ stage, action }: { stage: string; action: string }) => `${stage} ${action}`),
    ['before_authorization allow', 'after_authorization block'],
  );
  await removeRules();
});
