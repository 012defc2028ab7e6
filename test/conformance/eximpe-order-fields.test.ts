import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { newCard, newReference, openShop, orderBody, type Shop } from '../eximpe/shop.ts';

let shop: Shop;

before(async () => {
  shop = await openShop();
});
after(() => shop.gateway.close());

/** A field, what is sent in it, and the field at which it is refused; null when it is taken. */
type Case = readonly [what: string, fields: object, refusedAt: string | null];

async function hold(fields: object, refusedAt: string | null, headers?: Readonly<Record<string, string>>) {
  const { status, body } = await shop.post('/pg/orders/', orderBody(fields), headers);
  if (refusedAt === null) {
    assert.equal(status, 200, JSON.stringify(body));
    return;
  }
  assert.deepEqual([status, body.error?.code], [400, 'ERR_ORDER_002']);
  assert.deepEqual(pathsOf(body.error.details), [refusedAt]);
}

function pathsOf(details: object, prefix = ''): string[] {
  return Object.entries(details).flatMap(([name, value]) =>
    typeof value === 'string' ? [prefix + name] : pathsOf(value as object, `${prefix}${name}.`),
  );
}

const word = (refusedAt: string | null) => (refusedAt === null ? 'is taken' : `is refused at ${refusedAt}`);

describe('[eximpe 5.1] the order’s own fields', () => {
  const cases: Case[] = [
    ['amount "1"', { amount: '1' }, null],
    ['amount "1.5"', { amount: '1.5' }, null],
    ['amount "0.01"', { amount: '0.01' }, null],
    ['amount "10000000.00"', { amount: '10000000.00' }, null],
    ['amount 10000000', { amount: 10000000 }, null],
    ['amount "10000000.01"', { amount: '10000000.01' }, 'amount'],
    ['amount "1.005"', { amount: '1.005' }, 'amount'],
    ['amount "-1"', { amount: '-1' }, 'amount'],
    ['amount "1,000"', { amount: '1,000' }, 'amount'],
    ['amount true', { amount: true }, 'amount'],
    ['amount ""', { amount: '' }, 'amount'],
    ['currency "EUR"', { currency: 'EUR' }, 'currency'],
    ['no currency', { currency: undefined }, 'currency'],
    ['no reference', { reference_id: undefined }, 'reference_id'],
    ['a reference of 50 characters', { reference_id: `${newReference()}-`.padEnd(50, 'x') }, null],
    ['a reference of 51', { reference_id: 'x'.repeat(51) }, 'reference_id'],
    ['a reference with a point', { reference_id: 'a.b' }, 'reference_id'],
    ['a return URL with a query', { return_url: 'https://shop.example/back?ref=1' }, null],
    ['no return URL', { return_url: undefined }, null],
    ['a relative return URL', { return_url: '/back' }, 'return_url'],
    ['a return URL with a password', { return_url: 'https://a:b@shop.example/' }, 'return_url'],
    ['an unknown collection_mode', { collection_mode: 'iframe' }, 'collection_mode'],
    ['no mop_type for s2s', { mop_type: undefined }, 'mop_type'],
    ['a method that is not a card', { mop_type: 'upi' }, 'mop_type'],
    ['s2s without card_details', { card_details: undefined }, 'card_details'],
    ['card_details that is a text', { card_details: '4895' }, 'card_details'],
    ['no buyer', { buyer: undefined }, 'buyer'],
  ];
  for (const [what, fields, refusedAt] of cases)
    test(`${what} ${word(refusedAt)}`, () => hold(fields, refusedAt));

  test('without collection_mode the order is hosted, and a card that comes along is left unread', async () => {
    const { status, body } = await shop.post('/pg/orders/', orderBody({ collection_mode: undefined }));
    assert.equal(status, 200);
    assert.match(body.data.session_id, /^[0-9a-f]{64}$/);
    const { body: cards } = await shop.get(`/pg/orders/${body.data.order_id}/`);
    assert.equal(cards.data.status, 'payment_pending');
  });
});

