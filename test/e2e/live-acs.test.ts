import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, describe, test } from 'node:test';
import type { Browser, BrowserContextOptions, Page, Request } from 'playwright-core';
import type { EdgeServer } from '../../src/http/edge/dialect.ts';
import { createLogger } from '../../src/http/edge/logging.ts';
import { createHttpServer } from '../../src/http/edge/server.ts';
import { registerEximpe } from '../../src/http/eximpe/register-eximpe.ts';
import { registerThreeDsResults, resultsPath } from '../../src/http/threeds/results.ts';
import { registerZafapay } from '../../src/http/zafapay/register.ts';
import { registerSandboxPages } from '../../src/sandbox/issuer/acs-routes.ts';
import { createOrderStore } from '../../src/store/orders.ts';
import { parseAuthenticationResult } from '../../src/threeds/parse-messages.ts';
import type { Gateway } from '../../src/usecases/gateway.ts';
import type { Authenticator } from '../../src/usecases/ports/authenticator.ts';
import { orderBody } from '../eximpe/shop.ts';
import { startTestCore, type TestCore } from '../support/core.ts';
import { openBrowser } from './browser.ts';

/**
 * Live mode does not start without an acquirer for live money, so its pages are mounted here on a core that is told that
 * it is live. The issuer is the sandbox's own page, on an origin of its own, where nothing but a posted CReq leads to it.
 */
let house: TestCore;
let browser: Browser;
let issuer: EdgeServer;
let live: EdgeServer;
let url: string;
let issuerUrl: string;
/** Where the issuer's page is said to be; another issuer stands at an https address that the browser alone knows. */
let acs: 'loopback' | 'https' = 'loopback';
const httpsAcs = 'https://acs.example/challenge';

const log = createLogger({ level: 'silent' });

before(async () => {
  house = await startTestCore();
  browser = await openBrowser();
  const { clock } = house.core;
  issuer = createHttpServer({ log, clock });
  registerSandboxPages(issuer, { pool: house.database.pool, clock, log: issuer.log });
  issuerUrl = await issuer.listen({ host: '127.0.0.1', port: 0 });
  url = `http://127.0.0.1:${await freePort()}`;
  live = createHttpServer({ log, clock });
  mount(live, { ...house.gateway, ...liveParts() });
  await live.listen({ host: '127.0.0.1', port: Number(new URL(url).port) });
});
after(async () => {
  await live.close();
  await issuer.close();
  await browser.close();
  await house.close();
});

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

function liveParts(): Pick<Gateway, 'mode' | 'acceptance' | 'authenticator' | 'resultsUrl'> {
  const authenticator: Authenticator = {
    async authenticate(request) {
      const answer = await house.gateway.authenticator.authenticate(request);
      if (answer.kind !== 'challenge') return answer;
      const { pathname } = new URL(answer.acsUrl);
      return { ...answer, acsUrl: acs === 'https' ? httpsAcs : issuerUrl + pathname };
    },
  };
  return {
    mode: 'live',
    acceptance: { judge: () => 'accepted' },
    authenticator,
    resultsUrl: (token) => url + resultsPath(token),
  };
}

function mount(server: EdgeServer, gateway: Gateway): void {
  const { core } = house;
  registerZafapay(server, {
    gateway,
    publicUrl: url,
    idempotencySecret: core.secrets.idempotency,
    checkoutSecret: core.secrets.checkout,
    sealText: async () => randomBytes(1),
    webhookFormats: [],
    judgeWebhookUrl: () => null,
  });
  registerEximpe(server, {
    gateway,
    orders: createOrderStore(core.merchantDatabase),
    publicUrl: url,
    secretKey: core.secrets.eximpe,
  });
  registerThreeDsResults(server, {
    gateway,
    parseResult: parseAuthenticationResult,
    isBadMessage: () => false,
    acknowledge: (_result, resultsStatus) => ({ resultsStatus }),
  });
}

