import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import { until } from '../support/until.ts';
import { type Answer, openShop, type Shop } from './shop.ts';

let shop: Shop;
before(async () => {
  shop = await openShop();
});
after(() => shop.gateway.close());

const typed = {
  number: '4242 4242 4242 4242',
  exp_month: '12',
  exp_year: '40',
  cvc: '123',
  cardholder_name: 'Ada',
};
const open = async (fields: object = {}) =>
  (await shop.post('/v1/payments', { amount: 17.62, currency: 'usd', ...fields })).body;
const submit = (url: string, form: object = {}) => shop.follow(url, { ...typed, action: 'pay', ...form });
const visit = async (url: string, language?: string): Promise<Answer> => {
  const response = await fetch(url, {
    redirect: 'manual',
    headers: language === undefined ? {} : { 'accept-language': language },
  });
  return { status: response.status, headers: response.headers, text: await response.text(), body: null };
};
const location = ({ headers }: Answer) => headers.get('location') ?? '';

/** Sets the default flow's addresses, and waits until the gateway has taken notice. */
async function setFlow(columns: Record<string, unknown>): Promise<void> {
  const names = Object.keys(columns);
  const set = names.map((name, index) => `${name} = $${index + 1}`).join(', ');
  await shop.gateway.testDatabase.pool.query(
    `update flows set ${set} where id = 'flow_default' and merchant_id = 'mer_demo'`,
    Object.values(columns),
  );
}