describe('[eximpe 5.2] card details', () => {
  const card = (fields: object) => ({ card_details: { ...newCard, ...fields } });
  const cases: Case[] = [
    ['a number with spaces', card({ number: '4895 3801 1000 0003' }), null],
    ['a number with dashes', card({ number: '4895-3801-1000-0003' }), null],
    ['a number of 11 digits', card({ number: '48953801100' }), 'card_details.number'],
    ['a number of 20 digits', card({ number: '48953801100000030000' }), 'card_details.number'],
    ['a number that is a JSON number', card({ number: 4895380110000003 }), 'card_details.number'],
    ['no cardholder', card({ cardholder_name: undefined }), 'card_details.cardholder_name'],
    ['a cardholder of 128 characters', card({ cardholder_name: 'a'.repeat(128) }), null],
    ['a cardholder of 129', card({ cardholder_name: 'a'.repeat(129) }), 'card_details.cardholder_name'],
    ['month "05"', card({ expiry_month: '05' }), null],
    ['month "5"', card({ expiry_month: '5' }), null],
    ['month 5', card({ expiry_month: 5 }), null],
    ['month "13"', card({ expiry_month: '13' }), 'card_details.expiry_month'],
    ['month "00"', card({ expiry_month: '00' }), 'card_details.expiry_month'],
    ['year 2040', card({ expiry_year: 2040 }), null],
    ['year "40"', card({ expiry_year: '40' }), 'card_details.expiry_year'],
    ['a year that is over', card({ expiry_year: '2024' }), 'card_details.expiry_year'],
    ['no cvv', card({ cvv: undefined }), 'card_details.cvv'],
    ['a cvv of two digits', card({ cvv: '12' }), 'card_details.cvv'],
    ['a cvv of four for visa', card({ cvv: '1234' }), 'card_details.cvv'],
    ['a cvv of four for amex', card({ number: '378282246310005', network: 'amex', cvv: '1234' }), null],
    ['no network', card({ network: undefined }), 'card_details.network'],
    ['a network that nobody lists', card({ network: 'jcb' }), 'card_details.network'],
    ['a nickname of 64 characters', card({ nickname: 'a'.repeat(64) }), null],
    ['a nickname of 65', card({ nickname: 'a'.repeat(65) }), 'card_details.nickname'],
    ['save_card with an identifier', card({ save_card: true, identifier: 'C-52' }), null],
    ['save_card without one', card({ save_card: true }), 'card_details.identifier'],
    ['save_card "yes"', card({ save_card: 'yes', identifier: 'C-52' }), 'card_details.save_card'],
    ['a card of another kind than mop_type says', { mop_type: 'credit_card' }, null],
    ['token and number at once', card({ token: '0'.repeat(22), identifier: 'C-52' }), 'card_details.token'],
    ['neither', card({ number: undefined }), 'card_details.number'],
    [
      'a token without its identifier',
      { card_details: { token: '0'.repeat(22), network: 'visa' } },
      'card_details.identifier',
    ],
    [
      'a token that nobody has',
      { card_details: { token: '0'.repeat(22), network: 'visa', identifier: 'C-52' } },
      'card_details.token',
    ],
  ];
  for (const [what, fields, refusedAt] of cases)
    test(`${what} ${word(refusedAt)}`, () => hold(fields, refusedAt));

  test('a saved card pays under its own identifier and network alone; a cvv is ignored', async () => {
    const identifier = newReference();
    const saved = await shop.post('/pg/tokens/', { ...newCard, identifier });
    const token = saved.body.data.card_token;
    await hold({ card_details: { token, identifier, network: 'visa', cvv: '999' } }, null);
    await hold({ card_details: { token, identifier, network: 'rupay' } }, 'card_details.network');
    await hold({ card_details: { token, identifier: 'another', network: 'visa' } }, 'card_details.token');
  });
});

describe('[eximpe 5.3] the buyer', () => {
  const { buyer } = orderBody();
  const of = (fields: object) => ({ buyer: { ...buyer, ...fields } });
  const at = (fields: object) => of({ address: { ...buyer.address, ...fields } });
  const cases: Case[] = [
    ['a name with points, dashes and an apostrophe', of({ name: "Dr. Asha O'Rao-Iyer, Jr." }), null],
    ['a name with a digit', of({ name: 'Asha 2' }), 'buyer.name'],
    ['no name', of({ name: undefined }), 'buyer.name'],
    ['an e-mail without a domain', of({ email: 'asha' }), 'buyer.email'],
    ['a phone with spaces', of({ phone: '+91 98000 00001' }), null],
    ['a phone without its country', of({ phone: '9800000001' }), 'buyer.phone'],
    ['no address', of({ address: undefined }), 'buyer.address'],
    ['no second line', at({ line_2: undefined }), null],
    ['no first line', at({ line_1: undefined }), 'buyer.address.line_1'],
    ['a city of two words', at({ city: 'New Delhi' }), null],
    ['a city with a digit', at({ city: 'Sector 9' }), 'buyer.address.city'],
    ['no state', at({ state: undefined }), 'buyer.address.state'],
    ['a postal code of five characters', at({ postal_code: '68200' }), 'buyer.address.postal_code'],
    ['a postal code as a number', at({ postal_code: 682001 }), null],
    ['an IPv6 address', of({ ip_address: '2001:db8::1' }), null],
    ['an IP address out of range', of({ ip_address: '203.0.113.256' }), 'buyer.ip_address'],
    ['no IP address', of({ ip_address: undefined }), 'buyer.ip_address'],
    ['no user agent', of({ user_agent: undefined }), 'buyer.user_agent'],
    ['an empty user agent', of({ user_agent: '' }), 'buyer.user_agent'],
  ];
  for (const [what, fields, refusedAt] of cases)
    test(`${what} ${word(refusedAt)}`, () => hold(fields, refusedAt));

  test('version 2 does without lines, city and state', async () => {
    const fields = of({ address: { postal_code: '682001' } });
    await hold(fields, null, { 'x-api-version': '2.0.0' });
  });
});
