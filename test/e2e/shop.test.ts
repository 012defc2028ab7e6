import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { startShop } from '../../examples/shop/server.mjs';
import { startTestGateway, type TestGateway } from '../support/gateway.ts';
import { until } from '../support/until.ts';
import { openBrowser } from './browser.ts';

const shopProgram = join(import.meta.dirname, '..', '..', 'examples', 'shop', 'server.mjs');

let gateway: TestGateway;
let browser: Browser;
let shop: Awaited<ReturnType<typeof startShop>>;

before(async () => {
  // First, for without a browser there is nothing to stop again.
  browser = await openBrowser();
  gateway = await startTestGateway();
  shop = await startShop({ gatewayUrl: gateway.url });
});
after(async () => {
  await browser?.close();
  await shop?.close();
  await gateway?.close();
});

/** A customer with a fresh browser at the checkout; whatever the page complains about in its console fails the test. */
async function goToCheckout(
  currency: 'usd' | 'inr',
  options: BrowserContextOptions = {},
): Promise<{ page: Page; complaints: string[] }> {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('console', (message) => void complaints.push(message.text()));
  page.on('pageerror', (error) => void complaints.push(error.message));
  await page.goto(shop.url);
  await page.click(`button[value=${currency}]`);
  await page.waitForSelector('#card-form');
  return { page, complaints };
}

async function chooseCard(page: Page, number: string): Promise<void> {
  await page.click(`[data-number="${number}"]`);
}

async function payInPopup(page: Page): Promise<Page> {
  const [popup] = await Promise.all([page.waitForEvent('popup'), page.click('#pay')]);
  await popup.waitForURL(/\/sandbox\/acs\/challenge/);
  return popup;
}

async function confirm(page: Page, code = '123456'): Promise<void> {
  await page.fill('#otp', code);
  await page.click('button[value=confirm]');
}

const orderIdOf = (page: Page): string => new URL(page.url()).pathname.split('/')[2] ?? '';

/** How often the given try of an order has taken money, by the bank's own book. */
async function timesPaid(page: Page, attempt = 1): Promise<number> {
  const read = async (path: string) =>
    (await fetch(gateway.url + path, { headers: { authorization: 'Bearer sk_test_demo' } })).json();
  const reference = `${orderIdOf(page)}-${attempt}`;
  const { data } = (await read(`/v1/payments?external_id=${reference}`)) as { data: { id: string }[] };
  const { data: events } = (await read('/v1/events?limit=100')) as {
    data: { transaction_id: string; order_id: string | null }[];
  };
  // The bank knows an EximPe order by its OD…, and any other payment by its tx_….
  const names = data.map(({ id }) => events.find((event) => event.transaction_id === id)?.order_id ?? id);
  const books = (await Promise.all(
    names.map((name) => read(`/sandbox/acquirer/authorizations?merchant_reference=${name}`)),
  )) as { authorizations: { live: boolean }[] }[];
  return books.flatMap(({ authorizations }) => authorizations).filter(({ live }) => live).length;
}

async function waitForPaid(page: Page): Promise<void> {
  await page.waitForSelector('.stamp');
  assert.match(await page.innerText('main'), /Paid\s+Thank you/);
}

test('a card pays at once, even when the button is pressed twice, and both webhooks arrive signed', async () => {
  const { page, complaints } = await goToCheckout('usd');
  await chooseCard(page, '4242424242424242');
  await page.dblclick('#pay');
  await waitForPaid(page);
  assert.equal(await timesPaid(page), 1);
  await until('both webhooks are shown', async () => {
    await page.reload();
    const told = await page.innerText('main');
    return (
      /payment\.succeeded\s+zafapay, signed/.test(told) && /PAYMENT_SUCCESSFUL\s+eximpe, signed/.test(told)
    );
  });
  await page.goBack();
  await page.goForward();
  await waitForPaid(page);
  assert.deepEqual(complaints, []);
  await page.context().close();
});

test('two payments sent for one order at the same moment take the money once', async () => {
  const { page } = await goToCheckout('usd');
  const tokens = await Promise.all([newToken(), newToken()]);
  const answers = await Promise.all(
    tokens.map((token) =>
      fetch(`${page.url()}/pay/token`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ token }),
      }),
    ),
  );
  assert.deepEqual(answers.map(({ status }) => status).sort(), [200, 409]);
  assert.equal(await timesPaid(page), 1);
  await page.context().close();
});

