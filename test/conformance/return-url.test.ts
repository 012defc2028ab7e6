import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { withParameters } from '../../src/domain/return-url.ts';

const name = fc.stringMatching(/^[A-Za-z_]{1,8}$/).filter((text) => text !== 'status');
const value = fc
  .stringMatching(/^[A-Za-z0-9%._~-]{0,10}$/)
  .filter((text) => !/%(?![0-9A-Fa-f]{2})/.test(text));
const pairs = fc.array(fc.tuple(name, value), { maxLength: 5 });
const fragment = fc.option(fc.stringMatching(/^[A-Za-z0-9=&?/]{1,10}$/), { nil: undefined });

const address = fc.tuple(pairs, fragment).map(([query, hash]) => ({
  query: query.map(([key, text]) => `${key}=${text}`),
  hash: hash === undefined ? '' : `#${hash}`,
}));

test('[zafapay 8.1] the result is added behind whatever query was there, before the fragment, and nothing else changes', () => {
  fc.assert(
    fc.property(address, fc.constantFrom('succeeded', 'failed'), ({ query, hash }, status) => {
      const given = `https://shop.example/done${query.length > 0 ? `?${query.join('&')}` : ''}${hash}`;
      const expected = `https://shop.example/done?${[...query, `status=${status}`].join('&')}${hash}`;
      assert.equal(withParameters(given, { status }), expected);
    }),
  );
});

test('[zafapay 8.1] a status that was there is replaced, however it is spelt, and stands there once', () => {
  const spelt = fc.constantFrom('status', 'stat%75s', '%73tatus', 'status');
  fc.assert(
    fc.property(pairs, spelt, pairs, (before, key, behind) => {
      const query = [
        ...before.map(([one, text]) => `${one}=${text}`),
        `${key}=forged`,
        ...behind.map(([one, text]) => `${one}=${text}`),
      ];
      const there = new URL(withParameters(`https://shop.example/?${query.join('&')}`, { status: 'failed' }));
      assert.deepEqual(there.searchParams.getAll('status'), ['failed']);
    }),
  );
});

test('[zafapay 8.1] what was added once is not added again', () => {
  fc.assert(
    fc.property(address, ({ query, hash }) => {
      const given = `https://shop.example/${query.length > 0 ? `?${query.join('&')}` : ''}${hash}`;
      const once = withParameters(given, { status: 'failed' });
      assert.equal(withParameters(once, { status: 'failed' }), once);
    }),
  );
});
