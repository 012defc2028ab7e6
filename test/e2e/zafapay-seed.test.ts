import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import type { Browser, Dialog, Page } from 'playwright-core';
import { startTestGateway, type TestGateway } from '../support/gateway.ts';
import { startReceiver } from '../support/receiver.ts';
import { until } from '../support/until.ts';
import { openBrowser } from './browser.ts';
import { passage, readSeed, replaceAllOf } from './seed.ts';
import { type SeedMerchant, startSeedMerchant } from './seed-merchant.ts';

const seed = readSeed('js.zafapay.com');
if (seed !== undefined) driveSeed(seed);

interface Answer {
  readonly status: number;
  readonly body: Record<string, unknown>;
}

function driveSeed(seed: string): void {
  let gateway: TestGateway;
  let browser: Browser;
  let merchant: SeedMerchant;

  before(async () => {
    // First, for without a browser there is nothing to stop again.
    browser = await openBrowser();
    gateway = await startTestGateway();
    merchant = await startSeedMerchant(seed, gateway.url);
  });
  after(async () => {
    await browser?.close();
    await merchant?.close();
    await gateway?.close();
  });

  /** A customer with a fresh browser types the card into the seed's form and presses its button. */
  async function payWith(number: string, cvc = '123'): Promise<{ page: Page; dialogs: string[] }> {
    const context = await browser.newContext();
    const page = await context.newPage();
    const dialogs: string[] = [];
    page.on('dialog', (dialog: Dialog) => {
      dialogs.push(dialog.message());
      void dialog.accept();
    });
    await page.goto(merchant.url);
    await page.fill('#card-number', number);
    await page.fill('#card-expiry-month', '12');
    await page.fill('#card-expiry-year', '2030');
    await page.fill('#card-cvc', cvc);
    await page.fill('#cardholder-name', 'Ada Example');
    await page.click('button[type=submit]');
    return { page, dialogs };
  }

  async function newestPayment(): Promise<Record<string, unknown>> {
    const { body } = await api('GET', '/v1/payments?limit=1');
    const [newest] = body.data as Record<string, unknown>[];
    assert.ok(newest, 'a payment was made');
    return newest;
  }

  async function api(method: string, path: string, body?: object): Promise<Answer> {
    const response = await fetch(gateway.url + path, {
      method,
      headers: { authorization: 'Bearer sk_test_demo', 'content-type': 'application/json' },
      ...(body && { body: JSON.stringify(body) }),
    });
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  }

  test('7: the success card takes the seed’s page to /success, and 10.00 usd are taken', async () => {
    const { page, dialogs } = await payWith('4242 4242 4242 4242');
    await page.waitForURL(`${merchant.url}/success`);
    assert.deepEqual(dialogs, []);
    const payment = await newestPayment();
    assert.equal(payment.status, 'completed');
    assert.equal(payment.amount, '10.00');
    assert.equal(payment.currency, 'usd');
    assert.match(String(payment.external_id), /^order_\d+$/);
    await page.context().close();
  });

  const challenges = [
    { how: 'the code 123456', steps: { code: '123456' }, status: 'succeeded', state: 'completed' },
    {
      how: 'the button “Complete authentication”',
      steps: { button: 'complete' },
      status: 'succeeded',
      state: 'completed',
    },
    { how: 'the button “Fail authentication”', steps: { button: 'fail' }, status: 'failed', state: 'failed' },
    { how: 'the button “Cancel”', steps: { button: 'cancel' }, status: 'failed', state: 'failed' },
  ];
  for (const { how, steps, status, state } of challenges) {
    test(`8.1: the 3-D Secure card goes to the issuer, and ${how} brings it back with status=${status}`, async () => {
      const { page, dialogs } = await payWith('4000002500003155');
      await page.waitForURL(/\/sandbox\/acs\/challenge/);
      assert.match(await page.innerText('main'), /Demo Shop[\s\S]*\$10\.00[\s\S]*3155/);
      if (steps.code !== undefined) {
        await page.fill('#otp', steps.code);
        await page.click('button[value=confirm]');
      } else {
        await page.click(`button[value=${steps.button}]`);
      }
      await page.waitForURL(`${merchant.url}/payment-complete?status=${status}`);
      assert.equal((await newestPayment()).status, state, 'the state is there before the customer is');
      assert.deepEqual(dialogs, []);
      await page.context().close();
    });
  }

  const refusals = [
    {
      title: 'a declined card',
      number: '4000000000000002',
      alert: /^Payment failed: .*declined/i,
      code: 'card_declined',
    },
    {
      title: 'a card without funds',
      number: '4000000000009995',
      alert: /^Payment failed: .*insufficient funds/i,
      code: 'insufficient_funds',
    },
  ];
  for (const { title, number, alert, code } of refusals) {
    test(`7 and 12: ${title} is told to the customer in the seed’s alert, on the same page`, async () => {
      const { page, dialogs } = await payWith(number);
      await until('the alert is shown', () => dialogs.length > 0);
      assert.match(dialogs[0] ?? '', alert);
      assert.equal(page.url(), `${merchant.url}/`);
      const payment = await newestPayment();
      assert.equal(payment.status, 'failed');
      assert.equal(payment.error_code, code);
      await page.context().close();
    });
  }

  const mistakes = [
    { title: 'a number with a wrong digit', number: '4242424242424241', cvc: '123' },
    { title: 'an empty number', number: '', cvc: '123' },
    { title: 'a security code of letters', number: '4242424242424242', cvc: 'abc' },
    { title: 'a card that is no test card', number: '4539578763621486', cvc: '123' },
  ];
  for (const { title, number, cvc } of mistakes) {
    test(`7: ${title} ends in the seed’s “Error: …” and makes no payment`, async () => {
      const asked = merchant.asked.length;
      const { page, dialogs } = await payWith(number, cvc);
      await until('the alert is shown', () => dialogs.length > 0);
      assert.match(dialogs[0] ?? '', /^Error: \S.{8,}/);
      assert.doesNotMatch(dialogs[0] ?? '', /undefined|\[object|JSON/);
      assert.ok(!merchant.asked.slice(asked).includes('/api/pay'), 'the merchant’s server is not asked');
      await page.context().close();
    });
  }

  test('7: the seed’s createToken snippet prints a token, visa and 4242', async () => {
    const snippet = replaceAllOf(
      passage(seed, "const zafapay = Zafapay('pk_test_xxxxx');\n\ntry", 'Response properties:'),
      {
        pk_test_xxxxx: 'pk_test_demo',
      },
    );
    const page = await browser.newPage();
    await page.goto(`${merchant.url}/success`);
    await page.addScriptTag({ url: `${gateway.url}/v1/zafapay.js` });
    const printed: string[] = [];
    page.on('console', (message) => {
      // The page has no /your-server/pay; the browser itself remarks on that.
      if (!message.text().startsWith('Failed to load resource'))
        printed.push(`${message.type()}: ${message.text()}`);
    });
    await page.evaluate(`(async () => { ${snippet} })()`);
    await until('the snippet has printed', () => printed.length >= 3);
    assert.match(printed[0] ?? '', /^log: tok_[A-Za-z0-9]{22}$/);
    assert.deepEqual(printed.slice(1), ['log: visa', 'log: 4242']);
    assert.ok(merchant.asked.includes('/your-server/pay'));
    await page.close();
  });

  async function runCurl(
    passageStart: string,
    replacements: Record<string, string>,
  ): Promise<Record<string, unknown>> {
    const all = {
      'https://api.sandbox.zafapay.com': gateway.url,
      YOUR_ACCESS_TOKEN: 'sk_test_demo',
      ...replacements,
    };
    const from = seed.slice(seed.indexOf(passageStart));
    const command = replaceAllOf(passage(from, 'curl -X POST', "}'\n"), all);
    const { stdout } = await promisify(execFile)('bash', ['-c', `${command}}'`]);
    return JSON.parse(stdout) as Record<string, unknown>;
  }

  async function newToken(number = '4242424242424242'): Promise<string> {
    const response = await fetch(`${gateway.url}/v1/tokens`, {
      method: 'POST',
      headers: { authorization: 'Bearer pk_test_demo', 'content-type': 'application/json' },
      body: JSON.stringify({ card: { number, exp_month: 12, exp_year: 2030, cvc: '123' } }),
    });
    return ((await response.json()) as { id: string }).id;
  }

  test('9.1, 9.3 and 10.3: the seed’s curl commands pay, save the card, and charge it again; the webhook has every field of the seed’s', async () => {
    const receiver = await startReceiver();
    const endpoint = await api('POST', '/v1/webhook_endpoints', { url: receiver.url, format: 'zafapay' });
    assert.equal(endpoint.status, 201);

    const paid = await runCurl('2. Create payment with token', {
      tok_xxxxxxxxxxxxxxxxxxxxxx: await newToken(),
    });
    assert.equal(paid.status, 'completed');
    assert.equal(paid.external_id, 'order_12345');

    const saved = await runCurl('Save Card for Recurring Payments', {
      tok_xxxxxxxxxxxxxxxxxxxxxx: await newToken(),
    });
    assert.equal(saved.status, 'completed');
    await until('both webhooks arrived', () => receiver.received.length >= 2);
    const webhooks = receiver.received.map(({ body }) => JSON.parse(body) as Record<string, unknown>);
    const webhook = webhooks.find(({ save_card }) => save_card === true);
    const sample = JSON.parse(`${passage(seed, '{\n  "event": "payment.succeeded"', '\n}\n')}}`) as Record<
      string,
      unknown
    >;
    for (const [field, value] of Object.entries(sample)) {
      assert.equal(typeof webhook?.[field], typeof value, `webhook field ${field}`);
    }
    const same = [
      'event',
      'status',
      'amount',
      'currency',
      'external_id',
      'payment_method',
      'is_recurring',
      'customer_id',
      'card_brand',
      'card_last4',
      'card_country',
      'card_funding',
    ];
    for (const field of same) assert.equal(webhook?.[field], sample[field], `webhook field ${field}`);

    const again = await runCurl('Subsequent Recurring Payments', {
      pmi_xyz789: String(webhook?.payment_method_id),
    });
    assert.equal(again.status, 'completed');
    assert.equal(again.payment_type, 'recurring');
    await api('DELETE', `/v1/webhook_endpoints/${String(endpoint.body.id)}`);
    await receiver.close();
  });

  test('8.1: the seed’s curl command with a 3-D Secure card answers where the customer has to go', async () => {
    const payment = await runCurl('2. Create payment with token', {
      tok_xxxxxxxxxxxxxxxxxxxxxx: await newToken('4000002500003155'),
    });
    assert.equal(payment.status, 'requires_action');
    assert.equal(new URL(String(payment.redirect_url)).origin, gateway.url);
  });
}
