import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Browser } from 'playwright-core';
import { openBrowser } from '../e2e/browser.ts';
import { until } from '../support/until.ts';
import { type Answer, openShop, readForm, type Shop } from './shop.ts';

let shop: Shop;
let browser: Browser;
before(async () => {
  shop = await openShop();
  const { pool } = shop.gateway.testDatabase;
  await pool.query(
    `insert into flows (merchant_id, id, currencies, retry_after_decline, success_redirect_url, failure_redirect_url)
     values ('mer_demo', 'flow_retry', '{USD}', true, 'https://shop.example/thanks', 'https://shop.example/sorry')`,
  );
  await pool.query(
    `insert into flows (merchant_id, id, currencies, retry_after_decline, monthly_card_limits)
     values ('mer_demo', 'flow_limited', '{USD}', true, '{"USD": "2000"}')`,
  );
  browser = await openBrowser();
});
after(async () => {
  await browser.close();
  await shop.gateway.close();
});

const declined = '4000000000000002';
const challenged = '4000002500003155';
const good = '4242424242424242';
const told = 'This card did not go through. You were not charged.';

const open = async (fields: object = {}) =>
  (await shop.post('/v1/payments', { amount: 17.62, currency: 'usd', flow_id: 'flow_retry', ...fields }))
    .body;
const location = ({ headers }: Answer) => headers.get('location') ?? '';

/** Fills in the form as it stands on the page now, hidden fields and all, and follows to where that leads. */
async function submit(url: string, number: string): Promise<Answer> {
  const form = readForm((await shop.follow(url)).text, url);
  const typed = { number, exp_month: '12', exp_year: '40', cvc: '123', cardholder_name: 'Ada' };
  return shop.follow(form.action, { ...form.fields, ...typed, action: 'pay' });
}

async function book(id: string): Promise<{ status: string; live: boolean }[]> {
  const reference = id.replace('req_', 'tx_');
  return (await shop.get(`/sandbox/acquirer/authorizations?merchant_reference=${reference}`)).body
    .authorizations;
}

async function rows<Row>(sql: string, id: string): Promise<Row[]> {
  return (await shop.gateway.testDatabase.pool.query(sql, [id.replace('req_', 'tx_')])).rows as Row[];
}
const eventsOf = async (id: string) =>
  (await rows<{ type: string }>('select type from events where payment_id = $1 order by sequence', id)).map(
    ({ type }) => type,
  );

