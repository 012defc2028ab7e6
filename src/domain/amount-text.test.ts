import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type AmountLocale, amountText } from './amount-text.ts';
import { type Currency, parseCurrency } from './currency.ts';
import { formatMajorUnits, minorUnits } from './money.ts';

const cases: [amount: bigint, currency: string, locale: AmountLocale, text: string][] = [
  [1762n, 'USD', 'en-US', '$17.62'],
  [1762n, 'USD', 'en-IN', '$17.62'],
  [1762n, 'USD', 'ja-JP', '$17.62'],
  [124950n, 'INR', 'en-US', '₹1,249.50'],
  [100000000n, 'INR', 'en-IN', '₹10,00,000.00'],
  [1000n, 'JPY', 'ja-JP', '￥1,000'],
  [1000n, 'JPY', 'en-US', '¥1,000'],
  [1n, 'EUR', 'en-US', '€0.01'],
  [12345n, 'BHD', 'en-US', 'BHD\u00a012.345'],
  [123456n, 'HUF', 'en-US', 'HUF\u00a01,234.56'],
  [123456n, 'IDR', 'en-US', 'IDR\u00a01,234.56'],
  [999999999999999n, 'USD', 'en-US', '$9,999,999,999,999.99'],
];
for (const [amount, code, locale, text] of cases) {
  test(`${amount} minor units of ${code} are ${text} in ${locale}`, () => {
    assert.equal(amountText({ amount: minorUnits(amount), currency: code as Currency }, locale), text);
  });
}

test('no digit of any amount of any currency is lost, added or rounded, in any locale', () => {
  const currencies = Intl.supportedValuesOf('currency').flatMap((code) => parseCurrency(code) ?? []);
  assert.ok(currencies.length > 140);
  const property = fc.property(
    fc.bigInt({ min: 1n, max: 10n ** 18n }).map(minorUnits),
    fc.constantFrom(...currencies),
    fc.constantFrom<AmountLocale>('en-US', 'en-IN', 'ja-JP'),
    (amount, currency, locale) => {
      const digits = amountText({ amount, currency }, locale).replace(/\D/g, '');
      assert.equal(digits, formatMajorUnits(amount, currency).replace('.', ''));
    },
  );
  fc.assert(property, { numRuns: 500 });
});
