import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { NumberLiteral, parseStrictJson, StrictJsonError, type StrictJsonReason } from './strict-json.ts';

const parse = (text: string): unknown => parseStrictJson(Buffer.from(text));

function reasonOf(bytes: Buffer | string): StrictJsonReason | undefined {
  try {
    parseStrictJson(Buffer.from(bytes as string));
    return undefined;
  } catch (error) {
    assert.ok(error instanceof StrictJsonError, `threw ${error}`);
    return error.reason;
  }
}

describe('refused documents', () => {
  const refused: [document: string | Buffer, reason: StrictJsonReason][] = [
    [Buffer.from([0xff]), 'not_utf8'],
    [Buffer.from([0x22, 0xc0, 0xaf, 0x22]), 'not_utf8'],
    [Buffer.from([0x22, 0xed, 0xa0, 0x80, 0x22]), 'not_utf8'],
    ['', 'not_json'],
    [' ', 'not_json'],
    ['\ufeff{}', 'not_json'],
    ['{', 'not_json'],
    ['{"a"', 'not_json'],
    ['{"a":', 'not_json'],
    ['{"a":1,}', 'not_json'],
    ['{a:1}', 'not_json'],
    ["{'a':1}", 'not_json'],
    ['[1,]', 'not_json'],
    ['[1 2]', 'not_json'],
    ['[,]', 'not_json'],
    ['{} {}', 'not_json'],
    ['truer', 'not_json'],
    ['nul', 'not_json'],
    ['NaN', 'not_json'],
    ['-Infinity', 'not_json'],
    ['01', 'not_json'],
    ['+1', 'not_json'],
    ['.5', 'not_json'],
    ['1.', 'not_json'],
    ['1e', 'not_json'],
    ['0x10', 'not_json'],
    ['-', 'not_json'],
    ['"a', 'not_json'],
    ['"a\\', 'not_json'],
    ['"a\\"', 'not_json'],
    ['"a\nb"', 'not_json'],
    ['"a\tb"', 'not_json'],
    ['"\\x41"', 'not_json'],
    ['"\\u00g0"', 'not_json'],
    ['\u00a0{}', 'not_json'],
    ['/* */{}', 'not_json'],
    ['{"a":1,"a":1}', 'duplicate_key'],
    ['{"a":1,"\\u0061":2}', 'duplicate_key'],
    ['{"":1,"":2}', 'duplicate_key'],
    ['{"x":[{"a":1,"a":2}]}', 'duplicate_key'],
    ['{"__proto__":1,"__proto__":2}', 'duplicate_key'],
    ['{"toString":1,"toString":2}', 'duplicate_key'],
    ['{"1":1,"1":2}', 'duplicate_key'],
    ['['.repeat(21) + ']'.repeat(21), 'too_deep'],
    ['{"a":'.repeat(21) + '1' + '}'.repeat(21), 'too_deep'],
    ['['.repeat(1_000_000), 'too_deep'],
    ['"\\u0000"', 'unstorable_text'],
    ['{"a\\u0000":1}', 'unstorable_text'],
    ['"\\ud800"', 'unstorable_text'],
    ['"\\udc00\\ud800"', 'unstorable_text'],
  ];
  for (const [document, reason] of refused) {
    const shown =
      typeof document === 'string' ? JSON.stringify(document.slice(0, 40)) : document.toString('hex');
    it(`${shown} is ${reason}`, () => assert.equal(reasonOf(document), reason));
  }

  it('the message never quotes the document', () => {
    for (const document of ['{"number":"4111111111111111"', '{"4111111111111111":1,"4111111111111111":2}']) {
      assert.throws(
        () => parse(document),
        (error: Error) => !error.message.includes('4111'),
      );
    }
  });
});

describe('accepted documents', () => {
  it('twenty levels are not too deep', () =>
    assert.equal(reasonOf('['.repeat(20) + ']'.repeat(20)), undefined));

  it('names that objects inherit are ordinary keys', () => {
    assert.deepEqual(parse('{"toString":1,"constructor":{"prototype":{"a":2}}}'), {
      toString: 1,
      constructor: { prototype: { a: 2 } },
    });
    assert.equal(({} as { a?: number }).a, undefined);
  });

  it('a key __proto__ is left out and changes no prototype, nor does a copy of the value', () => {
    const value = parse('{"__proto__":{"admin":true},"\\u005f_proto__x":1}') as { admin?: boolean };
    assert.equal(value.admin, undefined);
    assert.equal(Object.assign({}, value).admin, undefined);
    assert.deepEqual(Object.keys(value), ['__proto__x']);
    assert.equal(Object.getPrototypeOf(value), Object.prototype);
  });

  it('escapes and surrogate pairs are undone', () => {
    assert.equal(parse('"\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\\ud83d\\ude00é😀"'), '"\\/\b\f\n\r\té😀é😀');
  });

  it('agrees with JSON.parse on every valid document', () => {
    const keys = { literalNumberKeys: new Set<string>() };
    fc.assert(
      fc.property(fc.json({ stringUnit: 'grapheme', maxDepth: 8 }), fc.boolean(), (document, spaced) => {
        const expected = JSON.parse(document) as unknown;
        const text = spaced ? JSON.stringify(expected, undefined, '\t ') : document;
        fc.pre(!text.includes('__proto__') && !text.includes('\\u0000'));
        assert.deepStrictEqual(parseStrictJson(Buffer.from(text), keys), expected);
      }),
      { numRuns: 500 },
    );
  });

  it('accepts no text that JSON.parse refuses', () => {
    const characters = fc.constantFrom(...'{}[],:"\\0123456789.eE+-truefalsn \n\tu');
    fc.assert(
      fc.property(fc.string({ unit: characters, maxLength: 12 }), (text) => {
        let expected: unknown;
        try {
          expected = JSON.parse(text);
        } catch {
          assert.equal(reasonOf(text) !== undefined, true);
          return;
        }
        if (reasonOf(text) === undefined) assert.deepStrictEqual(parse(text), expected);
      }),
      { numRuns: 3000 },
    );
  });
});

describe('number literals', () => {
  for (const text of [
    '10.00',
    '17.62',
    '0',
    '-1',
    '1e2',
    '1E+2',
    '123456789012345678901234567890',
    '0.1000',
  ]) {
    it(`an amount of ${text} keeps its digits there and back`, () => {
      const { amount } = parse(`{"amount": ${text} }`) as { amount: unknown };
      assert.ok(amount instanceof NumberLiteral);
      assert.equal(amount.text, text);
      assert.equal(JSON.stringify({ amount }), `{"amount":${text}}`);
    });
  }

  it('only numbers directly under a named key are kept, at any depth', () => {
    const value = parse('{"amount":"1.0","order":{"refund_amount":2.0,"fee":3.0},"list":{"amount":[4.0]}}');
    assert.deepStrictEqual(value, {
      amount: '1.0',
      order: { refund_amount: new NumberLiteral('2.0'), fee: 3 },
      list: { amount: [4] },
    });
  });

  it('a literal that is no JSON number cannot be made', () => {
    for (const text of ['', '01', '1.', 'NaN', '1"', ' 1'])
      assert.throws(() => new NumberLiteral(text), TypeError);
  });
});
