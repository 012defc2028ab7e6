import type { Currency } from '../../../domain/currency.ts';
import { formatMajorUnits, type MinorUnits, shortestMajorUnits } from '../../../domain/money.ts';
import { NumberLiteral } from '../../../lib/strict-json.ts';

/** An amount as a JSON number in its shortest form, which `JSON.stringify` writes without a float: 1000 USD → `10`. */
export function amountNumber(amount: MinorUnits, currency: Currency): NumberLiteral {
  return new NumberLiteral(shortestMajorUnits(amount, currency));
}

/** An amount as a JSON string with exactly the currency's decimals: 1000 USD → `"10.00"`. */
export function amountString(amount: MinorUnits, currency: Currency): string {
  return formatMajorUnits(amount, currency);
}

/** A currency as every message of the contract spells it. */
export function currencyWord(currency: Currency): string {
  return currency.toLowerCase();
}
