import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { PublishedOperation } from '../../src/http/openapi/document.ts';
import { startTestGateway, type TestGateway } from '../support/gateway.ts';
import { publishedDialects } from '../support/published.ts';

/** What every operation promises alike is asked of every operation; that each answer is as published is checked on close. */

let gateway: TestGateway;

before(async () => {
  gateway = await startTestGateway();
});
after(async () => {
  await gateway.close();
});

const rightKeys: Readonly<Record<string, Record<string, string>>> = {
  accessToken: { authorization: 'Bearer sk_test_demo' },
  publishableKey: { authorization: 'Bearer pk_test_demo' },
  clientId: { 'x-client-id': '1000000001' },
  clientSecret: { 'x-client-secret': 'demo_secret' },
};

interface Asked {
  readonly title: string;
  readonly method: string;
  readonly path: string;
  readonly operation: PublishedOperation;
  readonly credentials: Readonly<Record<string, string>>;
}

const operations: readonly Asked[] = publishedDialects.flatMap(({ document }) =>
  Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({
      title: `${method.toUpperCase()} ${path}`,
      method: method.toUpperCase(),
      path: path.replaceAll(/\{[^}]+\}/g, 'none'),
      operation,
      credentials: Object.assign(
        {},
        ...Object.keys(operation.security?.[0] ?? {}).map((name) => rightKeys[name]),
      ) as Record<string, string>,
    })),
  ),
);
const locked = operations.filter(({ operation }) => (operation.security ?? []).length > 0);

async function ask(
  { method, path }: Asked,
  headers: Readonly<Record<string, string>>,
  body?: string,
): Promise<number> {
  const response = await fetch(gateway.url + path, { method, headers, ...(body !== undefined && { body }) });
  await response.arrayBuffer();
  return response.status;
}

describe('without credentials, or with those of nobody', () => {
  for (const asked of locked) {
    test(`${asked.title} is 401`, async () => {
      assert.equal(await ask(asked, {}), 401);
      const wrong = Object.fromEntries(
        Object.entries(asked.credentials).map(([name, value]) => [name, `${value}x`]),
      );
      assert.equal(await ask(asked, wrong), 401);
    });
  }
});

describe('with a key of the wrong kind', () => {
  for (const asked of locked.filter(({ credentials }) => credentials.authorization !== undefined)) {
    test(`${asked.title} is 403`, async () => {
      const isToken = asked.credentials.authorization?.includes('pk_');
      const authorization = `Bearer ${isToken ? 'sk_test_demo' : 'pk_test_demo'}`;
      assert.equal(await ask(asked, { authorization }), 403);
    });
  }
});

describe('a body that cannot be read', () => {
  const json = { 'content-type': 'application/json' };
  for (const asked of locked.filter(({ method }) => method !== 'GET')) {
    test(`${asked.title}: broken JSON is 400, another type 415, one out of measure 413`, async () => {
      const { credentials } = asked;
      assert.equal(await ask(asked, { ...credentials, ...json }, '{"a":'), 400);
      assert.equal(await ask(asked, { ...credentials, 'content-type': 'text/plain' }, 'a'), 415);
      const large = JSON.stringify({ a: 'x'.repeat(3 * 1024 * 1024) });
      assert.equal(await ask(asked, { ...credentials, ...json }, large), 413);
    });
  }
});

describe('an Idempotency-Key that is none', () => {
  const keyed = locked.filter(({ operation }) =>
    operation.parameters?.some(({ name }) => name === 'Idempotency-Key'),
  );
  for (const asked of keyed) {
    test(`${asked.title} does nothing under it`, async () => {
      const headers = { ...asked.credentials, 'idempotency-key': 'k'.repeat(256) };
      const status = await ask(asked, { ...headers, 'content-type': 'application/json' }, '{}');
      assert.ok(status === 400 || status === 404, String(status));
    });
  }
});

describe('an API version that is not spoken', () => {
  const versioned = locked.filter(({ operation }) =>
    operation.parameters?.some(({ name }) => name === 'X-API-Version'),
  );
  for (const asked of versioned) {
    test(`${asked.title} is 400`, async () => {
      assert.equal(await ask(asked, { ...asked.credentials, 'x-api-version': '9' }), 400);
    });
  }
});
