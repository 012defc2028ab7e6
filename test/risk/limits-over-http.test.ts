import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { cardLimits } from '../../src/domain/risk/card-limits.ts';
import { startTestGateway } from '../support/gateway.ts';
import { openShop, Shop, validCard } from '../zafapay/shop.ts';
import { unlistedPan } from './cards.ts';

let shop: Shop;
let second: Shop;
before(async () => {
  shop = await openShop();
  second = new Shop(await startTestGateway({ shares: shop.gateway }));
});
after(async () => {
  await second.gateway.close();
  await shop.gateway.close();
});

const borne = cardLimits.find(({ scope }) => scope === 'address')?.failuresMax ?? 0;
const tokenOf = (from: Shop, number: string) =>
  from.post('/v1/tokens', { card: { ...validCard, number } }, { key: 'pk_test_demo' });

test('two gateways on one database share what was counted, and answer 429 with Retry-After', async () => {
  for (let index = 0; index < borne; index++) {
    const answer = await tokenOf(index % 2 === 0 ? shop : second, unlistedPan(index));
    assert.equal(answer.status, 400, answer.text);
    assert.equal(answer.body.error.code, 'tokenization_failed');
  }
  for (const from of [shop, second]) {
    const answer = await tokenOf(from, unlistedPan(borne));
    assert.equal(answer.status, 429);
    assert.equal(answer.body.error.code, 'rate_limit_exceeded');
    assert.equal(answer.body.error.type, 'api_error');
    assert.ok(!/address|bin|declin|limit of/i.test(answer.body.error.message), answer.body.error.message);
    assert.match(answer.headers.get('retry-after') ?? '', /^[1-9][0-9]*$/);
    assert.equal(answer.headers.get('access-control-allow-origin'), '*', 'a page may read it');
  }
});

test('the EximPe dialect refuses the same in its own shape', async () => {
  const headers = { 'x-client-id': '1000000001', 'x-client-secret': 'demo_secret' };
  const body = {
    identifier: 'cust_1',
    card_number: unlistedPan(7777),
    cardholder_name: 'Ada Example',
    expiry_month: '12',
    expiry_year: '2040',
    network: 'visa',
    card_holder_consent: true,
  };
  const answer = await shop.post('/pg/tokens/', body, { key: null, headers });
  assert.equal(answer.status, 429, answer.text);
  assert.equal(answer.body.success, false);
  assert.equal(answer.body.error.code, 'ERR_RATE_LIMIT_001');
  assert.match(answer.headers.get('retry-after') ?? '', /^[1-9][0-9]*$/);
});

test('listed test cards meet no limit, even from an address that is held off', async () => {
  for (let round = 0; round < 30; round++) {
    const answer = await shop.pay(round % 2 === 0 ? '4242424242424242' : '4000000000000002');
    assert.notEqual(answer.status, 429);
  }
  assert.equal((await tokenOf(second, unlistedPan(1))).status, 429, 'the address is still held off');
});
