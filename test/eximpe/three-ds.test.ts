import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { newCard, openShop, type PageForm, readForm, type Shop } from './shop.ts';

let shop: Shop;
before(async () => {
  shop = await openShop();
});
after(() => shop.gateway.close());

const encryptionKey = 'demo_encryption_key';

function valuesOf(form: PageForm): Record<string, string> {
  return Object.fromEntries(form.fields);
}

/** The six signed values of a callback, in the contract's order. */
function hashOf(values: Record<string, string>): string {
  const signed = ['order_id', 'payment_id', 'status', 'mop_type', 'bank_ref_num', 'payment_completed_at'];
  const message = signed.map((name) => values[name] ?? '').join('|');
  return createHmac('sha256', encryptionKey).update(message).digest('hex');
}

describe('section 6: the round trip to the issuer', () => {
  test('the form leads straight to the page of the challenge, and the page needs no script', async () => {
    const { form } = await shop.order();
    const answer = await shop.submit(form);
    assert.equal(answer.status, 303);
    assert.equal(answer.headers.get('cache-control'), 'no-store');
    const page = await shop.follow(answer.headers.get('location') ?? '');
    assert.equal(page.status, 200);
    assert.match(page.text, /Demo Shop/);
    assert.match(page.text, /₹1,249\.50/);
    assert.doesNotMatch(page.text, /4895380110000003/);
  });

  test('a form with a foreign MD, or none, leads nowhere', async () => {
    const { id, form } = await shop.order();
    const other = await shop.order();
    const foreign = Object.fromEntries(other.form.fields).MD ?? '';
    for (const MD of [foreign, '', 'ab'.repeat(32)])
      assert.equal((await shop.follow(form.action, { ...valuesOf(form), MD })).status, 404);
    assert.equal((await shop.follow(form.action, {})).status, 404);
    const back = valuesOf(form).TermUrl ?? '';
    assert.equal((await shop.follow(back, { MD: foreign, PaRes: 'x' })).status, 404);
    assert.equal((await shop.status(id)).status, 'payment_pending');
  });

  test('an address that was never given out is a page that does not exist', async () => {
    const unknown = `${shop.gateway.url}/${'0'.repeat(64)}`;
    assert.equal((await shop.follow(`${unknown}/threeDSecure/method`, { MD: '1' })).status, 404);
    assert.equal((await shop.follow(`${unknown}/CommonPgResponseHandler`)).status, 404);
    assert.equal((await shop.follow(`${unknown}/CommonPgResponseHandler`, { PaRes: 'x' })).status, 404);
  });

  test('what the browser says of the outcome is not believed', async () => {
    const { id, form } = await shop.order();
    await shop.submit(form);
    const { TermUrl = '', MD = '' } = valuesOf(form);
    const forged = await shop.follow(TermUrl, { MD, PaRes: 'Y', cres: 'eyJ0cmFuc1N0YXR1cyI6IlkifQ' });
    assert.equal(forged.status, 200);
    assert.match(forged.text, /bank has not confirmed/);
    assert.equal((await shop.status(id)).status, 'payment_pending');
  });

  test('the page that posts back may stand in a frame of the merchant', async () => {
    const { form } = await shop.order();
    const back = await shop.comeBack(form, { otp: '123456' });
    assert.equal(back.headers.get('x-frame-options'), null);
    assert.match(back.headers.get('content-security-policy') ?? '', /frame-ancestors \*/);
    assert.match(back.text, /<button>Continue<\/button>/);
  });
});

