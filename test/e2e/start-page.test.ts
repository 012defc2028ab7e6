import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Browser } from 'playwright-core';
import { parseConfig } from '../../src/config/config.ts';
import { readEnv } from '../../src/config/env.ts';
import { startBody } from '../../src/http/start/start-page.ts';
import { demoMerchants } from '../../src/wiring/demo-merchants.ts';
import { startPageFacts } from '../../src/wiring/start-page-facts.ts';
import { startTestGateway, type TestGateway } from '../support/gateway.ts';
import { openBrowser } from './browser.ts';

let gateway: TestGateway;
let browser: Browser;
before(async () => {
  gateway = await startTestGateway();
  browser = await openBrowser();
});
after(async () => {
  await browser.close();
  await gateway.close();
});

const factsAt = (HOST: string) => startPageFacts(parseConfig(readEnv({ HOST }, [])));

describe('GET / of a sandbox', () => {
  test('is a page that runs nothing, fits a small phone, and whose every link leads somewhere', async () => {
    const page = await browser.newPage({ viewport: { width: 320, height: 640 }, javaScriptEnabled: false });
    const complaints: string[] = [];
    page.on('console', (message) => complaints.push(message.text()));
    const answer = await page.goto(`${gateway.url}/`);
    assert.match((await answer?.headerValue('content-security-policy')) ?? '', /default-src 'none'/);
    assert.equal(await page.locator('script').count(), 0);
    assert.equal(await page.evaluate('document.documentElement.scrollWidth'), 320);
    const links = await page.evaluate<string[]>(
      `[...document.querySelectorAll('a')].map(({ href }) => href)`,
    );
    assert.ok(links.length >= 3);
    for (const link of links) assert.equal((await fetch(link)).status, 200, link);
    assert.deepEqual(complaints, []);
    await page.close();
  });

  test('its credentials work as they stand there', async () => {
    const text = await (await fetch(`${gateway.url}/`)).text();
    const value = (name: string) => new RegExp(`<dt>${name}</dt><dd><code>([^<]+)`).exec(text)?.[1] ?? '';
    const token = await fetch(`${gateway.url}/v1/tokens`, {
      method: 'POST',
      headers: { authorization: `Bearer ${value('Publishable key')}`, 'content-type': 'application/json' },
      body: '{}',
    });
    assert.equal(token.status, 400, 'the key is known, and an empty body is not a card');
    const payments = await fetch(`${gateway.url}/v1/payments`, {
      headers: { authorization: `Bearer ${value('Access token')}` },
    });
    assert.equal(payments.status, 200);
    const orders = await fetch(`${gateway.url}/pg/orders/`, {
      headers: { 'x-client-id': value('Client id'), 'x-client-secret': value('Client secret') },
    });
    assert.equal(orders.status, 200);
  });

  test('names no credential where everybody might reach it', () => {
    const everywhere = startBody(factsAt('0.0.0.0')).markup;
    const here = startBody(factsAt('127.0.0.1')).markup;
    for (const { secretKey, client } of demoMerchants.slice(0, 1)) {
      for (const secret of [secretKey.reveal(), client.secret.reveal()]) {
        assert.equal(everywhere.includes(secret), false);
        assert.equal(here.includes(secret), true);
      }
    }
    assert.match(everywhere, /4242 4242 4242 4242/);
  });
});
