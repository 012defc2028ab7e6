import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, describe, it } from 'node:test';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { loadSdk } from '../../src/http/zafapay/routes/sdk.ts';
import { openBrowser } from '../e2e/browser.ts';
import { openShop, type Shop, validCard } from './shop.ts';

let shop: Shop;
let browser: Browser;
let site: Server;
let origin: string;

/** A merchant's page on an origin of its own, with the SDK in a script tag. */
const pages: Record<string, () => string> = {
  '/': () => `<script src="${shop.gateway.url}/v1/zafapay.js"></script>`,
  '/pinned': () =>
    `<script src="${shop.gateway.url}/v1/zafapay.js" integrity="${loadSdk().integrity}" crossorigin="anonymous"></script>`,
  '/based': () =>
    `<script src="${shop.gateway.url}/v1/zafapay.js" data-api-base="${shop.gateway.url}/"></script>`,
  '/lost': () =>
    `<script src="${shop.gateway.url}/v1/zafapay.js" data-api-base="http://127.0.0.1:9"></script>`,
};

before(async () => {
  shop = await openShop();
  browser = await openBrowser();
  site = createServer((request, response) => {
    response.writeHead(200, { 'content-type': 'text/html' });
    response.end(`<!doctype html><title>Shop</title>${pages[request.url ?? '']?.() ?? ''}`);
  }).listen(0, '127.0.0.1');
  await once(site, 'listening');
  origin = `http://127.0.0.1:${(site.address() as AddressInfo).port}`;
});
after(async () => {
  await browser.close();
  site.close();
  await shop.gateway.close();
});

async function withPage<T>(
  work: (page: Page) => Promise<T>,
  options: Parameters<Browser['newContext']>[0] = {},
) {
  const context: BrowserContext = await browser.newContext(options);
  try {
    return await work(await context.newPage());
  } finally {
    await context.close();
  }
}

const sdkPages = new Map<string, Promise<Page>>();

/** A page of the shop's, loaded once for all tests: the SDK keeps nothing between calls. */
function sdkPage(path: string): Promise<Page> {
  const known = sdkPages.get(path);
  if (known) return known;
  const opening = browser.newPage().then(async (page) => {
    await page.goto(origin + path);
    return page;
  });
  sdkPages.set(path, opening);
  return opening;
}

/** Runs SDK code on a page of the shop's; answers what it resolved with, or how it rejected. */
async function runSdk(path: string, code: string): Promise<Record<string, unknown>> {
  return (await sdkPage(path)).evaluate(`(async () => {
    try { return { resolved: await (${code}) } }
    catch (error) {
      const { message, code, type, param, requestId } = error;
      return { isError: error instanceof Error, message, code, type, param, requestId };
    }
  })()`);
}

const card = JSON.stringify(validCard);
const create = (input: string, key = 'pk_test_demo') => `Zafapay('${key}').createToken(${input})`;

describe('7 the SDK on a page of another origin', () => {
  for (const path of ['/', '/pinned', '/based']) {
    it(`${path}: resolves with token, card and expiry`, async () => {
      const { resolved } = (await runSdk(path, create(card))) as { resolved: Record<string, unknown> };
      assert.deepEqual(Object.keys(resolved), ['token', 'card', 'expires_at']);
      assert.deepEqual(resolved.card, {
        bin: '424242',
        last4: '4242',
        brand: 'visa',
        exp_month: 12,
        exp_year: 2040,
      });
      const paid = await shop.post('/v1/payments', { amount: 10, currency: 'usd', token: resolved.token });
      assert.equal(paid.status, 201);
    });
  }

  it('takes what a form gives: texts with spaces, parseInt dates, an empty name', async () => {
    const input = `{ number: '4242 4242 4242 4242', exp_month: parseInt('03'), exp_year: '2041', cvc: ' 123 ', cardholder_name: '' }`;
    const { resolved } = (await runSdk('/', create(input))) as { resolved: { card: { exp_month: number } } };
    assert.equal(resolved.card.exp_month, 3);
  });

  it('may be made with new, and be told where the API is', async () => {
    const code = `new Zafapay('pk_test_demo', { apiBase: '${shop.gateway.url}' }).createToken(${card})`;
    assert.ok('resolved' in (await runSdk('/lost', code)));
  });

  const invalid: [string, object, string][] = [
    ['a wrong number', { number: '4242424242424241' }, 'card.number'],
    ['no number', { number: '' }, 'card.number'],
    ['month NaN', { exp_month: 'x' }, 'card.exp_month'],
    ['a year of two digits', { exp_year: 30 }, 'card.exp_year'],
    ['a past year', { exp_year: 2020 }, 'card.exp_year'],
    ['a short code', { cvc: '1' }, 'card.cvc'],
  ];
  for (const [title, fields, param] of invalid) {
    it(`rejects ${title} before it asks anybody`, async () => {
      const told = await runSdk('/lost', create(JSON.stringify({ ...validCard, ...fields })));
      assert.equal(told.isError, true);
      assert.equal(told.code, 'validation_error');
      assert.equal(told.param, param);
    });
  }

  it('rejects with what the API says, its request id included', async () => {
    const told = await runSdk('/', create(JSON.stringify({ ...validCard, number: '4000000000000010' })));
    assert.equal(told.code, 'tokenization_failed');
    assert.equal(told.type, 'payment_error');
    assert.match(String(told.requestId), /^req_/);
    assert.match(String(told.message), /test card/);
  });

  it('rejects with a message for the customer when nobody answers', async () => {
    const told = await runSdk('/lost', create(card));
    assert.equal(told.code, 'network_error');
  });

  it('throws at once on a key that is not publishable, and says so when it is secret', async () => {
    const secret = await runSdk('/', `Zafapay('sk_test_demo')`);
    assert.match(String(secret.message), /secret/);
    for (const key of ['undefined', `''`, `'pk_demo'`, '5'])
      assert.equal((await runSdk('/', `Zafapay(${key})`)).isError, true, key);
  });

  it('is served for any page, to be cached and pinned', async () => {
    const { status, headers } = await shop.get('/v1/zafapay.js', { key: null });
    assert.equal(status, 200);
    assert.equal(headers.get('content-type'), 'text/javascript; charset=utf-8');
    assert.match(headers.get('cache-control') ?? '', /public, max-age=\d+/);
    assert.equal(headers.get('cross-origin-resource-policy'), 'cross-origin');
    assert.equal(headers.get('access-control-allow-origin'), '*');
    const etag = headers.get('etag') ?? '';
    const again = await shop.get('/v1/zafapay.js', {
      key: null,
      headers: { 'if-none-match': `"x", W/${etag}` },
    });
    assert.equal(again.status, 304);
    assert.equal(again.text, '');
  });
});

