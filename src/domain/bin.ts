import type { CardBrand, CardFunding } from './card.ts';

/** What a BIN table says of the cards whose numbers begin so; each fact is null while unknown. */
export interface BinFacts {
  readonly brand: CardBrand | null;
  /** Of the issuer, ISO 3166-1 alpha-2. */
  readonly country: string | null;
  readonly funding: CardFunding | null;
  /** The issuer's name, at most 200 characters, spelled as the table spells it. */
  readonly bank: string | null;
}

/** Digits of the shortest and the longest beginning of card numbers that a BIN table may describe. */
export const binDigits = { min: 2, max: 11 } as const;

/** The beginnings of a number that a BIN table may know, shortest first. `digits` is a number, or its first digits. */
export function binPrefixes(digits: string): string[] {
  const prefixes: string[] = [];
  const longest = Math.min(digits.length, binDigits.max);
  for (let length: number = binDigits.min; length <= longest; length++)
    prefixes.push(digits.slice(0, length));
  return prefixes;
}

/**
 * The fewest prefixes that together hold exactly the numbers from `first` to `last`: `222100` to `222999` is
 * `2221` to `2229`. Both have the same count of digits, 2 to 11, and `first` is not above `last`. At most 262.
 */
export function prefixesOfRange(first: string, last: string): string[] {
  const prefixes: string[] = [];
  const end = Number(last);
  let from = Number(first);
  while (from <= end) {
    let size = 1;
    let digits = first.length;
    while (digits > binDigits.min && from % (size * 10) === 0 && from + size * 10 - 1 <= end) {
      size *= 10;
      digits -= 1;
    }
    prefixes.push(String(from / size).padStart(digits, '0'));
    from += size;
  }
  return prefixes;
}
