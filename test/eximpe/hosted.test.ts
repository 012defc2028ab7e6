import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { until } from '../support/until.ts';
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
    assert.match(form.text, /Demo Shop[\s\S]*₹1,249\.50/);
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

  test('a bad card is told at its field, neither number nor code comes back, and the session goes on', async () => {
    const { id, page } = await hosted();
    const bad: [fields: object, name: string, message: RegExp][] = [
      [{ number: '4895380110000004' }, 'number', /Enter the number as it stands on your card\./],
      [{ number: '' }, 'number', /Enter the number/],
      [{ cvv: '12' }, 'cvv', /Enter the three or four digits/],
      [{ expiry_month: '13' }, 'expiry_month', /Enter the month as a number from 01 to 12\./],
      [{ expiry_year: '' }, 'expiry_year', /Enter the year/],
      [{ expiry_year: '2020' }, 'expiry_year', /This card has expired\./],
      [{ cardholder_name: '' }, 'cardholder_name', /Enter the name/],
      [{ cardholder_name: '4895380110000003' }, 'cardholder_name', /Enter the name, not the number/],
      [{ number: '4539578763621486' }, 'number', /This card cannot be used here\./],
    ];
    for (const [fields, name, message] of bad) {
      const answer = await shop.follow(page, { ...typed, ...fields });
      assert.equal(answer.status, 422);
      assert.match(answer.text, message);
      assert.deepEqual(
        [...answer.text.matchAll(/<input id="([a-z_]+)"[^>]* aria-invalid="true"( autofocus)?/g)].map(
          ([, marked, focused]) => [marked, focused],
        ),
        [[name, ' autofocus']],
      );
      assert.doesNotMatch(answer.text, /value="[^"]*(4895|123)/);
      assert.match(answer.text, /<title>Error: /);
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

describe('5.7: where the flow lets customers try again', () => {
  const told = /This card did not go through\. You were not charged\./;
  before(async () => {
    await shop.gateway.testDatabase.pool.query(
      `update flows set retry_after_decline = true where merchant_id = 'mer_demo' and id = 'flow_default'`,
    );
    await until('the flow is read anew', async () => {
      const { page } = await hosted();
      return (await shop.follow(page, { ...typed, number: '4000000000000002' })).status === 303;
    });
  });

  /** Submits the form as it stands on the page now. */
  async function submit(page: string, number: string) {
    const [, tried = ''] = /name="cards_tried" value="(\d)"/.exec((await shop.follow(page)).text) ?? [];
    return shop.follow(page, { ...typed, number, cards_tried: tried });
  }

  test('a declined card leads back to the form, and a good one to the signed callback', async () => {
    const { id, page } = await hosted();
    const back = await submit(page, '4000000000000002');
    assert.deepEqual([back.status, back.headers.get('location')], [303, page]);
    assert.match((await shop.follow(page)).text, told);
    assert.equal((await shop.status(id)).status, 'payment_pending');
    const callback = readForm((await submit(page, '4895380110000003')).text);
    assert.equal(Object.fromEntries(callback.fields).status, 'captured');
    const { authorizations } = (await shop.get(`/sandbox/acquirer/authorizations?merchant_reference=${id}`))
      .body;
    assert.deepEqual(authorizations.map(({ live }: { live: boolean }) => live).sort(), [false, true]);
  });

  test('authentication that failed leads back to the form', async () => {
    const { page } = await hosted();
    const issuer = (await submit(page, '4000002500003155')).headers.get('location') ?? '';
    const decided = await shop.follow(issuer, { action: 'fail' });
    const back = await shop.submit(readForm(decided.text, issuer));
    assert.deepEqual([back.status, back.headers.get('location')], [303, page]);
    assert.match((await shop.follow(page)).text, told);
  });

  test('the fifth card that is declined ends it, and a form that was sent twice counts once', async () => {
    const { id, page } = await hosted();
    const stale = { ...typed, number: '4000000000000002', cards_tried: '0' };
    for (let card = 1; card < 5; card++) await submit(page, '4000000000000002');
    assert.equal((await shop.follow(page, stale)).status, 303);
    assert.equal((await shop.status(id)).status, 'payment_pending');
    const last = Object.fromEntries(readForm((await submit(page, '4000000000009995')).text).fields);
    assert.deepEqual([last.status, last.message], ['failed', 'Not enough balance']);
  });
});
