import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Browser } from 'playwright-core';
import { startTestGateway, type TestGateway } from '../support/gateway.ts';
import { publishedDialects } from '../support/published.ts';
import { openBrowser } from './browser.ts';

let browser: Browser;
let gateway: TestGateway;

before(async () => {
  browser = await openBrowser();
  gateway = await startTestGateway();
});
after(async () => {
  await browser.close();
  await gateway.close();
});

for (const { name } of publishedDialects) {
  test(`/reference/${name} fits a small phone, and its contents open without scripts`, async () => {
    const context = await browser.newContext({
      viewport: { width: 360, height: 740 },
      javaScriptEnabled: false,
    });
    const page = await context.newPage();
    const problems: string[] = [];
    page.on('console', (message) => problems.push(message.text()));
    page.on('requestfailed', (request) => problems.push(request.url()));
    await page.goto(`${gateway.url}/reference/${name}`);
    assert.equal(await page.evaluate('document.documentElement.scrollWidth'), 360);
    const links = page.locator('nav.narrow a');
    assert.equal(await links.last().isVisible(), false);
    await page.locator('nav.narrow summary').click();
    await links.last().click();
    assert.match(page.url(), /#webhook-/);
    assert.deepEqual(problems, []);
    await context.close();
  });
}