describe('8.2, 16 no. 21: where the flow lets customers try again', () => {
  it('a declined card leads back to the form, and a good one to success: one event, one live authorization', async () => {
    const { id, payment_url } = await open();
    const back = location(await submit(payment_url, declined));
    assert.ok(back.startsWith(payment_url));
    const page = await shop.follow(back);
    assert.equal(page.status, 200);
    assert.ok(page.text.includes(told));
    assert.doesNotMatch(page.text, /declined|insufficient/i, 'no reason that would help a card tester');
    assert.equal((await shop.read(id)).status, 'pending');
    assert.deepEqual(await eventsOf(id), []);
    const end = await shop.follow(location(await submit(payment_url, good)));
    assert.equal(location(end), `https://shop.example/thanks?status=succeeded&payment_id=${id}`);
    const read = await shop.read(id);
    assert.deepEqual([read.status, read.card_last4, read.error_code], ['completed', '4242', null]);
    assert.deepEqual(await eventsOf(id), ['payment.captured']);
    assert.deepEqual(
      (await book(id)).map(({ live }) => live).sort(),
      [false, true],
      'the declined one and the one in force',
    );
  });

  it('attempts of earlier cards stay recorded, and their codes are gone', async () => {
    const { id, payment_url } = await open();
    await submit(payment_url, declined);
    const codes =
      'select c.card_id from vault.cvcs c join payments p on p.card_id = c.card_id where p.id = $1';
    assert.deepEqual(await rows(codes, id), []);
    await submit(payment_url, good);
    const attempts = await rows<{ state: string }>(
      'select state from attempts where payment_id = $1 order by created_at',
      id,
    );
    assert.deepEqual(
      attempts.map(({ state }) => state),
      ['declined', 'approved'],
    );
    const { rows: left } = await shop.gateway.testDatabase.pool.query('select card_id from vault.cvcs');
    assert.deepEqual(left, []);
  });

  it('3-D Secure that failed leads back to the form; its authentication stays recorded', async () => {
    const { id, payment_url } = await open();
    const back = await shop.authenticate(location(await submit(payment_url, challenged)), 'fail');
    assert.equal(back.status, 303);
    assert.equal(location(back), `${payment_url}&lang=en`);
    assert.ok((await shop.follow(payment_url)).text.includes(told));
    const end = await shop.authenticate(location(await submit(payment_url, challenged)), 'complete');
    assert.match(location(end), /thanks\?status=succeeded/);
    assert.equal((await shop.read(id)).status, 'completed');
    const kept = await rows<{ state: string }>(
      'select state from authentications where payment_id = $1 order by created_at',
      id,
    );
    assert.deepEqual(
      kept.map(({ state }) => state),
      ['refused', 'spent'],
    );
    assert.deepEqual(await eventsOf(id), [
      'payment.authentication_required',
      'payment.authentication_required',
      'payment.captured',
    ]);
  });

  it('the language that was chosen is kept on the way to the issuer and back', async () => {
    const { payment_url } = await open();
    const chosen = `${payment_url}&lang=ja`;
    const back = await shop.authenticate(location(await submit(chosen, challenged)), 'fail');
    assert.equal(location(back), chosen);
    assert.match((await shop.follow(location(back))).text, /このカードではお支払いが完了しませんでした/);
  });

  it('a return from the issuer that comes twice leads to the form twice, and moves nothing', async () => {
    const { id, payment_url } = await open();
    const toIssuer = location(await submit(payment_url, challenged));
    await shop.authenticate(toIssuer, 'fail');
    assert.equal(location(await shop.follow(toIssuer)), `${payment_url}&lang=en`);
    assert.equal((await rows('select 1 from attempts where payment_id = $1', id)).length, 1);
  });

  it('a customer who cancels at the issuer, or on the page, has cancelled', async () => {
    const atIssuer = await open();
    await shop.authenticate(location(await submit(atIssuer.payment_url, challenged)), 'cancel');
    const onPage = await open();
    await submit(onPage.payment_url, declined);
    await shop.follow(onPage.payment_url, { action: 'cancel' });
    for (const { id } of [atIssuer, onPage]) {
      assert.equal((await shop.read(id)).status, 'canceled');
      assert.equal((await eventsOf(id)).at(-1), 'payment.voided');
    }
  });

  it('after five cards the payment has failed', async () => {
    const { id, payment_url } = await open();
    for (let card = 1; card <= 5; card++) {
      assert.equal((await shop.read(id)).status, 'pending', `before card ${card}`);
      await submit(payment_url, declined);
    }
    assert.equal((await shop.read(id)).status, 'failed');
    assert.equal(
      location(await shop.follow(payment_url)),
      `https://shop.example/sorry?status=failed&payment_id=${id}`,
    );
    assert.deepEqual(await eventsOf(id), ['payment.failed']);
    assert.equal((await book(id)).length, 5);
  });

  it('a form that is submitted twice counts once, even when the second comes after the decline', async () => {
    const { id, payment_url } = await open();
    const form = readForm((await shop.follow(payment_url)).text, payment_url);
    const typed = {
      ...form.fields,
      number: declined,
      exp_month: '12',
      exp_year: '40',
      cvc: '123',
      action: 'pay',
    };
    await Promise.all([shop.follow(form.action, typed), shop.follow(form.action, typed)]);
    await until('the form is back', async () => (await shop.follow(payment_url)).text.includes(told));
    const late = await shop.follow(form.action, typed);
    assert.equal(late.status, 303);
    assert.equal((await book(id)).length, 1);
    assert.equal((await shop.read(id)).status, 'pending');
  });

  it('of many good cards at once after a decline one is taken', async () => {
    const { id, payment_url } = await open();
    await submit(payment_url, declined);
    await Promise.all(Array.from({ length: 4 }, () => submit(payment_url, good)));
    await until('it is paid', async () => (await shop.read(id)).status === 'completed');
    assert.equal((await book(id)).filter(({ live }) => live).length, 1);
  });

  it('a card that is above its monthly limit is told at its field, before anybody is asked', async () => {
    const { payment_url } = await open({ flow_id: 'flow_limited' });
    await submit(payment_url, '4111111111111111');
    const next = await open({ flow_id: 'flow_limited' });
    const answer = await submit(next.payment_url, '4111111111111111');
    assert.equal(answer.status, 400);
    assert.match(answer.text, /id="number-problem"[^>]*>This payment is above what this shop accepts/);
    assert.deepEqual(await book(next.id), []);
    assert.equal((await shop.read(next.id)).status, 'pending');
  });

  it('in Chromium: declined, message, another card, the shop', async () => {
    const { id, payment_url } = await open();
    const page = await browser.newPage();
    const fill = async (number: string) => {
      for (const [label, text] of [
        ['Card number', number],
        ['Expiry month', '12'],
        ['Expiry year', '40'],
        ['Security code', '123'],
      ] as const)
        await page.getByRole('textbox', { name: label, exact: true }).fill(text);
      await page.getByRole('button', { name: /^Pay / }).click();
    };
    await page.goto(payment_url);
    assert.equal(await page.getByRole('alert').count(), 0);
    await fill(declined);
    assert.match((await page.getByRole('alert').textContent()) ?? '', /did not go through/);
    const number = page.locator('#number:focus');
    await number.waitFor();
    const explained = page.locator(`#${await number.getAttribute('aria-describedby')}`);
    assert.match((await explained.textContent()) ?? '', /did not go through/);
    await page.reload();
    assert.equal((await book(id)).length, 1, 'a reload posts no card again');
    // No test leaves the machine, so the shop is not reached; that the browser asks for it will do.
    const arrived = page.waitForRequest(/shop\.example\/thanks\?status=succeeded/);
    await fill(good);
    await arrived;
    assert.deepEqual(await eventsOf(id), ['payment.captured']);
    await page.close();
  });
});

describe('8.2: the link’s 24 hours bound every try', () => {
  it('a card that fails at its issuer after them has failed, and a form that comes later is too late', async () => {
    const atIssuer = await open();
    const waiting = await open();
    await submit(waiting.payment_url, declined);
    await shop.advance(24 * 3600 - 600);
    const toIssuer = location(await submit(atIssuer.payment_url, challenged));
    await shop.advance(900);
    const end = await shop.authenticate(toIssuer, 'fail');
    assert.match(location(end), /sorry\?status=failed/);
    assert.equal((await shop.read(atIssuer.id)).status, 'failed');
    const late = await submit(waiting.payment_url, good);
    assert.match(late.status === 303 ? location(late) : late.text, /has expired|sorry/);
    await until('it is canceled', async () => (await shop.read(waiting.id)).status === 'canceled', 40);
    assert.deepEqual(await eventsOf(waiting.id), ['payment.voided']);
  });
});
