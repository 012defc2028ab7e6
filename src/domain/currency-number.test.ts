import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Currency, parseCurrency } from './currency.ts';
import { currencyNumber, parseCurrencyNumber } from './currency-number.ts';

test('numbers of ISO 4217 lead there and back', () => {
  for (const [code, number] of [
    ['USD', '840'],
    ['EUR', '978'],
    ['JPY', '392'],
    ['INR', '356'],
    ['KWD', '414'],
    ['ALL', '008'],
    ['CLF', '990'],
  ]) {
    assert.equal(currencyNumber(code as Currency), number);
    assert.equal(parseCurrencyNumber(number ?? ''), code);
  }
});

test('every currency that the platform knows and we take has a number, and no number is used twice', () => {
  const numbers = new Map<string, string>();
  for (const code of Intl.supportedValuesOf('currency')) {
    const currency = parseCurrency(code);
    if (currency === undefined) continue;
    const number = currencyNumber(currency);
    assert.ok(number !== undefined, code);
    assert.ok(!numbers.has(number), `${code} and ${numbers.get(number)} share ${number}`);
    numbers.set(number, code);
  }
});

test('what is no number of a currency is none', () => {
  for (const text of ['', '84', '0840', 'USD', '000', '999'])
    assert.equal(parseCurrencyNumber(text), undefined);
});
