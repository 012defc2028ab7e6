import cardValidator from 'card-validator';
import type { Brand } from '../lib/brand.ts';
import type { Secret } from '../lib/secret.ts';
import type { CardId } from './ids.ts';

/** 12 to 19 ASCII digits that pass Luhn; only ever inside a `Secret`. */
export type Pan = Brand<string, 'Pan'>;
/** 3 or 4 ASCII digits; only ever inside a `Secret`, never kept past the outcome (PCI DSS 3.3.1). */
export type Cvc = Brand<string, 'Cvc'>;

export const cardBrands = [
  'visa',
  'mastercard',
  'amex',
  'jcb',
  'discover',
  'diners',
  'unionpay',
  'rupay',
  'maestro',
  'sbi_maestro',
  'unknown',
] as const;
export type CardBrand = (typeof cardBrands)[number];
export type CardFunding = 'credit' | 'debit' | 'prepaid';

/** The last month in which a card may be used, both inclusive. */
export interface Expiry {
  readonly month: number;
  readonly year: number;
}

/** What may be shown of a card, and kept beside its sealed number: first six, last four (PCI DSS 3.4.1). */
export interface CardFace {
  readonly id: CardId;
  readonly brand: CardBrand;
  readonly bin: string;
  readonly last4: string;
  readonly panLength: number;
  readonly expiry: Expiry;
  readonly cardholderName: string | null;
  readonly country: string | null;
  readonly funding: CardFunding | null;
}

/** A card as a customer typed it, on its way from the edge to the vault. */
export interface OpenCard {
  readonly pan: Secret<Pan>;
  readonly cvc: Secret<Cvc> | null;
  readonly expiry: Expiry;
  readonly cardholderName: string | null;
}

const expiryYearsAheadMax = 20;

/** Strips spaces and hyphens, then demands 12–19 ASCII digits and Luhn; undefined when `text` is no card number. */
export function parsePan(text: string): Pan | undefined {
  const digits = text.replace(/[ -]/g, '');
  return /^[0-9]{12,19}$/.test(digits) && passesLuhn(digits) ? (digits as Pan) : undefined;
}

/** ISO/IEC 7812-1 annex B: the check digit over all digits. */
export function passesLuhn(digits: string): boolean {
  let sum = 0;
  for (let index = 0; index < digits.length; index++) {
    const digit = digits.charCodeAt(digits.length - 1 - index) - 48;
    const doubled = index % 2 === 1 ? digit * 2 : digit;
    sum += doubled > 9 ? doubled - 9 : doubled;
  }
  return sum % 10 === 0;
}

/** The code's digits: four for American Express, three for every other brand; undefined when it does not fit. */
export function parseCvc(text: string, brand: CardBrand): Cvc | undefined {
  return (brand === 'amex' ? /^[0-9]{4}$/ : brand === 'unknown' ? /^[0-9]{3,4}$/ : /^[0-9]{3}$/).test(text)
    ? (text as Cvc)
    : undefined;
}

/**
 * Valid to the end of the expiry month in the last time zone on Earth (UTC−12), and at most 20 years ahead.
 * `year` has four digits.
 */
export function judgeExpiry(expiry: Expiry, now: Date): 'ok' | 'invalid' | 'expired' | 'too_far' {
  const { month, year } = expiry;
  if (
    !Number.isInteger(month) ||
    month < 1 ||
    month > 12 ||
    !Number.isInteger(year) ||
    year < 1000 ||
    year > 9999
  )
    return 'invalid';
  const lastInstant = Date.UTC(year, month, 1) + 12 * 3600 * 1000;
  if (now.getTime() >= lastInstant) return 'expired';
  return year > now.getUTCFullYear() + expiryYearsAheadMax ? 'too_far' : 'ok';
}

const brandByCardType: Record<string, CardBrand> = {
  visa: 'visa',
  mastercard: 'mastercard',
  'american-express': 'amex',
  jcb: 'jcb',
  discover: 'discover',
  'diners-club': 'diners',
  unionpay: 'unionpay',
  maestro: 'maestro',
};

/** RuPay ranges overlap Discover's and Maestro's in the public tables; these prefixes are RuPay's own (NPCI). */
const rupayPrefix = /^(60(?:6[1-9]|69|7[0-9]|8[0-4])|65[23]|81|82|508)/;

const rupayLength = 16;

/** The network that issued numbers beginning so; `unknown` when none matches. */
export function detectBrand(pan: Pan): CardBrand {
  if (rupayPrefix.test(pan)) return 'rupay';
  const type = cardValidator.number(pan).card?.type;
  return (type && brandByCardType[type]) || 'unknown';
}

/** First six and last four: the one truncation used everywhere, so that two of them can never be joined. */
export function truncatePan(pan: Pan): { bin: string; last4: string; panLength: number } {
  return { bin: pan.slice(0, 6), last4: pan.slice(-4), panLength: pan.length };
}

const panDigitsMin = 13;
const panDigitsMax = 19;
/** Digits as people write them: in groups, parted by spaces or hyphens. */
const digitRuns = /[0-9](?:[ \t\u00a0-]{0,2}[0-9]){12,}/g;

/** A stretch of a text, from `start` up to, not including, `end`. */
export interface PossiblePan {
  readonly digits: string;
  readonly start: number;
  readonly end: number;
}

/**
 * Every stretch of a text that could be a card number: whole groups of digits, 13 to 19 together, that pass Luhn. All
 * neighbouring groups are tried, since a number may stand next to others: in `4111 1111 1111 1111 200` the last group is
 * not part of the card. Stretches may overlap; they come in the order of their starts.
 */
export function* possiblePans(text: string): Generator<PossiblePan> {
  for (const run of text.matchAll(digitRuns)) {
    const groups = [...run[0].matchAll(/[0-9]+/g)];
    for (const [first, group] of groups.entries()) {
      let digits = '';
      for (const { 0: more, index } of groups.slice(first, first + panDigitsMax)) {
        digits += more;
        if (digits.length > panDigitsMax) break;
        if (digits.length >= panDigitsMin && passesLuhn(digits))
          yield { digits, start: run.index + group.index, end: run.index + index + more.length };
      }
    }
  }
}

/** Whether a text holds what could be a card number and is as long as those of the network that begins so. */
export function containsPan(text: string): boolean {
  for (const { digits } of possiblePans(text)) {
    const isRupay = rupayPrefix.test(digits) && digits.length === rupayLength;
    if (isRupay || cardValidator.number(digits).isValid) return true;
  }
  return false;
}
