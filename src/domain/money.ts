import { assert } from '../lib/assert.ts';
import type { Brand } from '../lib/brand.ts';
import { type Currency, currencyExponent } from './currency.ts';

/** A count of the currency's smallest unit; never negative. */
export type MinorUnits = Brand<bigint, 'MinorUnits'>;

export interface Money {
  readonly amount: MinorUnits;
  readonly currency: Currency;
}

export type AmountRefusal = 'not_a_decimal' | 'too_many_decimals' | 'not_positive' | 'too_large';

/** PostgreSQL keeps minor units in a `bigint`; fifteen digits leave room for every sum. */
const digitsMax = 15;

/** `count` as minor units; a negative count is a bug of ours. */
export function minorUnits(count: bigint): MinorUnits {
  assert(count >= 0n, `minor units cannot be negative: ${count}`);
  return count as MinorUnits;
}

export const noMoney: MinorUnits = minorUnits(0n);

/**
 * Reads a positive amount in major units from its literal text: digits, one point, at most the currency's decimals.
 * Signs, exponents, separators, zero and floats are refused. `"10.00"` USD → 1000, `"10"` JPY → 10.
 */
export function parseMajorUnits(text: string, currency: Currency): MinorUnits | AmountRefusal {
  const match = /^(\d+)(?:\.(\d+))?$/.exec(text);
  if (!match) return 'not_a_decimal';
  const [, whole = '', fraction = ''] = match;
  const exponent = currencyExponent(currency);
  const significant = fraction.replace(/0+$/, '');
  if (significant.length > exponent || (exponent === 0 && fraction !== '' && significant !== ''))
    return 'too_many_decimals';
  if (fraction.length > Math.max(exponent, 2)) return 'too_many_decimals';
  if (whole.replace(/^0+/, '').length > digitsMax - exponent) return 'too_large';
  const count = BigInt(whole + significant.padEnd(exponent, '0'));
  return count === 0n ? 'not_positive' : minorUnits(count);
}

/** `amount` in major units with exactly the currency's decimals: 1000 USD → `"10.00"`, 10 JPY → `"10"`. */
export function formatMajorUnits(amount: MinorUnits, currency: Currency): string {
  const exponent = currencyExponent(currency);
  if (exponent === 0) return amount.toString();
  const digits = amount.toString().padStart(exponent + 1, '0');
  return `${digits.slice(0, -exponent)}.${digits.slice(-exponent)}`;
}

/** `amount` in major units in its shortest form, as a JSON number is written: 1000 USD → `"10"`, 550 → `"5.5"`. */
export function shortestMajorUnits(amount: MinorUnits, currency: Currency): string {
  const text = formatMajorUnits(amount, currency);
  return text.includes('.') ? text.replace(/\.?0+$/, '') : text;
}

/** The sum of two amounts of one currency. */
export function addUnits(left: MinorUnits, right: MinorUnits): MinorUnits {
  return minorUnits(left + right);
}

/** `left` less `right`; more than there is is a bug of ours, so callers compare first. */
export function subtractUnits(left: MinorUnits, right: MinorUnits): MinorUnits {
  return minorUnits(left - right);
}
