import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import {
  newCard,
  newReference,
  openShop,
  orderBody,
  otherCredentials,
  readGuide,
  type Shop,
} from './shop.ts';

let shop: Shop;
before(async () => {
  shop = await openShop();
});
after(() => shop.gateway.close());

const required = 'This field is required.';

describe('section 5: POST /pg/orders/', () => {
  test('answers 200 with the order number and the ACS template', async () => {
    const answer = await shop.post('/pg/orders/', orderBody());
    assert.equal(answer.status, 200);
    assert.equal(answer.body.success, true);
    assert.equal(answer.body.message, 'S2S Card Payment Request created successfully');
    assert.deepEqual(Object.keys(answer.body.data), ['order_id', 'acs_template']);
    assert.match(answer.body.data.order_id, /^OD[0-9]{10}$/);
    assert.equal((await shop.status(answer.body.data.order_id)).status, 'payment_pending');
  });

  test('answers the path without the slash too, without redirecting', async () => {
    const answer = await shop.post('/pg/orders', orderBody());
    assert.equal(answer.status, 200);
    assert.match(answer.body.data.order_id, /^OD/);
  });

  const accepted: [name: string, fields: object][] = [
    ['an amount as a JSON number', { amount: 1000 }],
    ['an amount without decimals', { amount: '1000' }],
    ['choices in upper case', { mop_type: 'CREDIT_CARD', collection_mode: 'S2S', currency: 'inr' }],
    [
      'choices with dashes and spaces',
      { mop_type: 'debit-card', product: { name: 'X', type_of_goods: 'Digital goods' } },
    ],
    ['a card number with spaces', { card_details: { ...newCard, number: '4895 3801 1000 0003' } }],
    ['month and year as integers', { card_details: { ...newCard, expiry_month: 5, expiry_year: 2040 } }],
    ['no return URL', { return_url: undefined }],
    ['no invoice', { invoice: undefined }],
    ['members that are not known', { utm: 'x', buyer: { ...orderBody().buyer, country: 'IN' } }],
    ['an underscore in the reference', { reference_id: `A_${newReference()}` }],
    ['a return URL on loopback, in the sandbox', { return_url: 'http://127.0.0.1:9/back?ref=1' }],
    ['a mop_type that differs from the card', { mop_type: 'credit_card' }],
  ];
  for (const [name, fields] of accepted) {
    test(`accepts ${name}`, async () => {
      const answer = await shop.post('/pg/orders/', orderBody(fields));
      assert.equal(answer.status, 200, answer.text);
    });
  }

  const { buyer } = orderBody();
  const refused: [name: string, fields: object, details: object][] = [
    ['no amount', { amount: undefined }, { amount: required }],
    ['a zero amount', { amount: '0.00' }, { amount: 'Amount must be greater than 0.' }],
    [
      'an exponent',
      { amount: '1e3' },
      { amount: 'Amount must be a decimal number with at most 2 decimal places.' },
    ],
    ['another currency', { currency: 'USD' }, { currency: '"USD" is not a valid choice.' }],
    [
      'a long reference',
      { reference_id: 'a'.repeat(51) },
      { reference_id: 'Ensure this field has no more than 50 characters.' },
    ],
    [
      'a reference with a space',
      { reference_id: 'a b' },
      { reference_id: 'Reference ID may contain only letters, numbers, dashes and underscores.' },
    ],
    ['an unknown mop_type', { mop_type: 'cash' }, { mop_type: '"cash" is not a valid choice.' }],
    ['no card', { card_details: undefined }, { card_details: required }],
    [
      'a number that fails Luhn',
      { card_details: { ...newCard, number: '4895380110000004' } },
      { card_details: { number: 'Invalid card number format.' } },
    ],
    [
      'letters in the number',
      { card_details: { ...newCard, number: '4895abcd' } },
      { card_details: { number: 'Invalid card number format.' } },
    ],
    [
      'an unknown network',
      { card_details: { ...newCard, network: 'jcb' } },
      { card_details: { network: '"jcb" is not a valid choice.' } },
    ],
    [
      'an expired card',
      { card_details: { ...newCard, expiry_year: '2020' } },
      { card_details: { expiry_year: 'The card has expired.' } },
    ],
    [
      'a token that nobody has',
      { card_details: { token: '1e6709282a21e83f43a020', identifier: 'EX0001', network: 'visa' } },
      { card_details: { token: 'Invalid card token' } },
    ],
    [
      'save_card without identifier',
      { card_details: { ...newCard, save_card: true } },
      { card_details: { identifier: required } },
    ],
    [
      'no device of the customer',
      { buyer: { ...buyer, ip_address: undefined, user_agent: undefined } },
      { buyer: { ip_address: required, user_agent: required } },
    ],
    [
      'nothing of the buyer',
      { buyer: {} },
      { buyer: { name: required, email: required, phone: required, address: required } },
    ],
    [
      'a phone without a country',
      { buyer: { ...buyer, phone: '9800000001' } },
      { buyer: { phone: 'Phone must be in E.164 format, for example +919800000001.' } },
    ],
    [
      'physical goods without an HS code',
      { product: { name: 'X', type_of_goods: 'physical_goods' } },
      { product: { hs_code: 'This field is required for physical goods.' } },
    ],
    [
      'a return URL that is not https',
      { return_url: 'http://shop.example/' },
      { return_url: 'The return URL must use https.' },
    ],
    [
      'a card number among the words',
      { product: { name: 'Pay 4111111111111111', type_of_goods: 'service' } },
      { product: { name: 'This field must not contain a card number.' } },
    ],
    [
      'a card that the sandbox does not list',
      { card_details: { ...newCard, number: '4539578763621486' } },
      { card_details: { number: undefined } },
    ],
  ];
  for (const [name, fields, details] of refused) {
    test(`refuses ${name} with 400 ERR_ORDER_002 and says where`, async () => {
      const answer = await shop.post('/pg/orders/', orderBody(fields));
      assert.equal(answer.status, 400);
      assert.equal(answer.body.success, false);
      const { error } = answer.body;
      assert.deepEqual([error.code, error.message], ['ERR_ORDER_002', 'Validation error']);
      if (JSON.stringify(details).includes('{}'))
        assert.equal(typeof error.details.card_details.number, 'string');
      else assert.deepEqual(error.details, details);
    });
  }

  test('a body that is no JSON is told as a parse error', async () => {
    const answer = await shop.post('/pg/orders/', '{"amount":');
    assert.equal(answer.status, 400);
    assert.deepEqual(answer.body, {
      success: false,
      error: { code: 'ERR_ORDER_002', message: 'Validation error', details: { error: 'JSON parse error' } },
    });
  });

  test('an address that is not percent-encoded UTF-8 is told as such, not as a body', async () => {
    const answer = await shop.get('/pg/orders/%E0%A4%A/status/');
    assert.equal(answer.status, 400);
    assert.match(answer.body.error.details.error, /address/);
  });

  test('5.1: a reference is taken while its order is pending or paid, and free after it failed', async () => {
    const reference_id = newReference();
    const refusedAs = { reference_id: 'Reference ID must be unique' };
    const { form } = await shop.order({ reference_id });
    const pending = await shop.post('/pg/orders/', orderBody({ reference_id }));
    assert.deepEqual([pending.status, pending.body.error.details], [400, refusedAs]);
    await shop.authenticate(form, { action: 'cancel' });
    const { id } = await shop.pay({ reference_id });
    assert.equal((await shop.status(id)).status, 'payment_successful');
    const paid = await shop.post('/pg/orders/', orderBody({ reference_id }));
    assert.deepEqual([paid.status, paid.body.error.details], [400, refusedAs]);
  });

  test('5.1: references belong to one merchant', async () => {
    const reference_id = newReference();
    await shop.order({ reference_id });
    assert.equal((await shop.post('/pg/orders/', orderBody({ reference_id }), otherCredentials)).status, 200);
  });

  test('5.1: amounts up to the cap are taken', async () => {
    const most = await shop.post('/pg/orders/', orderBody({ amount: '10000000.00' }));
    assert.equal(most.status, 200, most.text);
    const more = await shop.post('/pg/orders/', orderBody({ amount: '10000000.01' }));
    assert.deepEqual(more.body.error.details, { amount: 'Amount must not be more than 10000000.00.' });
  });

  test('5.3: version 2 takes a buyer without address lines', async () => {
    const short = { ...buyer, address: { postal_code: '682001' } };
    const second = await shop.post('/pg/orders/', orderBody({ buyer: short }), { 'x-api-version': '2.0.0' });
    assert.equal(second.status, 200, second.text);
    const first = await shop.post('/pg/orders/', orderBody({ buyer: short }));
    assert.deepEqual(first.body.error.details, {
      buyer: { address: { line_1: required, city: required, state: required } },
    });
  });

  test('5.7: without a challenge there is no template, and the payment is final', async () => {
    const answer = await shop.post(
      '/pg/orders/',
      orderBody({ card_details: { ...newCard, number: '4000009700000014' } }),
    );
    assert.equal(answer.status, 200);
    assert.deepEqual(Object.keys(answer.body.data), ['order_id']);
    assert.equal((await shop.status(answer.body.data.order_id)).status, 'payment_successful');
  });

  test('5.7: hosted mode answers a session and no template', async () => {
    const { card_details: _, ...body } = orderBody({ collection_mode: 'hosted_payment' });
    const answer = await shop.post('/pg/orders/', body);
    assert.equal(answer.body.message, 'Checkout session created successfully');
    assert.match(answer.body.data.session_id, /^[0-9a-f]{64}$/);
    assert.equal((await shop.status(answer.body.data.order_id)).status, 'payment_pending');
  });

  test('no card data is kept with the order or written to the log', async () => {
    const { rows } = await shop.gateway.testDatabase.pool.query(
      'select details::text || metadata::text as kept from payments',
    );
    assert.ok(rows.length > 0);
    for (const { kept } of rows) assert.doesNotMatch(kept, /4895380110000003|cvv|"number": "4/);
    assert.doesNotMatch(shop.gateway.logLines.join('\n'), /4895380110000003|demo_secret/);
  });
});

describe('5.6: the requests of the guide, as printed', () => {
  const guide = readGuide();
  test('the guide is at hand', (t) => {
    if (guide === null) t.diagnostic('../shared/seeds is absent: the guide’s own requests are not sent here');
  });
  if (guide === null) return;
  const requests = [...guide.matchAll(/```json[^\n]*\n([\s\S]*?)```/g)]
    .map(([, json = '']) => json)
    .filter((json) => json.includes('"buyer"'));

  test('a new card is paid, saved, and paid again by its token', async () => {
    const [first = '', again = ''] = requests;
    const created = await shop.post('/pg/orders/', first);
    assert.equal(created.status, 200, created.text);
    const callback = await shop.authenticate(formOf(created.body.data.acs_template), { otp: '123456' });
    assert.equal(callback.action, 'https://yoursite.com/payment/callback/');
    assert.equal(Object.fromEntries(callback.fields).status, 'captured');
    const cards = await shop.get('/pg/tokens/?identifier=EX0001');
    assert.equal(cards.body.data.length, 1);
    const [card] = cards.body.data;
    assert.equal(card.nickname, 'VISA Debit');
    const body = again.replace(/"token": "[0-9a-f]+"/, `"token": "${card.card_token}"`);
    const second = await shop.post('/pg/orders/', body);
    assert.equal(second.status, 200, second.text);
    await shop.authenticate(formOf(second.body.data.acs_template), { otp: '123456' });
    assert.equal((await shop.status(second.body.data.order_id)).status, 'payment_successful');
  });

  test('its request to save a card answers a token', async () => {
    const [, json = ''] = /POST \/pg\/tokens\/\n(\{[\s\S]*?\})/.exec(guide) ?? [];
    const answer = await shop.post('/pg/tokens/', json, otherCredentials);
    assert.equal(answer.status, 200, answer.text);
    assert.match(answer.body.data.card_token, /^[0-9a-f]{22}$/);
  });
});

function formOf(template: string) {
  const html = atob(template);
  const inputs = [...html.matchAll(/<input type="hidden" name="([^"]*)" value="([^"]*)"/g)];
  return {
    action: /action="([^"]*)"/.exec(html)?.[1] ?? '',
    fields: inputs.map(([, name = '', value = '']) => [name, value] as const),
  };
}
