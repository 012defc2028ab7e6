import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseStrictJson } from '../../lib/strict-json.ts';
import { canonicalRequestHash, hashKey, parseIdempotencyKey } from './idempotency-key.ts';

const secretKey = Buffer.alloc(32, 1);

describe('the header Idempotency-Key', () => {
  const read: [header: string | string[] | undefined, expected: string | null | undefined][] = [
    [undefined, undefined],
    ['a', 'a'],
    ['"a"', 'a'],
    ['"a\\"b\\\\"', 'a"b\\'],
    ['two words', 'two words'],
    ['a'.repeat(255), 'a'.repeat(255)],
    [`"${'a'.repeat(255)}"`, 'a'.repeat(255)],
    ['a'.repeat(256), null],
    ['', null],
    ['""', null],
    ['"a', null],
    ['"a"b"', null],
    ['"a\\n"', null],
    ['é', null],
    ['a\tb', null],
    [['a', 'b'], null],
  ];
  for (const [header, expected] of read) {
    it(`${JSON.stringify(header)?.slice(0, 30)} reads as ${expected === null ? 'malformed' : String(expected).slice(0, 20)}`, () => {
      const wanted =
        expected === undefined
          ? { kind: 'absent' }
          : expected === null
            ? { kind: 'malformed' }
            : { kind: 'key', key: expected };
      assert.deepEqual(parseIdempotencyKey(header), wanted);
    });
  }
});

describe('the hash of a request', () => {
  const hash = (body: string, method = 'POST', path = '/v1/payments', key = secretKey): string =>
    canonicalRequestHash({ method, path, body: parseStrictJson(Buffer.from(body)), secretKey: key }).toString(
      'hex',
    );
  const base = '{"amount":10.00,"card":{"number":"4111111111111111","cvc":"123"},"list":[1,{"b":2,"a":3}]}';

  it('is the same for another order of keys, other spaces and another security code', () => {
    const same =
      '{ "list": [1, {"a":3,"b":2}], "card":{"cvc":"999","number":"4111111111111111"},"amount":10.00}';
    assert.equal(hash(same), hash(base));
    assert.equal(hash(base.replace(',"cvc":"123"', '')), hash(base));
  });

  it('is the same for another way of writing the same number', () => {
    for (const amount of ['10', '10.0', '10.000'])
      assert.equal(hash(base.replace('10.00', amount)), hash(base));
    assert.equal(hash('{"amount":0.50}'), hash('{"amount":0.5}'));
    for (const amount of ['1', '100', '1.000', '10.001', '-10'])
      assert.notEqual(hash(base.replace('10.00', amount)), hash(base));
  });

  const different: [name: string, other: string][] = [
    ['another amount', base.replace('10.00', '10.01')],
    ['the amount as a string', base.replace('10.00', '"10.00"')],
    ['another card', base.replace('4111111111111111', '4242424242424242')],
    ['another order of a list', base.replace('[1,{"b":2,"a":3}]', '[{"b":2,"a":3},1]')],
    ['a member more', base.replace('{"amount"', '{"x":null,"amount"')],
  ];
  for (const [name, other] of different)
    it(`differs for ${name}`, () => assert.notEqual(hash(other), hash(base)));

  it('differs for another method, path or secret', () => {
    assert.notEqual(hash(base, 'PATCH'), hash(base));
    assert.notEqual(hash(base, 'POST', '/v1/payments/tx_1/refund'), hash(base));
    assert.notEqual(hash(base, 'POST', '/v1/payments', Buffer.alloc(32, 2)), hash(base));
  });

  it('has 32 bytes, and so has the hash of a key', () => {
    assert.equal(hash(base).length, 64);
    assert.equal(hashKey('a', secretKey).length, 32);
    assert.notDeepEqual(hashKey('a', secretKey), hashKey('b', secretKey));
  });
});