describe('8.2 hosted checkout in a browser', () => {
  const open = async (fields: object = {}) =>
    (
      await shop.post('/v1/payments', {
        amount: 17.62,
        currency: 'usd',
        product_name: 'Green tea',
        ...fields,
      })
    ).body;

  for (const javaScriptEnabled of [true, false]) {
    it(`pays through 3-D Secure ${javaScriptEnabled ? 'with' : 'without'} scripts, by keyboard alone`, async () => {
      const { id, payment_url } = await open();
      await withPage(
        async (page) => {
          const complaints: string[] = [];
          page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
          await page.goto(payment_url);
          await page.keyboard.press('Tab');
          await page.keyboard.type('4000002500003155');
          for (const text of ['12', '40', '123', 'Ada Example']) {
            await page.keyboard.press('Tab');
            await page.keyboard.type(text);
          }
          await page.keyboard.press('Enter');
          await page.getByRole('button', { name: 'Complete authentication' }).click();
          if (!javaScriptEnabled) await page.getByRole('button', { name: 'Continue' }).click();
          await page.getByRole('heading', { name: 'Payment complete' }).waitFor();
          assert.deepEqual(complaints, []);
        },
        { javaScriptEnabled },
      );
      assert.equal((await shop.read(id)).status, 'completed');
    });
  }

  it('names every field, and says what is wrong with it where a screen reader hears it', async () => {
    const { payment_url } = await open();
    await withPage(async (page) => {
      await page.goto(payment_url);
      for (const name of [
        'Card number',
        'Expiry month',
        'Expiry year',
        'Security code',
        'Name on card (optional)',
      ])
        await page.getByRole('textbox', { name, exact: true }).waitFor();
      await page.getByRole('textbox', { name: 'Card number' }).fill('4242424242424241');
      await page.getByRole('button', { name: /^Pay / }).click();
      await page.getByRole('alert').waitFor();
      const number = page.getByRole('textbox', { name: 'Card number' });
      assert.equal(await number.getAttribute('aria-invalid'), 'true');
      const described = (await number.getAttribute('aria-describedby')) ?? '';
      assert.match((await page.locator(`#${described}`).textContent()) ?? '', /as it stands on your card/);
      await page.locator('#number:focus').waitFor();
    });
  });

  it('changes its language by a link that is seen', async () => {
    const { payment_url } = await open();
    await withPage(async (page) => {
      await page.goto(payment_url);
      await page.getByRole('link', { name: '日本語' }).click();
      await page.getByRole('textbox', { name: 'カード番号' }).waitFor();
      await page.getByRole('button', { name: '支払いをやめる' }).click();
      await page.getByRole('heading', { name: 'お支払いをキャンセルしました' }).waitFor();
    });
  });

  it('fits a small phone, and its buttons a thumb', async () => {
    const { payment_url } = await open({ product_name: 'x'.repeat(200) });
    await withPage(
      async (page) => {
        await page.goto(payment_url);
        const width = await page.evaluate<number>('document.documentElement.scrollWidth');
        assert.ok(width <= 320, `${width} px wide`);
        const box = await page.getByRole('button', { name: /^Pay / }).boundingBox();
        assert.ok((box?.height ?? 0) >= 44);
      },
      { viewport: { width: 320, height: 640 } },
    );
  });

  it('leads on to the shop of another origin after a form was posted', async () => {
    const { redirect_url } = (
      await shop.pay('4000002500003155', {
        return_url: `${origin.replace('127.0.0.1', 'localhost')}/?order=1`,
      })
    ).body;
    await withPage(async (page) => {
      await page.goto(redirect_url);
      await page.getByRole('button', { name: 'Complete authentication' }).click();
      await page.waitForURL(/order=1&status=succeeded$/);
    });
  });
});