async function newToken(): Promise<string> {
  const response = await fetch(`${gateway.url}/v1/tokens`, {
    method: 'POST',
    headers: { authorization: 'Bearer pk_test_demo', 'content-type': 'application/json' },
    body: JSON.stringify({ card: { number: '4242424242424242', exp_month: 12, exp_year: 2030, cvc: '123' } }),
  });
  return ((await response.json()) as { id: string }).id;
}

test('what was typed wrong is said beside the form, which keeps what was typed', async () => {
  const { page } = await goToCheckout('usd');
  const mistakes = [
    { number: '4242 4242 4242 4241', expiry: '12 / 30', cvc: '123', told: /number/i },
    { number: '4242 4242 4242 4242', expiry: '13 / 30', cvc: '123', told: /month/i },
    { number: '4242 4242 4242 4242', expiry: '01 / 20', cvc: '123', told: /expired/i },
    { number: '4242 4242 4242 4242', expiry: '12 / 30', cvc: '12', told: /security code/i },
    { number: '4539 5787 6362 1486', expiry: '12 / 30', cvc: '123', told: /test card/i },
  ];
  for (const { number, expiry, cvc, told } of mistakes) {
    await page.fill('#number', number);
    await page.fill('#expiry', expiry);
    await page.fill('#cvc', cvc);
    await page.click('#pay');
    await page.waitForSelector('#problem:not([hidden])');
    assert.match(await page.innerText('#problem'), told);
    assert.equal(await page.inputValue('#number'), number);
    assert.ok(await page.isEnabled('#pay'));
  }
  await page.context().close();
});

test('after a decline another card pays the same order', async () => {
  const { page } = await goToCheckout('usd');
  await chooseCard(page, '4000000000009995');
  await page.click('#pay');
  await page.waitForSelector('#problem:not([hidden])');
  assert.match(await page.innerText('#problem'), /insufficient funds/i);
  await chooseCard(page, '4242424242424242');
  await page.click('#pay');
  await waitForPaid(page);
  assert.equal(await timesPaid(page, 2), 1);
  await page.context().close();
});

test('a customer who comes back from the bank’s page by the back button goes on there, and pays once', async () => {
  const { page } = await goToCheckout('usd');
  const checkout = page.url();
  await chooseCard(page, '4000002500003155');
  await page.click('#pay');
  await page.waitForURL(/\/sandbox\/acs\/challenge/);
  await page.goto(checkout);
  assert.match(await page.innerText('main'), /Your bank is waiting/);
  await page.click('#pay');
  await page.waitForURL(/\/sandbox\/acs\/challenge/);
  await confirm(page);
  await page.waitForURL(`${checkout}`);
  await waitForPaid(page);
  assert.equal(await timesPaid(page), 1);
  await page.goto(`${checkout}/return?status=failed`);
  await waitForPaid(page);
  await page.context().close();
});

test('status=succeeded typed into the address pays nothing', async () => {
  const { page } = await goToCheckout('usd');
  await chooseCard(page, '4000002500003155');
  await page.click('#pay');
  await page.waitForURL(/\/sandbox\/acs\/challenge/);
  await page.click('button[value=fail]');
  await page.waitForURL(`${shop.url}/orders/**`);
  await page.goto(`${page.url()}/return?status=succeeded`);
  assert.match(await page.innerText('#problem'), /Nothing was charged/);
  await page.context().close();
});

test('a bank that falls silent leaves the customer waiting, not paying twice, until it is known', async () => {
  const { page } = await goToCheckout('usd');
  await chooseCard(page, '4000009900000012');
  await page.click('#pay');
  await page.waitForSelector('h1:has-text("One moment")');
  await page.waitForSelector('.stamp', { timeout: 60_000 });
  assert.equal(await timesPaid(page), 1);
  await page.context().close();
});

test('the bank’s popup takes the money, closes, and the shop has the signed return', async () => {
  const { page, complaints } = await goToCheckout('inr');
  await chooseCard(page, '4895380110000003');
  const popup = await payInPopup(page);
  await confirm(popup);
  await waitForPaid(page);
  await page.reload();
  assert.match(await page.innerText('main'), /return: captured\s+eximpe, signed/);
  assert.ok(popup.isClosed());
  assert.deepEqual(complaints, []);
  await page.context().close();
});

test('a closed popup is opened again by the same button, and the order is paid once', async () => {
  const { page } = await goToCheckout('inr');
  await chooseCard(page, '4895380110000003');
  await (await payInPopup(page)).close();
  await page.waitForSelector('#problem:not([hidden])');
  assert.match(await page.innerText('#problem'), /closed/);
  await confirm(await payInPopup(page));
  await waitForPaid(page);
  assert.equal(await timesPaid(page), 1);
  await page.context().close();
});

