import assert from 'node:assert/strict';
import { test } from 'node:test';
import { minorUnits } from '../../domain/money.ts';
import type { ErrorDetails } from './field-problems.ts';
import { FieldProblems } from './field-problems.ts';
import { parseOrder } from './parse-order.ts';
import { type OrderBody, readOrderBody } from './schemas/order-body.ts';
import type { EximpeSettings } from './settings.ts';

const settings: EximpeSettings = {
  defaultVersion: { major: 1, text: '1.0.0' },
  versionRequired: false,
  accountType: 'merchant',
  webhookCase: 'lower',
  hsCodeRequired: true,
  amountMax: minorUnits(1_000_000_000n),
};
const now = new Date('2026-03-04T09:00:00Z');

const order = {
  amount: '1249.50',
  currency: 'INR',
  reference_id: 'SHOP-1042',
  collection_mode: 's2s',
  mop_type: 'debit_card',
  card_details: {
    number: '4895 3801 1000 0003',
    cardholder_name: 'Asha Rao',
    expiry_month: '5',
    expiry_year: 2030,
    cvv: '123',
    network: 'VISA',
  },
  buyer: {
    name: 'Asha Rao',
    email: 'asha@shop.example',
    phone: '+91 98000 00001',
    address: { line_1: '9 Lake Road', city: 'New Delhi', state: 'Delhi', postal_code: '682001' },
    ip_address: '203.0.113.20',
    user_agent: 'Mozilla/5.0',
  },
  product: { name: 'Annual plan', type_of_goods: 'service' },
};

type Change = (body: typeof order) => object;

function parse(change: Change, major: 1 | 2 = 1) {
  const body = readOrderBody(change(structuredClone(order))) as OrderBody;
  return parseOrder(body, { version: { major, text: `${major}.0.0` }, settings, now });
}

const card =
  (more: object): Change =>
  (body) => ({ ...body, card_details: { ...body.card_details, ...more } });
const without =
  (...names: string[]): Change =>
  (body) => ({
    ...body,
    card_details: Object.fromEntries(
      Object.entries(body.card_details).filter(([name]) => !names.includes(name)),
    ),
  });

test('5: an order with every spelling that is allowed is read', () => {
  const parsed = parse((body) => body);
  assert.ok(!(parsed instanceof FieldProblems));
  assert.equal(parsed.amount, 124950n);
  assert.equal(parsed.mopType, 'debit_card');
  assert.ok(parsed.card.kind === 'new');
  assert.equal(parsed.card.card.pan.reveal(), '4895380110000003');
  assert.deepEqual(parsed.card.card.expiry, { month: 5, year: 2030 });
});

const accepted: [name: string, change: Change, major?: 1 | 2][] = [
  ['the largest amount', (body) => ({ ...body, amount: '10000000.00' })],
  ['one paisa', (body) => ({ ...body, amount: '0.01' })],
  ['a card in its last month', card({ expiry_month: '03', expiry_year: '2026' })],
  [
    'four digits of CVV for American Express',
    card({ number: '378282246310005', network: 'amex', cvv: '1234' }),
  ],
  ['no HS code for services', (body) => body],
  [
    'a short address under version 2',
    (body) => ({ ...body, buyer: { ...body.buyer, address: { postal_code: '682001' } } }),
    2,
  ],
  [
    'a hosted order without a card',
    ({ card_details: _, ...body }) => ({ ...body, collection_mode: undefined }),
  ],
];
for (const [name, change, major] of accepted) {
  test(`5: ${name} is accepted`, () => {
    const parsed = parse(change, major);
    assert.deepEqual(parsed instanceof FieldProblems ? parsed.details : {}, {});
  });
}

const required = 'This field is required.';
const refused: [name: string, change: Change, details: ErrorDetails][] = [
  ['zero', (body) => ({ ...body, amount: '0.00' }), { amount: 'Amount must be greater than 0.' }],
  [
    'three decimals',
    (body) => ({ ...body, amount: '1.001' }),
    { amount: 'Amount must be a decimal number with at most 2 decimal places.' },
  ],
  [
    'more than the cap',
    (body) => ({ ...body, amount: '10000000.01' }),
    { amount: 'Amount must not be more than 10000000.00.' },
  ],
  [
    'a number that fails Luhn',
    card({ number: '4895380110000004' }),
    { card_details: { number: 'Invalid card number format.' } },
  ],
  [
    'a card past its month',
    card({ expiry_month: '02', expiry_year: '2026' }),
    { card_details: { expiry_month: 'The card has expired.' } },
  ],
  [
    'a card past its year',
    card({ expiry_year: '2025' }),
    { card_details: { expiry_year: 'The card has expired.' } },
  ],
  ['four digits of CVV for Visa', card({ cvv: '1234' }), { card_details: { cvv: 'CVV must be 3 digits.' } }],
  ['save_card without identifier', card({ save_card: true }), { card_details: { identifier: required } }],
  [
    'token without identifier',
    (body) => ({ ...body, card_details: { token: 'ab', network: 'visa' } }),
    { card_details: { identifier: required } },
  ],
  [
    'token and number',
    card({ token: 'ab', identifier: 'C1' }),
    { card_details: { token: 'Send either a token or a card number, not both.' } },
  ],
  ['neither token nor number', without('number'), { card_details: { number: required } }],
  ['a card without a CVV', without('cvv'), { card_details: { cvv: required } }],
  ['no card at all', ({ card_details: _, ...body }) => body, { card_details: required }],
  [
    'physical goods without an HS code',
    (body) => ({ ...body, product: { ...body.product, type_of_goods: 'goods' } }),
    { product: { hs_code: 'This field is required for physical goods.' } },
  ],
  [
    'no address lines under version 1',
    (body) => ({ ...body, buyer: { ...body.buyer, address: { postal_code: '682001' } } }),
    { buyer: { address: { line_1: required, city: required, state: required } } },
  ],
  [
    'no device',
    (body) => ({ ...body, buyer: { ...body.buyer, ip_address: null, user_agent: '' } }),
    { buyer: { ip_address: required, user_agent: required } },
  ],
  [
    'no IP address',
    (body) => ({ ...body, buyer: { ...body.buyer, ip_address: '203.0.113' } }),
    { buyer: { ip_address: 'Enter a valid IPv4 or IPv6 address.' } },
  ],
  [
    'a return URL that is no web address',
    (body) => ({ ...body, return_url: 'javascript:alert(1)' }),
    { return_url: 'Enter a valid URL.' },
  ],
  [
    'an impossible invoice date',
    (body) => ({ ...body, invoice: { number: 'INV_1', date: '2026-02-30' } }),
    { invoice: { date: 'This is not a date of the calendar.' } },
  ],
  [
    'a card number in the product name',
    (body) => ({ ...body, product: { ...body.product, name: 'Plan 4111 1111 1111 1111' } }),
    { product: { name: 'This field must not contain a card number.' } },
  ],
  [
    'a method that is not offered',
    (body) => ({ ...body, mop_type: 'UPI' }),
    { mop_type: '"upi" is not offered here; send credit_card or debit_card.' },
  ],
];
for (const [name, change, details] of refused) {
  test(`5: ${name} is refused with its message`, () => {
    const problems = parse(change);
    assert.ok(problems instanceof FieldProblems);
    assert.deepEqual(problems.details, details);
  });
}

test('5: a card number is allowed where the merchant chooses the id', () => {
  const parsed = parse((body) => ({ ...body, reference_id: '4111111111111111' }));
  assert.ok(!(parsed instanceof FieldProblems));
});