async function call(path: string, body: object, headers: Record<string, string>) {
  const response = await fetch(url + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
  // biome-ignore lint/suspicious/noExplicitAny: bodies of both dialects, and a test fails where one differs
  const answer = (await response.json()) as any;
  assert.ok(response.ok, JSON.stringify(answer));
  return answer;
}

const zafapay = (path: string, body: object, key = 'sk_test_demo') =>
  call(path, body, { authorization: `Bearer ${key}` });
const challenged = '4000002500003155';

/** A payment that waits for its cardholder: the address to send the browser to. */
async function payment(): Promise<string> {
  const card = { number: challenged, exp_month: 12, exp_year: 2040, cvc: '123' };
  const token = await zafapay('/v1/tokens', { card }, 'pk_test_demo');
  const made = await zafapay('/v1/payments', {
    amount: 10,
    currency: 'usd',
    token: token.id,
    return_url: 'https://shop.example/done?order=7',
  });
  assert.equal(made.status, 'requires_action');
  return made.redirect_url;
}

interface Walk {
  readonly page: Page;
  /** What reached the issuer's page, in order. */
  readonly toIssuer: Request[];
  readonly complaints: string[];
}

/** Gives `work` a fresh customer whose every complaint fails the test; the shop answers with a word. */
async function asCustomer(
  work: (walk: Walk) => Promise<void>,
  options: BrowserContextOptions = {},
): Promise<void> {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  const complaints: string[] = [];
  const toIssuer: Request[] = [];
  page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('request', (request) => {
    if (request.url().startsWith(issuerUrl) || request.url() === httpsAcs) toIssuer.push(request);
  });
  await page.route('https://shop.example/**', (route) => route.fulfill({ body: 'Thank you' }));
  try {
    await work({ page, toIssuer, complaints });
    assert.deepEqual(complaints, []);
  } finally {
    await context.close();
  }
}

function creqOf(request: Request | undefined): Record<string, unknown> {
  assert.equal(request?.method(), 'POST');
  const creq = new URLSearchParams(request.postData() ?? '').get('creq') ?? '';
  return JSON.parse(Buffer.from(creq, 'base64url').toString()) as Record<string, unknown>;
}

const policyOf = (response: { headers(): Record<string, string> } | null) =>
  response?.headers()['content-security-policy'] ?? '';

for (const javaScriptEnabled of [true, false]) {
  const scripts = javaScriptEnabled ? 'with scripts by itself' : 'without scripts by a button';
  describe(`in live mode the CReq is posted to the issuer, ${scripts}`, () => {
    test('Zafapay: from redirect_url to the issuer, and back to the shop', () =>
      asCustomer(
        async ({ page, toIssuer }) => {
          const response = page.waitForResponse((answer) => answer.url().startsWith(`${url}/3ds/tx_`));
          await page.goto(await payment());
          const policy = policyOf(await response);
          assert.match(policy, /default-src 'none'; script-src 'nonce-[^']+'/);
          assert.match(policy, /form-action http: https:; frame-ancestors 'none'/);
          assert.doesNotMatch(policy, /unsafe/);
          if (!javaScriptEnabled) await page.getByRole('button', { name: 'Continue to my bank' }).click();
          await page.getByRole('heading', { name: 'Confirm your payment' }).waitFor();
          assert.equal(creqOf(toIssuer[0]).messageType, 'CReq');
          // A redirect cannot be answered by us, so the shop stays unreachable; that the browser asks for it will do.
          const arrived = page.waitForRequest('https://shop.example/done?order=7&status=succeeded');
          await page.getByRole('button', { name: 'Complete authentication' }).click();
          if (!javaScriptEnabled) await page.getByRole('button', { name: 'Continue' }).click();
          await arrived;
        },
        { javaScriptEnabled },
      ));

    test('Zafapay: from the hosted page, which marks no test', () =>
      asCustomer(
        async ({ page, toIssuer }) => {
          const { payment_url } = await zafapay('/v1/payments', { amount: 10, currency: 'usd' });
          const policy = policyOf(await page.goto(payment_url));
          assert.match(policy, /form-action 'self' https:;/);
          assert.equal(await page.getByText('Test mode').count(), 0);
          await fill(page, { number: challenged, exp_month: '12', exp_year: '40', cvc: '123' });
          await page.getByRole('button', { name: /^Pay / }).click();
          if (!javaScriptEnabled) await page.getByRole('button', { name: 'Continue to my bank' }).click();
          await page.getByRole('button', { name: 'Complete authentication' }).click();
          assert.equal(creqOf(toIssuer[0]).messageType, 'CReq');
          if (!javaScriptEnabled) await page.getByRole('button', { name: 'Continue' }).click();
          await page.getByRole('heading', { name: 'Payment complete' }).waitFor();
        },
        { javaScriptEnabled },
      ));

    test('EximPe: from the hosted page to the signed return', () =>
      asCustomer(
        async ({ page, toIssuer }) => {
          await page.goto(await hostedOrder());
          assert.equal(await page.getByText('Test mode').count(), 0);
          await fill(page, {
            number: challenged,
            cardholder_name: 'Asha Rao',
            expiry_month: '12',
            expiry_year: '40',
            cvv: '123',
          });
          await page.getByRole('button', { name: /^Pay / }).click();
          if (!javaScriptEnabled) await page.getByRole('button', { name: 'Continue to my bank' }).click();
          await page.getByRole('button', { name: 'Complete authentication' }).click();
          assert.equal(creqOf(toIssuer[0]).messageType, 'CReq');
          if (!javaScriptEnabled) {
            await page.getByRole('button', { name: 'Continue' }).click();
            await page.getByRole('button', { name: 'Continue' }).click();
          }
          await page.waitForURL('https://shop.example/eximpe/return');
        },
        { javaScriptEnabled },
      ));
  });
}

async function hostedOrder(): Promise<string> {
  const { card_details: _, ...body } = orderBody({ collection_mode: undefined });
  const { data } = await call('/pg/orders/', body, {
    'x-client-id': '1000000001',
    'x-client-secret': 'demo_secret',
  });
  return data.checkout_url;
}

async function fill(page: Page, fields: Record<string, string>): Promise<void> {
  for (const [name, text] of Object.entries(fields)) await page.fill(`#${name}`, text);
}

test('an issuer behind https is led to under a policy that allows nothing less', () =>
  asCustomer(async ({ page, toIssuer }) => {
    acs = 'https';
    try {
      await page.route(httpsAcs, (route) => route.fulfill({ body: 'The bank', contentType: 'text/html' }));
      const response = page.waitForResponse((answer) => answer.url().startsWith(`${url}/3ds/tx_`));
      await page.goto(await payment());
      assert.match(policyOf(await response), /form-action https:; frame-ancestors 'none'/);
      await page.getByText('The bank').waitFor();
      assert.equal(creqOf(toIssuer[0]).messageType, 'CReq');
    } finally {
      acs = 'loopback';
    }
  }));

test('a customer who comes back too early is led to the issuer once more, with the CReq', () =>
  asCustomer(async ({ page, toIssuer }) => {
    await page.goto(await hostedOrder());
    await fill(page, {
      number: challenged,
      cardholder_name: 'Asha Rao',
      expiry_month: '12',
      expiry_year: '40',
      cvv: '123',
    });
    await page.getByRole('button', { name: /^Pay / }).click();
    await page.getByRole('heading', { name: 'Confirm your payment' }).waitFor();
    const { rows } = await house.database.pool.query<{ notification_url: string }>(
      'select notification_url from sandbox_bank.authentications order by created_at desc limit 1',
    );
    await page.goto(rows[0]?.notification_url ?? '');
    await page.getByRole('button', { name: /bank/ }).click();
    await page.getByRole('heading', { name: 'Confirm your payment' }).waitFor();
    assert.equal(toIssuer.length, 2);
    assert.deepEqual(creqOf(toIssuer[1]), creqOf(toIssuer[0]));
  }));
