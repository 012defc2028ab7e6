import { type BinFacts, binDigits, prefixesOfRange } from './bin.ts';
import type { CardBrand, CardFunding } from './card.ts';

/** What a column of a BIN table may be called, in the order in which the names are looked for. */
const columnNames = {
  first: ['bin', 'iin', 'iin_start', 'bin_start'],
  last: ['iin_end', 'bin_end'],
  brand: ['scheme', 'network', 'brand'],
  type: ['type'],
  category: ['category'],
  prepaid: ['prepaid'],
  bank: ['issuer', 'bank_name', 'bank'],
  alpha2: ['alpha_2', 'isocode2', 'country_code', 'country'],
} as const;
type Column = keyof typeof columnNames;

/** Where the facts stand in each row of one file. */
export interface BinLayout {
  readonly width: number;
  readonly at: Readonly<Record<Column, number | null>>;
}

/** One row of a BIN table. */
export interface BinRow {
  readonly prefixes: readonly string[];
  /** How many numbers of eleven digits the row describes: of two rows for one prefix, the narrower says more. */
  readonly span: number;
  readonly facts: BinFacts;
  /** Words that name no brand or funding known here, such as `brand ELO`; the fact is null then. */
  readonly unknownWords: readonly string[];
}

export type ParsedBinRow =
  | { readonly kind: 'row'; readonly row: BinRow }
  | { readonly kind: 'nonsense'; readonly reason: string };

const bankLengthMax = 200;

const brandByWord: ReadonlyMap<string, CardBrand> = new Map([
  ['VISA', 'visa'],
  ['VISAELECTRON', 'visa'],
  ['ELECTRON', 'visa'],
  ['MASTERCARD', 'mastercard'],
  ['MC', 'mastercard'],
  ['AMEX', 'amex'],
  ['AMERICANEXPRESS', 'amex'],
  ['JCB', 'jcb'],
  ['DISCOVER', 'discover'],
  ['DINERS', 'diners'],
  ['DINERSCLUB', 'diners'],
  ['DINERSCLUBINTERNATIONAL', 'diners'],
  ['UNIONPAY', 'unionpay'],
  ['CHINAUNIONPAY', 'unionpay'],
  ['CUP', 'unionpay'],
  ['RUPAY', 'rupay'],
  ['MAESTRO', 'maestro'],
  ['SBIMAESTRO', 'sbi_maestro'],
]);

/** A charge card is paid off from a line of credit, so it counts as credit. */
const fundingByWord: ReadonlyMap<string, CardFunding> = new Map([
  ['CREDIT', 'credit'],
  ['CHARGE', 'credit'],
  ['CHARGECARD', 'credit'],
  ['DEBIT', 'debit'],
  ['PREPAID', 'prepaid'],
]);

/** What tables write where they know nothing. `NA` is not among them: it is Namibia. */
const wordsForNothing = new Set(['', '-', 'N/A', 'NULL', 'NONE', 'UNKNOWN']);

/**
 * Reads a file's first row: names of columns in any order and case, as binlist-data's `bin,brand,type,category,issuer,
 * alpha_2,…` and binlist's `iin_start,iin_end,…,scheme,brand,type,prepaid,country,bank_name,…` have them.
 * Undefined when no column of it holds BINs.
 */
export function parseBinHeader(fields: readonly string[]): BinLayout | undefined {
  const names = fields.map((field) =>
    field
      .replace(/^\uFEFF/, '')
      .trim()
      .toLowerCase(),
  );
  const find = (column: Column): number | null => {
    const index = columnNames[column].map((name) => names.indexOf(name)).find((place) => place >= 0);
    return index ?? null;
  };
  const at: BinLayout['at'] = {
    first: find('first'),
    last: find('last'),
    brand: find('brand'),
    type: find('type'),
    category: find('category'),
    prepaid: find('prepaid'),
    bank: find('bank'),
    alpha2: find('alpha2'),
  };
  return at.first === null ? undefined : { width: fields.length, at };
}

/**
 * Reads one row of a BIN table. A row that makes no sense comes back with a reason that quotes nothing of it: a file
 * of card numbers given by mistake is not to be printed.
 */
export function parseBinRow(layout: BinLayout, fields: readonly string[]): ParsedBinRow {
  if (fields.length !== layout.width)
    return nonsense(`has ${fields.length} columns where the first line has ${layout.width}`);
  const read = (column: Column): string => {
    const index = layout.at[column];
    return index === null ? '' : (fields[index] ?? '').trim();
  };
  const first = read('first').replaceAll(' ', '');
  const last = read('last').replaceAll(' ', '') || first;
  const problem = judgeDigits(first) ?? judgeDigits(last) ?? judgeRange(first, last);
  if (problem) return nonsense(problem);
  const country = read('alpha2').toUpperCase();
  if (!wordsForNothing.has(country) && !/^[A-Z]{2}$/.test(country))
    return nonsense('has a country that is no two-letter code');
  const bank = read('bank');
  const bankProblem = judgeBank(bank);
  if (bankProblem) return nonsense(bankProblem);
  const unknownWords: string[] = [];
  const brand = fromWord(brandByWord, 'brand', read('brand'), unknownWords);
  const funding = fromWord(fundingByWord, 'type', read('type'), unknownWords);
  const prepaid = /^(true|yes|y|1)$/i.test(read('prepaid')) || /\bprepaid\b/i.test(read('category'));
  return {
    kind: 'row',
    row: {
      prefixes: first === last ? [first] : prefixesOfRange(first, last),
      span: (Number(last) - Number(first) + 1) * 10 ** (binDigits.max - first.length),
      facts: {
        brand,
        country: wordsForNothing.has(country) ? null : country,
        funding: prepaid ? 'prepaid' : funding,
        bank: wordsForNothing.has(bank.toUpperCase()) ? null : bank,
      },
      unknownWords,
    },
  };
}

function nonsense(reason: string): ParsedBinRow {
  return { kind: 'nonsense', reason };
}

function judgeDigits(text: string): string | undefined {
  if (!/^[0-9]*$/.test(text)) return 'has a BIN that is not all digits';
  if (text.length < binDigits.min || text.length > binDigits.max)
    return `has a BIN of ${text.length} digits where ${binDigits.min} to ${binDigits.max} are possible`;
  return undefined;
}

function judgeRange(first: string, last: string): string | undefined {
  if (first.length !== last.length) return 'has a range whose ends differ in their count of digits';
  return first > last ? 'has a range that ends before it starts' : undefined;
}

function judgeBank(bank: string): string | undefined {
  if (bank.length > bankLengthMax) return `has a bank name of more than ${bankLengthMax} characters`;
  if (bank.includes('\uFFFD')) return 'has a bank name that is not UTF-8: convert the file first';
  return /\p{Cc}/u.test(bank) ? 'has a bank name with control characters' : undefined;
}

function fromWord<Fact>(
  facts: ReadonlyMap<string, Fact>,
  what: string,
  text: string,
  unknownWords: string[],
): Fact | null {
  const upper = text.toUpperCase();
  if (wordsForNothing.has(upper)) return null;
  const fact = facts.get(upper) ?? facts.get(upper.replace(/[^A-Z]/g, ''));
  if (fact === undefined)
    unknownWords.push(/^[A-Z][A-Z .&/-]{0,30}$/.test(upper) ? `${what} ${upper}` : what);
  return fact ?? null;
}