test('a payment cancelled at the bank can be tried again with another card', async () => {
  const { page } = await goToCheckout('inr');
  await chooseCard(page, '4895380110000003');
  await (await payInPopup(page)).click('button[value=cancel]');
  await page.waitForSelector('#problem:not([hidden])');
  assert.match(await page.innerText('#problem'), /Cancelled by user/);
  await chooseCard(page, '5123456789012346');
  await confirm(await payInPopup(page));
  await waitForPaid(page);
  await page.context().close();
});

test('where popups are blocked the bank comes in the same window and leads back to the order', async () => {
  const { page } = await goToCheckout('inr');
  await page.evaluate('window.open = () => null');
  const order = page.url();
  await chooseCard(page, '4895380110000003');
  await page.click('#pay');
  await page.waitForURL(/\/sandbox\/acs\/challenge/);
  await confirm(page);
  await page.waitForURL(order);
  await waitForPaid(page);
  await page.context().close();
});

test('a card without a challenge pays in rupees with no popup left open', async () => {
  const { page } = await goToCheckout('inr');
  await chooseCard(page, '4000009700000014');
  await page.click('#pay');
  await waitForPaid(page);
  assert.equal(page.context().pages().length, 1);
  await page.context().close();
});

test('returns and webhooks that the gateway did not sign are refused, and genuine ones may come again', async () => {
  const { page } = await goToCheckout('inr');
  await chooseCard(page, '4895380110000003');
  const popup = await payInPopup(page);
  const genuine = page.context().waitForEvent('request', (request) => request.url().endsWith('/returned'));
  await confirm(popup);
  const form = new URLSearchParams((await genuine).postData() ?? '');
  await waitForPaid(page);

  const address = `${page.url()}/returned`;
  assert.equal((await fetch(address, { method: 'POST', body: form })).status, 200, 'the same return again');
  assert.equal(await timesPaid(page), 1);
  form.set('status', 'failed');
  assert.equal((await fetch(address, { method: 'POST', body: form })).status, 400, 'a changed return');
  for (const format of ['zafapay', 'eximpe']) {
    const forged = await fetch(`${shop.url}/webhooks/${format}`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'x-zafapay-signature-sandbox': 'a'.repeat(64),
        'x-webhook-signature': 'a'.repeat(64),
      },
      body: JSON.stringify({ event: 'payment.failed', external_id: `${orderIdOf(page)}-1` }),
    });
    assert.equal(forged.status, 401);
  }
  await page.reload();
  await waitForPaid(page);
  await page.context().close();
});

test('every page of the shop fits a narrow phone, light and dark', async () => {
  for (const colorScheme of ['light', 'dark'] as const) {
    const { page } = await goToCheckout('usd', {
      viewport: { width: 320, height: 640 },
      colorScheme,
      isMobile: true,
    });
    const fits = async (what: string) =>
      assert.equal(
        await page.evaluate('document.documentElement.scrollWidth <= 320'),
        true,
        `${what}, ${colorScheme}`,
      );
    await fits('the checkout');
    await chooseCard(page, '4242424242424242');
    await page.click('#pay');
    await waitForPaid(page);
    await fits('the thanks');
    await page.goto(shop.url);
    await fits('the shop window');
    await page.goto(`${shop.url}/nowhere`);
    await fits('the page for what is not there');
    await page.context().close();
  }
});

test('the shop runs as a program of its own, and says what to do where no gateway answers', async () => {
  const alone = spawn(process.execPath, [shopProgram], {
    env: { ...process.env, PORT: '0', GATEWAY_URL: `${gateway.url}/` },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = (await once(alone.stdout, 'data')) as [Buffer];
  assert.match(line.toString(), /^The shop is open: http:\/\/127\.0\.0\.1:\d+\n/);
  const address = line.toString().match(/http:\S+/)?.[0] ?? '';
  assert.match(await (await fetch(address)).text(), /Night Watch/);
  alone.kill('SIGTERM');
  assert.deepEqual(await once(alone, 'exit'), [0, null]);

  const lost = promisify(execFile)(process.execPath, [shopProgram], {
    env: { ...process.env, PORT: '0', GATEWAY_URL: 'http://127.0.0.1:9' },
  });
  await assert.rejects(lost, /no gateway answers at http:\/\/127\.0\.0\.1:9\. Start one with npm start/);
});