describe('section 7: the callback', () => {
  test('success is posted to the return URL, its fields in order and signed', async () => {
    const { id, callback } = await shop.pay();
    assert.equal(callback.action, 'https://shop.example/eximpe/return');
    assert.deepEqual(
      callback.fields.map(([name]) => name),
      [
        'order_id',
        'payment_id',
        'status',
        'message',
        'mop_type',
        'bank_ref_num',
        'payment_completed_at',
        'hash',
      ],
    );
    const values = valuesOf(callback);
    assert.equal(values.order_id, id);
    assert.match(values.payment_id ?? '', /^PR[0-9]{10}$/);
    assert.equal(values.status, 'captured');
    assert.equal(values.message, 'Payment captured successfully');
    assert.equal(values.mop_type, 'DEBIT_CARD');
    assert.equal(values.bank_ref_num, `${id}-${values.payment_id}`);
    assert.match(values.payment_completed_at ?? '', /^\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}\+00:00$/);
    assert.equal(values.hash, hashOf(values));
    const status = await shop.status(id);
    assert.deepEqual(
      [status.status, status.status_message],
      ['payment_successful', 'Payment captured successfully'],
    );
  });

  const failures: [how: string, input: Record<string, string>, message: string][] = [
    ['code 111111', { otp: '111111' }, 'Bank declined the transaction'],
    ['code 222222', { otp: '222222' }, 'Not enough balance'],
    ['code 333333', { otp: '333333' }, 'Card has expired'],
    ['code 444444', { otp: '444444' }, 'Incorrect CVV provided'],
    ['code 555555', { otp: '555555' }, 'Network connectivity issues'],
    ['the button Fail', { action: 'fail' }, '3D Secure authentication failed'],
    ['Cancel', { action: 'cancel' }, 'Cancelled by user'],
  ];
  for (const [how, input, message] of failures) {
    test(`${how} ends in a signed failure: ${message}`, async () => {
      const { id, form } = await shop.order();
      const values = valuesOf(await shop.authenticate(form, input));
      assert.deepEqual(
        [values.status, values.message, values.bank_ref_num, values.payment_completed_at],
        ['failed', message, '', ''],
      );
      assert.equal(values.hash, hashOf(values));
      const status = await shop.status(id);
      assert.deepEqual([status.status, status.status_message], ['failed', message]);
    });
  }

  test('three wrong codes fail the authentication', async () => {
    const { id, form } = await shop.order();
    const issuer = (await shop.submit(form)).headers.get('location') ?? '';
    await shop.follow(issuer, { action: 'confirm', otp: '000000' });
    await shop.follow(issuer, { action: 'confirm', otp: '000000' });
    const third = await shop.follow(issuer, { action: 'confirm', otp: '000000' });
    await shop.submit(readForm(third.text, issuer));
    assert.equal((await shop.status(id)).status_message, '3D Secure authentication failed');
    assert.equal((await shop.get(`/pg/orders/${id}/`)).body.data.payments[0].error_code, '3DS_FAILED');
  });

  test('replays repeat the result and change nothing', async () => {
    const { id, form } = await shop.order();
    const first = await shop.comeBack(form, { otp: '123456' });
    const before = await shop.status(id);
    const { TermUrl = '', MD = '' } = valuesOf(form);
    const again = await shop.follow(TermUrl, { MD, PaRes: 'x' });
    const visited = await shop.follow(TermUrl);
    for (const replay of [again, visited]) {
      assert.equal(replay.status, 200);
      assert.deepEqual(readForm(replay.text), readForm(first.text));
    }
    const template = await shop.submit(form);
    assert.equal(template.status, 303);
    assert.equal(template.headers.get('location'), TermUrl);
    assert.deepEqual(await shop.status(id), before);
  });

  test('a return after 15 minutes is a failure: Session expired', async () => {
    const { id, form } = await shop.order();
    await shop.advance(901);
    const values = valuesOf(readForm((await shop.follow(valuesOf(form).TermUrl ?? '')).text));
    assert.deepEqual([values.status, values.message], ['failed', 'Session expired']);
    assert.equal(values.hash, hashOf(values));
    assert.equal((await shop.status(id)).status, 'failed');
  });

  test('a query on the return URL is kept', async () => {
    const { callback } = await shop.pay({ return_url: 'https://shop.example/back?ref=1&x=a%20b' });
    assert.equal(callback.action, 'https://shop.example/back?ref=1&x=a%20b');
  });

  test('without a return URL the customer ends on a page of ours', async () => {
    const { form } = await shop.order({ return_url: undefined });
    const back = await shop.comeBack(form, { otp: '123456' });
    assert.equal(back.status, 200);
    assert.match(back.text, /Payment successful/);
    assert.doesNotMatch(back.text, /<form/);
  });

  test('a bank that does not answer leaves the order pending, and the customer on a page that looks again', async () => {
    const { id, form } = await shop.order({
      card_details: { ...newCard, number: '4000009900000079' },
    });
    const back = await shop.comeBack(form, { otp: '123456' });
    assert.match(back.text, /being processed/);
    assert.notEqual(back.headers.get('refresh'), null);
    assert.equal((await shop.status(id)).status, 'payment_pending');
  });
});
