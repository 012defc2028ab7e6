import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { openShop, orderBody, readForm, type Shop } from './shop.ts';

let shop: Shop;
before(async () => {
  shop = await openShop();
});
after(() => shop.gateway.close());

const typed = {
  action: 'pay',
  number: '4895 3801 1000 0003',
  cardholder_name: 'Asha Rao',
  expiry_month: '5',
  expiry_year: '40',
  cvv: '123',
};

/** A hosted order: its number and the address of its page. */
async function hosted(): Promise<{ readonly id: string; readonly page: string }> {
  const { card_details: _, ...body } = orderBody({ collection_mode: undefined });
  const { data } = (await shop.post('/pg/orders/', body)).body;
  assert.equal(data.checkout_url, `${shop.gateway.url}/${data.session_id}/checkout`);
  return { id: data.order_id, page: data.checkout_url };
}

describe('5.7: the page of a hosted order', () => {
  test('shows the merchant and the amount, and takes a card to the signed callback', async () => {
    const { id, page } = await hosted();
    const form = await shop.follow(page);
    assert.equal(form.status, 200);
    assert.match(form.text, /Demo Shop[\s\S]*INR 1249\.50/);
    const callback = readForm((await shop.follow(page, typed)).text);
    assert.equal(callback.action, 'https://shop.example/eximpe/return');
    assert.equal(Object.fromEntries(callback.fields).status, 'captured');
    assert.equal((await shop.status(id)).status, 'payment_successful');
    assert.deepEqual(readForm((await shop.follow(page)).text), callback);
    assert.deepEqual(readForm((await shop.follow(page, typed)).text), callback);
  });

  test('an issuer that wants to see the cardholder does', async () => {
    const { id, page } = await hosted();
    const toIssuer = await shop.follow(page, { ...typed, number: '4000002500003155' });
    assert.equal(toIssuer.status, 303);
    const issuer = toIssuer.headers.get('location') ?? '';
    const decided = await shop.follow(issuer, { action: 'confirm', otp: '123456' });
    const callback = readForm((await shop.submit(readForm(decided.text, issuer))).text);
    assert.equal(Object.fromEntries(callback.fields).status, 'captured');
    assert.equal((await shop.status(id)).status, 'payment_successful');
  });

  test('a bad card is told at its field, nothing typed comes back, and the session goes on', async () => {
    const { id, page } = await hosted();
    const bad: [fields: object, message: RegExp][] = [
      [{ number: '4895380110000004' }, /Invalid card number format\./],
      [{ number: '' }, /This field is required\./],
      [{ cvv: '12' }, /CVV must be 3 digits\./],
      [{ expiry_year: '2020' }, /The card has expired\./],
      [{ number: '4539578763621486' }, /id="number-problem"/],
    ];
    for (const [fields, message] of bad) {
      const answer = await shop.follow(page, { ...typed, ...fields });
      assert.equal(answer.status, 422);
      assert.match(answer.text, message);
      assert.doesNotMatch(answer.text, /value="(?!pay"|cancel")/);
    }
    assert.equal((await shop.status(id)).status, 'payment_pending');
  });

  test('Cancel is a failure: Cancelled by user', async () => {
    const { id, page } = await hosted();
    const callback = Object.fromEntries(
      readForm((await shop.follow(page, { action: 'cancel' })).text).fields,
    );
    assert.deepEqual([callback.status, callback.message], ['failed', 'Cancelled by user']);
    const status = await shop.status(id);
    assert.deepEqual([status.status, status.status_message], ['failed', 'Cancelled by user']);
  });

  test('a declined card fails the order', async () => {
    const { page } = await hosted();
    const answer = await shop.follow(page, { ...typed, number: '4000000000009995' });
    const callback = Object.fromEntries(readForm(answer.text).fields);
    assert.deepEqual([callback.status, callback.message], ['failed', 'Not enough balance']);
  });

  test('a session that was never made is a page that does not exist', async () => {
    const { page } = await hosted();
    const other = page.replace(/\/[0-9a-f]{64}\//, `/${'1'.repeat(64)}/`);
    assert.equal((await shop.follow(other)).status, 404);
    assert.equal((await shop.follow(other, typed)).status, 404);
  });
});
