import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type Currency, currencyExponent, parseCurrency } from '../../src/domain/currency.ts';
import { formatMajorUnits, minorUnits, parseMajorUnits, shortestMajorUnits } from '../../src/domain/money.ts';
import { NumberLiteral, parseStrictJson } from '../../src/lib/strict-json.ts';

const codes = ['USD', 'EUR', 'SGD', 'PHP', 'GBP', 'AUD', 'CAD', 'INR', 'JPY', 'KWD'];
const currencies: readonly Currency[] = codes.flatMap((code) => parseCurrency(code) ?? []);
const currency = fc.constantFrom(...currencies);
/** What fits under every currency: twelve digits before the point, three behind it. */
const count = fc.bigInt({ min: 1n, max: 999_999_999_999_999n });

test('[zafapay 2] an amount that is written out reads back as the same count, in either form', () => {
  fc.assert(
    fc.property(count, currency, (units, code) => {
      for (const write of [formatMajorUnits, shortestMajorUnits])
        assert.equal(parseMajorUnits(write(minorUnits(units), code), code), units);
    }),
  );
});

test('[zafapay 2] a string has exactly the decimals of its currency, a number none that says nothing', () => {
  fc.assert(
    fc.property(count, currency, (units, code) => {
      const exponent = currencyExponent(code);
      const decimals = exponent === 0 ? '' : `\\.[0-9]{${exponent}}`;
      assert.match(formatMajorUnits(minorUnits(units), code), new RegExp(`^(0|[1-9][0-9]*)${decimals}$`));
      assert.match(shortestMajorUnits(minorUnits(units), code), /^(0|[1-9][0-9]*)(\.[0-9]*[1-9])?$/);
    }),
  );
});

test('[zafapay 2] the digits on the wire are the digits that were counted: no float comes between', () => {
  fc.assert(
    fc.property(count, currency, (units, code) => {
      const literal = shortestMajorUnits(minorUnits(units), code);
      const body = JSON.stringify({ amount: new NumberLiteral(literal) });
      assert.equal(body, `{"amount":${literal}}`);
      const { amount } = parseStrictJson(Buffer.from(body)) as { amount: NumberLiteral };
      assert.equal(parseMajorUnits(amount.text, code), units);
    }),
  );
});

test('[zafapay 2] more decimals than the currency has, signs, exponents and separators are no amounts', () => {
  const noise = fc.oneof(
    fc.tuple(count, fc.integer({ min: 4, max: 9 })).map(([n, zeros]) => `${n}.${'0'.repeat(zeros - 1)}1`),
    count.map((n) => `-${n}`),
    count.map((n) => `+${n}`),
    fc.tuple(count, fc.integer({ min: 1, max: 20 })).map(([n, e]) => `${n}e${e}`),
    count.map((n) => `${n},00`),
    count.map((n) => ` ${n}`),
    count.map((n) => `${n}.`),
    count.map((n) => `.${n}`),
    fc.constantFrom('', '0', '0.00', 'NaN', 'Infinity', '0x10', '１０'),
  );
  fc.assert(
    fc.property(noise, currency, (text, code) => {
      assert.equal(typeof parseMajorUnits(text, code), 'string', text);
    }),
  );
});
