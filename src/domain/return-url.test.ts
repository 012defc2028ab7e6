import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { judgeReturnUrl, type ReturnUrlFault, withParameters } from './return-url.ts';

describe('which addresses customers may be sent back to', () => {
  const cases: [string, string, 'sandbox' | 'live', string[], ReturnUrlFault | undefined][] = [
    ['https is allowed', 'https://shop.example/done?order=7#top', 'live', [], undefined],
    ['http to the loopback is allowed in the sandbox', 'http://127.0.0.1:3000/x', 'sandbox', [], undefined],
    ['so is localhost', 'http://localhost/x', 'sandbox', [], undefined],
    ['so is a name below localhost', 'http://shop.localhost/x', 'sandbox', [], undefined],
    ['so is IPv6', 'http://[::1]:8080/', 'sandbox', [], undefined],
    ['http to the loopback is refused live', 'http://127.0.0.1/x', 'live', [], 'not_https'],
    ['http elsewhere is refused in the sandbox', 'http://shop.example/x', 'sandbox', [], 'not_https'],
    [
      'a name that only begins like localhost is elsewhere',
      'http://localhost.evil.example/',
      'sandbox',
      [],
      'not_https',
    ],
    [
      'an address that only begins like the loopback is elsewhere',
      'http://127.0.0.1.evil.example/',
      'sandbox',
      [],
      'not_https',
    ],
    ['a relative address', '/done', 'live', [], 'not_absolute'],
    ['a scheme-relative address', '//shop.example/done', 'live', [], 'not_absolute'],
    ['another scheme', 'javascript:alert(1)', 'live', [], 'not_absolute'],
    ['a scheme without slashes', 'https:shop.example', 'live', [], 'not_absolute'],
    ['backslashes for slashes', 'https:\\\\shop.example', 'live', [], 'not_absolute'],
    ['no host', 'https://', 'live', [], 'not_absolute'],
    ['a user name', 'https://shop@shop.example/', 'live', [], 'has_userinfo'],
    ['a password', 'https://:x@shop.example/', 'live', [], 'has_userinfo'],
    ['2048 characters are enough', `https://shop.example/${'a'.repeat(2027)}`, 'live', [], undefined],
    ['2049 are too many', `https://shop.example/${'a'.repeat(2028)}`, 'live', [], 'too_long'],
    ['a registered origin', 'https://shop.example/any', 'live', ['https://shop.example'], undefined],
    [
      'its default port is the same origin',
      'https://shop.example:443/',
      'live',
      ['https://shop.example'],
      undefined,
    ],
    [
      'its capitals are the same origin',
      'https://SHOP.example/',
      'live',
      ['https://shop.example'],
      undefined,
    ],
    [
      'another port is another origin',
      'https://shop.example:444/',
      'live',
      ['https://shop.example'],
      'origin_not_registered',
    ],
    [
      'a subdomain is another origin',
      'https://a.shop.example/',
      'live',
      ['https://shop.example'],
      'origin_not_registered',
    ],
    [
      'the loopback must be registered when anything is',
      'http://localhost/',
      'sandbox',
      ['https://shop.example'],
      'origin_not_registered',
    ],
  ];
  for (const [title, url, mode, origins, fault] of cases) {
    it(`${title}: ${url.slice(0, 60)} is ${fault ?? 'allowed'}`, () => {
      assert.equal(judgeReturnUrl(url, { mode, origins }), fault);
    });
  }
});

describe('putting the outcome on a return address', () => {
  const cases: [string, string, string][] = [
    ['adds it to a bare address', 'https://shop.example', 'https://shop.example/?status=failed'],
    [
      'keeps a query as it is written',
      'https://shop.example/?a=%20+b&c',
      'https://shop.example/?a=%20+b&c&status=failed',
    ],
    [
      'keeps a fragment behind the query',
      'https://shop.example/x#/done?y',
      'https://shop.example/x?status=failed#/done?y',
    ],
    [
      'replaces a status that is there',
      'https://shop.example/?status=succeeded&a=1',
      'https://shop.example/?status=failed&a=1',
    ],
    [
      'replaces every status that is there',
      'https://shop.example/?status=x&a=1&status=y',
      'https://shop.example/?status=failed&a=1',
    ],
    [
      'replaces a status in disguise',
      'https://shop.example/?stat%75s=x',
      'https://shop.example/?status=failed',
    ],
    [
      'leaves other names alone',
      'https://shop.example/?Status=x&order_status=y',
      'https://shop.example/?Status=x&order_status=y&status=failed',
    ],
    [
      'writes names of other scripts in ASCII',
      'https://店.example/完',
      'https://xn--hxt.example/%E5%AE%8C?status=failed',
    ],
  ];
  for (const [title, address, expected] of cases) {
    it(title, () => assert.equal(withParameters(address, { status: 'failed' }), expected));
  }

  const pair = fc.tuple(fc.constantFrom('status', 'a', 'b', 'order', '状'), fc.string({ maxLength: 8 }));
  const address = fc
    .record({ pairs: fc.array(pair, { maxLength: 6 }), fragment: fc.webFragments(), path: fc.webPath() })
    .map(({ pairs, fragment, path }) => {
      const query = new URLSearchParams(pairs).toString();
      return `https://shop.example${path}?${query}#${fragment}`;
    });

  it('whatever the address: one status, everything else as it was, in its order', () => {
    fc.assert(
      fc.property(address, fc.constantFrom('succeeded', 'failed'), (before, status) => {
        const after = new URL(withParameters(before, { status }));
        const original = new URL(before);
        const others = (url: URL) => [...url.searchParams].filter(([name]) => name !== 'status');
        assert.deepEqual(after.searchParams.getAll('status'), [status]);
        assert.deepEqual(others(after), others(original));
        assert.equal(
          after.origin + after.pathname + after.hash,
          original.origin + original.pathname + original.hash,
        );
      }),
    );
  });

  it('doing it again changes nothing', () => {
    fc.assert(
      fc.property(address, (before) => {
        const once = withParameters(before, { status: 'failed', payment_id: 'req_1' });
        assert.equal(withParameters(once, { status: 'failed', payment_id: 'req_1' }), once);
      }),
    );
  });
});
