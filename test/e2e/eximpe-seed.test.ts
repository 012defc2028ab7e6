import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import type { Browser, Page } from 'playwright-core';
import { startTestGateway, type TestGateway } from '../support/gateway.ts';
import { until } from '../support/until.ts';
import { openBrowser } from './browser.ts';
import { isSignedReturn, type PopupMerchant, startPopupMerchant } from './popup-merchant.ts';
import { fencedBlocks, passage, readSeed, replaceAllOf } from './seed.ts';

const seed = readSeed('api-pacb.eximpe.com');
if (seed !== undefined) driveSeed(seed);

function driveSeed(seed: string): void {
  let gateway: TestGateway;
  let browser: Browser;
  let merchant: PopupMerchant;
  let orders = 0;

  before(async () => {
    // First, for without a browser there is nothing to stop again.
    browser = await openBrowser();
    gateway = await startTestGateway();
    merchant = await startPopupMerchant(gateway.url);
  });
  after(async () => {
    await browser?.close();
    await merchant?.close();
    await gateway?.close();
  });

  const [newCardBody = '', savedCardBody = ''] = fencedBlocks(seed, 'json');
  const popupCode =
    fencedBlocks(seed, 'javascript').find((block) => block.includes('function handleACSTemplate')) ?? '';

  /** An order as the guide has it, but for its reference and its return address, which are this merchant's. */
  async function createOrder(): Promise<{ orderId: string; template: string }> {
    orders += 1;
    const body = replaceAllOf(newCardBody, {
      CARD_13MYHALESH7: `ORDER-${orders}`,
      'https://yoursite.com/payment/callback/': merchant.returnUrl,
    });
    const answer = await merchant.call('POST', '/pg/orders/', body);
    assert.equal(answer.status, 200, JSON.stringify(answer.body));
    return { orderId: String(answer.body.data?.order_id), template: String(answer.body.data?.acs_template) };
  }

  async function statusOf(orderId: string): Promise<Record<string, unknown>> {
    return (await merchant.call('GET', `/pg/orders/${orderId}/status/`)).body.data ?? {};
  }

  async function bookOf(orderId: string): Promise<Record<string, unknown>[]> {
    const response = await fetch(
      `${gateway.url}/sandbox/acquirer/authorizations?merchant_reference=${orderId}`,
    );
    return ((await response.json()) as { authorizations: Record<string, unknown>[] }).authorizations;
  }

  /** The guide's own browser code in a page of the merchant's, started by a click; answers the page and its popup. */
  async function openPopup(orderId: string, template: string): Promise<{ page: Page; popup: Page }> {
    const code = replaceAllOf(popupCode, { OD9888127185: orderId });
    const context = await browser.newContext();
    const page = await context.newPage();
    await page.goto(
      merchant.offer(`<script>${code}
function showErrorMessage(text) { document.getElementById('told').textContent = text; }
document.getElementById('pay').onclick = () => handleACSTemplate(${JSON.stringify(template)});</script>`),
    );
    const [popup] = await Promise.all([page.waitForEvent('popup'), page.click('#pay')]);
    await popup.waitForURL(/\/sandbox\/acs\/challenge/);
    return { page, popup };
  }

  async function enterCode(page: Page, code: string): Promise<void> {
    await page.fill('#otp', code);
    await page.click('button[value=confirm]');
  }

  test('5.6, 6 and 7: both bodies of the guide are posted as they are, and the cards come back signed to yoursite.com', async () => {
    const context = await browser.newContext();
    const returned: URLSearchParams[] = [];
    await context.route('https://yoursite.com/**', (route) => {
      returned.push(new URLSearchParams(route.request().postData() ?? ''));
      return route.fulfill({ contentType: 'text/html', body: '<h1>yoursite</h1>' });
    });
    async function pay(body: string): Promise<string> {
      const answer = await merchant.call('POST', '/pg/orders/', body);
      assert.equal(answer.status, 200, JSON.stringify(answer.body));
      assert.equal(answer.body.message, 'S2S Card Payment Request created successfully');
      const page = await context.newPage();
      await page.setContent(atob(String(answer.body.data?.acs_template)));
      await page.waitForURL(/\/sandbox\/acs\/challenge/);
      await enterCode(page, '123456');
      await page.waitForURL('https://yoursite.com/payment/callback/');
      return String(answer.body.data?.order_id);
    }

    const first = await pay(newCardBody);
    assert.equal((await statusOf(first)).status, 'payment_successful');
    const cards = await merchant.call('GET', '/pg/tokens/?identifier=EX0001');
    const [card] = cards.body.data as unknown as Record<string, unknown>[];
    assert.ok(card, 'save_card saved the card');
    const second = await pay(
      replaceAllOf(savedCardBody, { '1e6709282a21e83f43a020': String(card.card_token) }),
    );
    assert.equal((await statusOf(second)).status, 'payment_successful');

    assert.deepEqual(
      returned.map((form) => [form.get('order_id'), form.get('status'), form.get('mop_type')]),
      [
        [first, 'captured', 'DEBIT_CARD'],
        [second, 'captured', 'CREDIT_CARD'],
      ],
    );
    for (const form of returned) assert.ok(isSignedReturn(form), 'the hash fits');
    await context.close();
  });

  test('6: the template is ASCII, so that plain atob gives the page that was meant', async () => {
    const { template } = await createOrder();
    assert.match(template, /^[A-Za-z0-9+/]+={0,2}$/);
    const decoded = Buffer.from(template, 'base64').toString('utf8');
    assert.equal(atob(template), decoded);
    assert.doesNotMatch(decoded, /[^\t\n\x20-\x7e]/);
  });

  test('6 and 7: the code 123456 in the guide’s popup: signed return, popup closed, customer on /payment-success', async () => {
    const { orderId, template } = await createOrder();
    const { page, popup } = await openPopup(orderId, template);
    const closed = popup.waitForEvent('close');
    await enterCode(popup, '123456');
    await closed;
    await page.waitForURL(`${merchant.url}/payment-success`);
    const form = merchant.returned.at(-1) ?? new URLSearchParams();
    assert.equal(form.get('order_id'), orderId);
    assert.equal(form.get('status'), 'captured');
    assert.equal(form.get('message'), 'Payment captured successfully');
    assert.ok(isSignedReturn(form), 'the hash fits');
    form.set('status', 'failed');
    assert.ok(!isSignedReturn(form), 'and would not fit another outcome');
    assert.deepEqual(
      (await bookOf(orderId)).map(({ live }) => live),
      [true],
    );
    await page.context().close();
  });

  const failures = [
    {
      how: 'a wrong code three times',
      steps: ['code 000000', 'code 000001', 'code 000002'],
      message: /3-?D|authentication/i,
    },
    { how: 'Cancel', steps: ['cancel'], message: /^Cancelled by user$/ },
    { how: 'a code for insufficient funds', steps: ['code 222222'], message: /^Not enough balance$/ },
  ];
  for (const { how, steps, message } of failures) {
    test(`7: ${how} in the guide’s popup: return signed as failed, the customer told, no money taken`, async () => {
      const { orderId, template } = await createOrder();
      const { page, popup } = await openPopup(orderId, template);
      const closed = popup.waitForEvent('close');
      for (const [index, step] of steps.entries()) {
        if (step === 'cancel') await popup.click('button[value=cancel]');
        else await enterCode(popup, step.replace('code ', ''));
        if (index < steps.length - 1) await popup.waitForSelector('[role=alert]');
      }
      await closed;
      await until('the customer is told', async () => (await page.textContent('#told')) !== '');
      assert.equal(await page.innerText('#told'), 'Payment failed. Please try again.');
      const form = merchant.returned.at(-1) ?? new URLSearchParams();
      assert.equal(form.get('order_id'), orderId);
      assert.equal(form.get('status'), 'failed');
      assert.match(form.get('message') ?? '', message);
      assert.ok(isSignedReturn(form), 'the hash fits');
      const { status, status_message } = await statusOf(orderId);
      assert.equal(status, 'failed');
      assert.match(String(status_message), message);
      assert.ok((await bookOf(orderId)).every(({ live }) => live === false));
      await page.context().close();
    });
  }

  test('6: closing the popup leaves the order pending; the same template opens it again and it can still be paid', async () => {
    const { orderId, template } = await createOrder();
    const { page, popup } = await openPopup(orderId, template);
    const asked = page.waitForResponse(/check-payment-status/);
    await popup.close();
    assert.deepEqual(await (await asked).json(), { status: 'PENDING' });
    assert.equal((await statusOf(orderId)).status, 'payment_pending');
    assert.deepEqual(await bookOf(orderId), []);

    const again = await openPopup(orderId, template);
    await enterCode(again.popup, '123456');
    await page.waitForURL(`${merchant.url}/payment-success`);
    assert.equal((await bookOf(orderId)).length, 1);
    await page.context().close();
    await again.page.context().close();
  });

  test('6: the first form of the template, appended to another page and submitted, does the same', async () => {
    const { orderId, template } = await createOrder();
    const page = await browser.newPage();
    await page.goto(
      merchant.offer(`<script>
document.getElementById('pay').onclick = () => {
  const parsed = new DOMParser().parseFromString(atob(${JSON.stringify(template)}), 'text/html');
  const form = document.importNode(parsed.querySelector('form'), true);
  document.body.append(form);
  form.submit();
};</script>`),
    );
    await page.click('#pay');
    await page.waitForURL(/\/sandbox\/acs\/challenge/);
    await enterCode(page, '123456');
    await page.waitForURL(merchant.returnUrl);
    assert.equal((await statusOf(orderId)).status, 'payment_successful');

    const returns = merchant.returned.length;
    await page.goBack({ waitUntil: 'commit' });
    await until('going back returns the same result', () => merchant.returned.length > returns);
    const [first, repeated] = merchant.returned.slice(returns - 1);
    assert.deepEqual(repeated?.toString(), first?.toString());
    assert.equal((await bookOf(orderId)).length, 1, 'and books nothing more');
    await page.close();
  });

  test('9: an order that nobody finishes has failed after fifteen minutes, and its popup says so to the merchant', async () => {
    const { orderId, template } = await createOrder();
    const { page, popup } = await openPopup(orderId, template);
    const moved = await fetch(`${gateway.url}/sandbox/clock`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ advance_seconds: 15 * 60 + 1 }),
    });
    assert.equal(moved.status, 200);
    const closed = popup.waitForEvent('close');
    await enterCode(popup, '123456');
    await closed;
    await until('the order has failed', async () => (await statusOf(orderId)).status === 'failed');
    assert.equal((await statusOf(orderId)).status_message, 'Session expired');
    assert.deepEqual(await bookOf(orderId), []);
    assert.equal(merchant.returned.at(-1)?.get('status'), 'failed');
    await page.context().close();
  });

  test('8.1: the guide’s status command answers as pasted', async () => {
    const { orderId } = await createOrder();
    const command = replaceAllOf(passage(seed, 'curl -X GET https://api-pacb.eximpe.com', '\n```'), {
      'https://api-pacb.eximpe.com': gateway.url,
      '{order_id}': orderId,
      YOUR_CLIENT_ID: '1000000001',
      YOUR_CLIENT_SECRET: 'demo_secret',
      YOUR_MERCHANT_ID: '2000000001',
    });
    const { stdout } = await promisify(execFile)('bash', ['-c', command]);
    const answer = JSON.parse(stdout) as { data: { status: string } };
    assert.equal(answer.data.status, 'payment_pending');
  });
}
