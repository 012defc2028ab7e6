import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { defaultServerUrl } from '../../src/http/openapi/build-document.ts';
import { startTestGateway, type TestGateway } from '../support/gateway.ts';
import { publishedDialects } from '../support/published.ts';

let gateway: TestGateway;

before(async () => {
  gateway = await startTestGateway({ env: { PUBLIC_URL: 'https://pay.example' } });
});

after(async () => {
  await gateway.close();
});

/** Ours, but no part of a dialect: pages and preflights that Fastify adds by itself. */
const isOfDialects = (route: string) => /^[A-Z]+ \/(v1|pg|partners)(\/|$)/.test(route);
/** Families of the real API that answer 501 on every address below them; the document says so in its introduction. */
const isNotOffered = (route: string) =>
  /^[A-Z]+ \/(partners|pg\/(subscriptions|payment-links|settlements|vba|forms|eligibility))(\/|$)/.test(
    route,
  );

describe('the documents and the routes of a running gateway', () => {
  test('every route is described', () => {
    const undescribed = [...gateway.answers.routes]
      .filter((route) => isOfDialects(route) && !isNotOffered(route) && !route.startsWith('HEAD '))
      .filter((route) => {
        const [method = '', url = ''] = route.split(' ');
        return !publishedDialects.some((dialect) => {
          const path = dialect.pathOf(url);
          return path !== undefined && dialect.document.paths[path]?.[method.toLowerCase()];
        });
      });
    assert.deepEqual(undescribed, [], 'describe the route in the openapi folder of its dialect');
  });

  test('every operation that is described has a route', () => {
    const plain = (path: string) => path.replaceAll(/\{[^}]+\}|:[A-Za-z0-9_]+/g, '{}').replace(/\/$/, '');
    const routes = new Set(
      [...gateway.answers.routes].map((route) => {
        const [method = '', url = ''] = route.split(' ');
        return `${method.toLowerCase()} ${plain(url)}`;
      }),
    );
    for (const { document } of publishedDialects)
      for (const [path, operations] of Object.entries(document.paths))
        for (const method of Object.keys(operations))
          assert.ok(
            routes.has(`${method} ${plain(path)}`),
            `${method} ${path} is described, but is no route`,
          );
  });

  for (const { name } of publishedDialects) {
    test(`/openapi/${name}.json is the kept file, with this gateway's own address`, async () => {
      const response = await fetch(`${gateway.url}/openapi/${name}.json`);
      assert.equal(response.status, 200);
      assert.equal(response.headers.get('content-type'), 'application/json; charset=utf-8');
      assert.equal(response.headers.get('access-control-allow-origin'), '*');
      const kept = readFileSync(join(import.meta.dirname, '..', '..', 'openapi', `${name}.json`), 'utf8');
      const own = kept.replace(`"url": "${defaultServerUrl}"`, '"url": "https://pay.example"');
      assert.ok((await response.text()) === own, 'it differs from the kept file by more than the address');
      const again = await fetch(`${gateway.url}/openapi/${name}.json`, {
        headers: { 'if-none-match': response.headers.get('etag') ?? '' },
      });
      assert.equal(again.status, 304);
    });
  }
});

describe('the reference for people', () => {
  for (const { name, document } of publishedDialects) {
    test(`/reference/${name} shows every operation and webhook, and loads nothing`, async () => {
      const response = await fetch(`${gateway.url}/reference/${name}`);
      assert.equal(response.status, 200);
      assert.match(response.headers.get('content-security-policy') ?? '', /default-src 'none'/);
      const page = await response.text();
      for (const operations of Object.values(document.paths))
        for (const { operationId } of Object.values(operations))
          assert.ok(page.includes(`<section class="operation" id="${operationId}">`), operationId);
      for (const webhook of Object.keys(document.webhooks))
        assert.ok(page.includes(`id="webhook-${webhook}"`), webhook);
      assert.doesNotMatch(page, /<script|<link|<img|<iframe|@import|url\(/);
      const anchors = [...page.matchAll(/href="#([^"]+)"/g)].map((match) => match[1] ?? '');
      for (const anchor of anchors) assert.ok(page.includes(`id="${anchor}"`), `#${anchor} leads nowhere`);
      assert.ok(page.includes('https://pay.example'), "samples name the gateway's own address");
    });
  }

  test('/reference/ leads to both, and /reference to it', async () => {
    const bare = await fetch(`${gateway.url}/reference`, { redirect: 'manual' });
    assert.equal(bare.headers.get('location'), '/reference/');
    const page = await (await fetch(`${gateway.url}/reference/`)).text();
    for (const { name } of publishedDialects) assert.ok(page.includes(`<a href="${name}">`), name);
  });
});
