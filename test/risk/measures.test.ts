import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cardLimits, countsAsFailure, reachedLimit } from '../../src/domain/risk/card-limits.ts';
import { addressName, contains, parseNetwork } from '../../src/domain/risk/network.ts';
import { slidingCount } from '../../src/domain/risk/velocity.ts';

const begun = new Date('2026-05-01T09:00:00.000Z');
const after = (seconds: number): Date => new Date(begun.getTime() + seconds * 1000);

const counted: readonly [attempts: number, before: number, seconds: number, expected: number][] = [
  [1, 0, 0, 1],
  [5, 0, 3599, 5],
  [1, 6, 0, 7],
  [1, 6, 1800, 4],
  [1, 6, 3599, 1],
  [1, 6, 3600, 1],
  [2, 1, -5, 3],
];
for (const [attempts, attemptsBefore, seconds, expected] of counted) {
  test(`${attempts} attempts, ${attemptsBefore} in the hour before, ${seconds} s into the hour: ${expected}`, () => {
    assert.equal(slidingCount({ begunAt: begun, attempts, attemptsBefore }, '1h', after(seconds)), expected);
  });
}

const addresses: readonly [text: string, canonical: string | undefined][] = [
  ['203.0.113.7', '4:ffffcb007107'],
  ['::ffff:203.0.113.7', '4:ffffcb007107'],
  ['2001:db8:0:1::1', '6:20010db800000001'],
  ['2001:db8:0:1:ffff::9', '6:20010db800000001'],
  ['2001:db8:0:2::1', '6:20010db800000002'],
  ['::1', '6:0'],
  ['203.0.113.0/24', undefined],
  ['203.0.113.256', undefined],
  ['203.0.113.07', undefined],
  ['1.2.3', undefined],
  ['2001:db8::1::2', undefined],
  ['1:2:3:4:5:6:7:8:9', undefined],
  ['1:2:3:4:5:6:7', undefined],
  ['', undefined],
  [':', undefined],
  ['localhost', undefined],
];
for (const [text, canonical] of addresses) {
  test(`the address ${JSON.stringify(text)} is counted as ${canonical ?? 'nothing'}`, () => {
    assert.equal(addressName(text), canonical);
  });
}

test('a network holds its addresses, and an address holds itself', () => {
  const holds = (network: string, address: string): boolean => {
    const [outer, inner] = [parseNetwork(network), parseNetwork(address)];
    assert.ok(outer && inner);
    return contains(outer, inner);
  };
  assert.ok(holds('10.0.0.0/8', '10.255.1.2'));
  assert.ok(!holds('10.0.0.0/8', '11.0.0.0'));
  assert.ok(holds('0.0.0.0/0', '198.51.100.1'));
  assert.ok(!holds('0.0.0.0/0', '2001:db8::1'), 'IPv4 is a corner of IPv6, and not all of it');
  assert.ok(holds('::/0', '198.51.100.1'));
  assert.ok(holds('2001:db8::1', '2001:DB8:0::1'));
});

test('limits bite above their count, and where a share is asked only when failures are that share', () => {
  for (const { scope, failuresMax, shareMin, measure } of cardLimits) {
    const barely = failuresMax + 1;
    const most = shareMin === 0 ? 1_000_000 : Math.floor(barely / shareMin) - barely;
    assert.equal(reachedLimit(scope, barely, most)?.measure, measure, `${scope} at ${barely}`);
    if (shareMin > 0) assert.notEqual(reachedLimit(scope, barely, most + 2)?.failuresMax, failuresMax);
  }
  assert.equal(reachedLimit('address', 40, 0), undefined);
  assert.equal(reachedLimit('merchant', 600, 10)?.measure, 'refuse', 'the strictest first');
  assert.equal(reachedLimit('merchant', 600, 500)?.measure, 'authenticate');
});

test('an issuer’s no is a failed card, an outage is none', () => {
  for (const reason of ['card_declined', 'insufficient_funds', 'incorrect_cvc', 'stolen_card'] as const)
    assert.ok(countsAsFailure(reason), reason);
  for (const reason of ['issuer_unavailable', 'processing_error', 'authentication_required'] as const)
    assert.ok(!countsAsFailure(reason), reason);
});
