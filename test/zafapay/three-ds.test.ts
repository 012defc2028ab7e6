import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { until } from '../support/until.ts';
import { openShop, readForm, type Shop } from './shop.ts';

const challenged = '4000002500003155';
let shop: Shop;
before(async () => {
  shop = await openShop();
});
after(() => shop.gateway.close());

const pay = async (fields: object = {}) =>
  (await shop.pay(challenged, { return_url: 'https://shop.example/done', ...fields })).body;

describe('8.1 server-to-server payments with 3-D Secure', () => {
  const endings: ['complete' | 'fail' | 'cancel', string, string, string | null][] = [
    ['complete', 'succeeded', 'completed', null],
    ['fail', 'failed', 'failed', 'authentication_failed'],
    ['cancel', 'failed', 'failed', 'authentication_failed'],
  ];
  for (const [button, returned, status, errorCode] of endings) {
    it(`${button}: 303 to return_url with status=${returned}, and the payment is ${status} before the browser arrives`, async () => {
      const payment = await pay();
      const back = await shop.authenticate(payment.redirect_url, button);
      assert.equal(back.status, 303);
      assert.equal(back.headers.get('location'), `https://shop.example/done?status=${returned}`);
      const read = await shop.read(payment.id);
      assert.equal(read.status, status);
      assert.equal(read.error_code, errorCode);
    });
  }

  const withoutPage: [string, string, string][] = [
    ['refuses', '4000009700000048', 'authentication_failed'],
    ['cannot authenticate', '4000009700000030', 'issuer_unavailable'],
  ];
  for (const [answers, number, errorCode] of withoutPage) {
    it(`an issuer that ${answers} without a page: 400 failed with ${errorCode}, the customer was there`, async () => {
      const { status, body } = await shop.pay(number, { return_url: 'https://shop.example/done' });
      assert.deepEqual([status, body.status, body.error_code], [400, 'failed', errorCode]);
      const { rows } = await shop.gateway.testDatabase.pool.query(
        'select state, decline_reason from attempts where payment_id = $1',
        [body.transaction_id],
      );
      assert.deepEqual(rows, [{ state: 'declined', decline_reason: 'authentication_required' }]);
    });
  }

  it('with capture_method manual it ends authorized, and returns succeeded', async () => {
    const payment = await pay({ capture_method: 'manual' });
    const back = await shop.authenticate(payment.redirect_url, 'complete');
    assert.equal(back.headers.get('location'), 'https://shop.example/done?status=succeeded');
    assert.equal((await shop.read(payment.id)).status, 'authorized');
  });

  const addresses: [string, string][] = [
    ['https://shop.example/done?order=7&x=%20', 'https://shop.example/done?order=7&x=%20&status=succeeded'],
    ['https://shop.example/#/done', 'https://shop.example/?status=succeeded#/done'],
    ['https://shop.example/?status=pending&a=1', 'https://shop.example/?status=succeeded&a=1'],
    ['http://localhost:3000/done', 'http://localhost:3000/done?status=succeeded'],
  ];
  for (const [address, expected] of addresses) {
    it(`keeps query and fragment of ${address}`, async () => {
      const payment = await pay({ return_url: address });
      const back = await shop.authenticate(payment.redirect_url, 'complete');
      assert.equal(back.headers.get('location'), expected);
    });
  }

  it('redirect_url and the way back repeat the same redirect once the outcome is there', async () => {
    const payment = await pay();
    const first = await shop.authenticate(payment.redirect_url, 'complete');
    const location = first.headers.get('location');
    const again = await shop.follow(payment.redirect_url);
    assert.equal(again.status, 303);
    assert.equal(again.headers.get('location'), location);
    const token = new URL(payment.redirect_url).searchParams.get('token');
    for (const form of [undefined, { cres: 'e30' }]) {
      const back = await shop.follow(`${shop.gateway.url}/3ds/return/${token}`, form);
      assert.equal(back.headers.get('location'), location);
    }
    const { body } = await shop.get(
      `/sandbox/acquirer/authorizations?merchant_reference=${payment.transaction_id}`,
    );
    assert.equal(body.authorizations.filter(({ live }: { live: boolean }) => live).length, 1);
  });

  it("the browser's word alone decides nothing: a return without the issuer's result waits", async () => {
    const payment = await pay();
    const token = new URL(payment.redirect_url).searchParams.get('token');
    const forged = Buffer.from(JSON.stringify({ transStatus: 'Y' })).toString('base64url');
    const back = await shop.follow(`${shop.gateway.url}/3ds/return/${token}`, {
      cres: forged,
      status: 'succeeded',
    });
    assert.equal(back.status, 200);
    assert.match(back.text, /has not confirmed yet/);
    assert.equal((await shop.read(payment.id)).status, 'requires_action');
  });

  it('without return_url the customer sees our own result page', async () => {
    for (const [button, told] of [
      ['complete', 'Payment complete'],
      ['fail', 'Payment not completed'],
    ] as const) {
      const payment = await pay({ return_url: undefined });
      const back = await shop.authenticate(payment.redirect_url, button);
      assert.equal(back.status, 200);
      assert.ok(back.text.includes(told));
      assert.match(back.headers.get('content-security-policy') ?? '', /default-src 'none'/);
    }
  });

  it('a wrong token, another payment, or none is a page that says nothing', async () => {
    const payment = await pay();
    const other = await pay();
    const own = new URL(payment.redirect_url).searchParams.get('token') ?? '';
    const paths = [
      `/3ds/${payment.transaction_id}`,
      `/3ds/${payment.transaction_id}?token=`,
      `/3ds/${payment.transaction_id}?token=${'0'.repeat(64)}`,
      `/3ds/${payment.transaction_id}?token=${own}&token=${own}`,
      `/3ds/${other.transaction_id}?token=${own}`,
      `/3ds/return/${'0'.repeat(64)}`,
      '/3ds/return/x',
    ];
    for (const path of paths) {
      const { status, headers, text } = await shop.follow(shop.gateway.url + path);
      assert.equal(status, 404, path);
      assert.match(headers.get('content-type') ?? '', /text\/html/);
      assert.equal(text.includes(payment.transaction_id), false);
    }
  });

  it('a void while the customer is at the issuer cancels; coming back then reads failed', async () => {
    const payment = await pay();
    assert.equal((await shop.post(`/v1/payments/${payment.id}/void`)).body.status, 'canceled');
    const back = await shop.follow(payment.redirect_url);
    assert.equal(back.headers.get('location'), 'https://shop.example/done?status=failed');
  });

  it('the way back serves forms and addresses only, and logs no token', async () => {
    const payment = await pay();
    const token = new URL(payment.redirect_url).searchParams.get('token') ?? '';
    await shop.follow(`${shop.gateway.url}/3ds/return/${token}`);
    assert.equal(shop.gateway.logLines.join('').includes(token), false);
  });

  it('a page of the issuer leads back by a form that works without scripts', async () => {
    const payment = await pay();
    const issuer = (await shop.follow(payment.redirect_url)).headers.get('location') ?? '';
    const page = await shop.follow(issuer, { action: 'complete' });
    const form = readForm(page.text, issuer);
    assert.ok(form.action.startsWith(`${shop.gateway.url}/3ds/return/`));
    assert.ok('cres' in form.fields);
  });

  it('after thirty minutes it fails with authentication_failed, whoever looks first', async () => {
    const [looked, swept] = [await pay(), await pay()];
    await shop.advance(30 * 60 + 1);
    const back = await shop.follow(looked.redirect_url);
    assert.equal(back.headers.get('location'), 'https://shop.example/done?status=failed');
    await until('the sweep ends the other', async () => (await shop.read(swept.id)).status === 'failed', 40);
    for (const { id } of [looked, swept])
      assert.equal((await shop.read(id)).error_code, 'authentication_failed');
  });
});
