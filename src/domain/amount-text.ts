import { currencyExponent } from './currency.ts';
import { formatMajorUnits, type Money } from './money.ts';

/** The ways of writing that pages for people know, by BCP 47. */
export type AmountLocale = 'en-US' | 'en-IN' | 'ja-JP';

/**
 * An amount as people there write it: `$1,249.50`, `₹10,00,000.00`, `￥1,000`. Every page for people writes amounts by
 * this function, and nothing on a wire does. Exact for every amount: the digits are handed over as text. The decimals are
 * those of our table, for `Intl` has some of them wrong.
 */
export function amountText({ amount, currency }: Money, locale: AmountLocale): string {
  const digits = currencyExponent(currency);
  const format = new Intl.NumberFormat(locale, {
    style: 'currency',
    currency,
    currencyDisplay: 'symbol',
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  });
  return format.format(formatMajorUnits(amount, currency) as Intl.StringNumericLiteral);
}