describe('8.2 hosted checkout without redirect addresses', () => {
  it('create answers 201 pending with a payment_url; return_url is ignored', async () => {
    const { status, body } = await shop.post('/v1/payments', {
      amount: 17.62,
      currency: 'usd',
      return_url: 'http://not-judged.example/',
    });
    assert.equal(status, 201);
    assert.equal(body.status, 'pending');
    assert.equal(body.payment_type, 'single');
    assert.ok(body.payment_url.startsWith(`${shop.gateway.url}/checkout/${body.id}?token=`));
  });

  it('the page names merchant, amount and product, and marks the sandbox', async () => {
    const { payment_url } = await open({ product_name: 'Tea & <cake>' });
    const { status, text, headers } = await visit(payment_url);
    assert.equal(status, 200);
    for (const told of ['Demo Shop', '$17.62', 'Tea &amp; &lt;cake&gt;', 'Test mode'])
      assert.ok(text.includes(told), told);
    for (const field of ['cc-number', 'cc-exp-month', 'cc-exp-year', 'cc-csc', 'cc-name'])
      assert.ok(text.includes(`autocomplete="${field}"`), field);
    const policy = headers.get('content-security-policy') ?? '';
    assert.match(policy, /default-src 'none'/);
    assert.match(policy, /frame-ancestors 'none'/);
    assert.doesNotMatch(policy, /unsafe/);
    assert.equal(headers.get('cache-control'), 'no-store');
    assert.doesNotMatch(text, /<script/);
  });

  it('speaks the language of the browser, or the one that was chosen', async () => {
    const { payment_url } = await open();
    assert.match((await visit(payment_url, 'ja-JP,ja;q=0.9')).text, /<html lang="ja">[\s\S]*カード番号/);
    assert.match((await visit(payment_url, 'de')).text, /<html lang="en">[\s\S]*Card number/);
    const chosen = await visit(`${payment_url}&lang=ja`, 'en');
    assert.match(chosen.text, /カード番号/);
    assert.match(chosen.text, /lang=en"[^>]*>English/);
    assert.match(
      (await visit((await open({ amount: 1000, currency: 'jpy' })).payment_url, 'ja')).text,
      /[¥￥]1,000/,
    );
  });

  it('a good card completes the payment, and a reload shows the result again', async () => {
    const { id, payment_url } = await open();
    const posted = await submit(payment_url);
    assert.equal(posted.status, 303);
    const result = await visit(location(posted));
    assert.equal(result.status, 200);
    assert.match(result.text, /Payment complete/);
    const read = await shop.read(id);
    assert.equal(read.status, 'completed');
    assert.equal(read.card_last4, '4242');
    assert.equal(read.cardholder_name, 'Ada');
    assert.match((await submit(payment_url)).text, /Payment complete/);
    const { body } = await shop.get(`/sandbox/acquirer/authorizations?merchant_reference=${read.id}`);
    assert.equal(body.authorizations.length, 1);
  });

  it('a declined card ends the payment as failed', async () => {
    const { id, payment_url } = await open();
    const result = await visit(location(await submit(payment_url, { number: '4000000000009995' })));
    assert.match(result.text, /insufficient funds/);
    const read = await shop.read(id);
    assert.equal(read.status, 'failed');
    assert.equal(read.error_code, 'insufficient_funds');
  });

  for (const [button, status, told] of [
    ['complete', 'completed', 'Payment complete'],
    ['fail', 'failed', 'Payment not completed'],
    ['cancel', 'canceled', 'Payment cancelled'],
  ] as const) {
    it(`3-D Secure: ${button} ends it ${status}`, async () => {
      const { id, payment_url } = await open();
      const posted = await submit(payment_url, { number: '4000002500003155' });
      assert.equal(posted.status, 303);
      assert.match(location(posted), /\/3ds\/tx_/);
      assert.equal((await shop.read(id)).status, 'requires_action');
      assert.match((await visit(payment_url)).text, /at your bank/);
      const back = await shop.authenticate(location(posted), button);
      assert.ok(back.text.includes(told), back.text.slice(0, 300));
      assert.equal((await shop.read(id)).status, status);
    });
  }

  it('the customer may give up: canceled', async () => {
    const { id, payment_url } = await open();
    const result = await shop.follow(payment_url, { action: 'cancel' });
    assert.match(result.text, /Payment cancelled/);
    assert.equal((await shop.read(id)).status, 'canceled');
    assert.match((await submit(payment_url)).text, /Payment cancelled/);
  });

  it('giving up after the payment went through changes nothing', async () => {
    const { id, payment_url } = await open({ capture_method: 'manual' });
    await submit(payment_url);
    await shop.follow(payment_url, { action: 'cancel' });
    assert.equal((await shop.read(id)).status, 'authorized');
  });

  const problems: [string, object, string][] = [
    ['a wrong number', { number: '4242424242424241' }, 'number'],
    ['an unlisted number', { number: '4000000000000010' }, 'number'],
    ['no number', { number: '' }, 'number'],
    ['month 13', { exp_month: '13' }, 'exp_month'],
    ['no year', { exp_year: '' }, 'exp_year'],
    ['a year that is past', { exp_year: '20' }, 'exp_year'],
    ['a short code', { cvc: '12' }, 'cvc'],
    ['a number for a name', { cardholder_name: '4242424242424242' }, 'cardholder_name'],
  ];
  for (const [title, form, field] of problems) {
    it(`${title} is told at ${field}, and neither number nor code comes back`, async () => {
      const { id, payment_url } = await open();
      const { status, text } = await submit(payment_url, form);
      assert.equal(status, 400);
      assert.deepEqual(
        [...text.matchAll(/<input id="([a-z_]+)"[^>]* aria-invalid="true"/g)].map(([, name]) => name),
        [field],
      );
      assert.ok(text.includes(`id="${field}-problem"`));
      assert.equal(/value="[^"]*(4242|123)"/.test(text), false);
      assert.equal((await shop.read(id)).status, 'pending');
    });
  }

  it('of many submissions at once one is paid', async () => {
    const { id, payment_url } = await open();
    await Promise.all(Array.from({ length: 4 }, () => submit(payment_url)));
    await until('it is paid', async () => (await shop.read(id)).status === 'completed');
    const { body } = await shop.get(
      `/sandbox/acquirer/authorizations?merchant_reference=${id.replace('req_', 'tx_')}`,
    );
    assert.equal(body.authorizations.length, 1);
  });

  it('save_card makes it initial, and the customer is told', async () => {
    const customer_id = randomUUID();
    const { id, payment_type, payment_url } = await open({ save_card: true, customer_id });
    assert.equal(payment_type, 'initial');
    assert.match((await visit(payment_url)).text, /will be saved/);
    await submit(payment_url);
    const { payment_methods } = (await shop.get(`/v1/customers/${customer_id}/payment-methods`)).body;
    assert.equal(payment_methods.length, 1);
    assert.equal((await shop.read(id)).payment_method_id, payment_methods[0].id);
  });

  it('a wrong, foreign or missing token is a page that says nothing', async () => {
    const [mine, other] = [await open(), await open()];
    const foreign = new URL(other.payment_url).searchParams.get('token') ?? '';
    for (const path of [
      `/checkout/${mine.id}`,
      `/checkout/${mine.id}?token=${foreign}`,
      `/checkout/${mine.id}?token=${mine.payment_url.slice(-20)}`,
      `/checkout/${mine.transaction_id}?token=${new URL(mine.payment_url).searchParams.get('token')}`,
      '/checkout/req_x?token=a.b.c',
    ]) {
      for (const ask of [visit, submit]) {
        const { status, text } = await ask(shop.gateway.url + path);
        assert.equal(status, 404, path);
        assert.equal(text.includes('17.62') || text.includes('Demo Shop'), false);
      }
    }
  });

  it('logs neither the card nor the token of the link', async () => {
    const { payment_url } = await open();
    await submit(payment_url);
    const log = shop.gateway.logLines.join('');
    assert.equal(log.includes('4242424242424242') || log.includes('4242 4242'), false);
    assert.equal(log.includes(new URL(payment_url).searchParams.get('token') ?? '-'), false);
  });
});

describe('8.2 the flow says where customers go afterwards', () => {
  it('success and failure have addresses of their own, with status and payment_id', async () => {
    await setFlow({
      success_redirect_url: 'https://shop.example/thanks?x=1#y',
      failure_redirect_url: 'https://shop.example/sorry',
    });
    const last = async (form: object) => {
      const { id, payment_url } = await open();
      const there = location(await visit(location(await submit(payment_url, form))));
      return { id, there };
    };
    await until('the flow is read anew', async () => (await last({})).there !== '', 10);
    const good = await last({});
    assert.equal(good.there, `https://shop.example/thanks?x=1&status=succeeded&payment_id=${good.id}#y`);
    const bad = await last({ number: '4000000000000002' });
    assert.equal(bad.there, `https://shop.example/sorry?status=failed&payment_id=${bad.id}`);
    const { id, payment_url } = await open();
    const canceled = await shop.follow(payment_url, { action: 'cancel' });
    assert.equal(location(canceled), `https://shop.example/sorry?status=failed&payment_id=${id}`);
  });
});

describe('8.2 the link lives for 24 hours', () => {
  it('then the page says so, and the payment is canceled', async () => {
    await setFlow({ success_redirect_url: null, failure_redirect_url: null });
    const { id, payment_url } = await open();
    await shop.advance(24 * 3600);
    const { status, text } = await visit(payment_url);
    assert.ok(status === 410 || status === 200);
    assert.match(text, /has expired/);
    const late = await submit(payment_url);
    assert.match(late.text, /has expired/);
    await until('it is canceled', async () => (await shop.read(id)).status === 'canceled', 40);
  });
});
