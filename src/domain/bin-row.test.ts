import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { binPrefixes, prefixesOfRange } from './bin.ts';
import { type ParsedBinRow, parseBinHeader, parseBinRow } from './bin-row.ts';

const binlistData =
  'bin,brand,type,category,issuer,alpha_2,alpha_3,country,latitude,longitude,bank_phone,bank_url';
const ranges =
  'iin_start,iin_end,number_length,number_luhn,scheme,brand,type,prepaid,country,bank_name,bank_logo,bank_url';
const isoNames = '\uFEFFBIN,Brand,Type,Category,Issuer,IssuerPhone,IssuerUrl,isoCode2,isoCode3,CountryName';

function parse(header: string, row: string): ParsedBinRow {
  const layout = parseBinHeader(header.split(','));
  assert.ok(layout, 'the header was not recognised');
  return parseBinRow(layout, row.split(','));
}

const good = [
  [
    binlistData,
    '424242,VISA,CREDIT,CLASSIC,A BANK,US,USA,UNITED STATES,1,2,,',
    ['424242'],
    'visa',
    'US',
    'credit',
    'A BANK',
  ],
  [
    binlistData,
    '431940,VISA,DEBIT,PREPAID GOLD,,IE,IRL,IRELAND,,,,',
    ['431940'],
    'visa',
    'IE',
    'prepaid',
    null,
  ],
  [binlistData, '340000,AMERICAN EXPRESS,CHARGE CARD,,-,us,,,,,,', ['340000'], 'amex', 'US', 'credit', null],
  [
    binlistData,
    '62000000,China Union Pay,,,NULL,NA,NAM,NAMIBIA,,,,',
    ['62000000'],
    'unionpay',
    'NA',
    null,
    null,
  ],
  [isoNames, '601100,DISCOVER,CREDIT,,B,,,US,USA,', ['601100'], 'discover', 'US', 'credit', 'B'],
  [ranges, '371241,371242,15,,AMEX,GOLD,CREDIT,,US,C,,', ['371241', '371242'], 'amex', 'US', 'credit', 'C'],
  [ranges, '4571 7360,,16,,visa,Traditional,debit,Yes,DK,D,,', ['45717360'], 'visa', 'DK', 'prepaid', 'D'],
  [ranges, '222100,272099,,,mastercard,,,false,,,,', null, 'mastercard', null, null, null],
] as const;

for (const [header, row, prefixes, brand, country, funding, bank] of good) {
  test(`the row ${row} is understood`, () => {
    const parsed = parse(header, row);
    assert.ok(parsed.kind === 'row', JSON.stringify(parsed));
    if (prefixes) assert.deepEqual(parsed.row.prefixes, prefixes);
    assert.deepEqual(parsed.row.facts, { brand, country, funding, bank });
    assert.deepEqual(parsed.row.unknownWords, []);
  });
}

const nonsense = [
  ['4242,VISA', 'has 2 columns where the first line has 12'],
  ['4.24E+05,VISA,,,,,,,,,,', 'has a BIN that is not all digits'],
  [',VISA,,,,,,,,,,', 'has a BIN of 0 digits where 2 to 11 are possible'],
  ['4242424242424242,VISA,,,,,,,,,,', 'has a BIN of 16 digits where 2 to 11 are possible'],
  ['424242,VISA,,,,USA,,,,,,', 'has a country that is no two-letter code'],
  ['424242,VISA,,,BANK \u0000,US,,,,,,', 'has a bank name with control characters'],
  ['424242,VISA,,,BANCO ITA\uFFFD,BR,,,,,,', 'has a bank name that is not UTF-8: convert the file first'],
  [`424242,VISA,,,${'x'.repeat(201)},BR,,,,,,`, 'has a bank name of more than 200 characters'],
] as const;

for (const [row, reason] of nonsense) {
  test(`a row that ${reason} makes no sense`, () => {
    assert.deepEqual(parse(binlistData, row), { kind: 'nonsense', reason });
  });
}

for (const [row, reason] of [
  ['4243,42,,,,,,,,,,', 'has a range whose ends differ in their count of digits'],
  ['4243,4242,,,,,,,,,,', 'has a range that ends before it starts'],
] as const) {
  test(`a row that ${reason} makes no sense`, () => {
    assert.deepEqual(parse(ranges, row), { kind: 'nonsense', reason });
  });
}

test('words for brands and kinds that are not known here leave the fact unknown, and are told', () => {
  const parsed = parse(binlistData, '636368,Elo,Debit or Credit,,,BR,,,,,,');
  assert.ok(parsed.kind === 'row');
  assert.deepEqual(parsed.row.unknownWords, ['brand ELO', 'type DEBIT OR CREDIT']);
  assert.deepEqual(parsed.row.facts, { brand: null, country: 'BR', funding: null, bank: null });
  const number = parse(binlistData, '636368,4242424242424242,,,,BR,,,,,,');
  assert.deepEqual(number.kind === 'row' && number.row.unknownWords, ['brand'], 'digits are never told');
});

test('a first line without a column of BINs is no header', () => {
  assert.equal(parseBinHeader(['424242', 'VISA']), undefined);
});

test('the numbers under the prefixes of a range are exactly those in the range', () => {
  const number = fc.integer({ min: 0, max: 9999 });
  fc.assert(
    fc.property(number, number, (one, other) => {
      const [first, last] = [Math.min(one, other), Math.max(one, other)];
      const prefixes = prefixesOfRange(String(first).padStart(4, '0'), String(last).padStart(4, '0'));
      const covered = Array.from({ length: 10_000 }, (_, n) => String(n).padStart(4, '0')).filter((digits) =>
        prefixes.some((prefix) => digits.startsWith(prefix)),
      );
      assert.equal(covered.length, last - first + 1);
      assert.deepEqual([Number(covered[0]), Number(covered.at(-1))], [first, last]);
    }),
    { numRuns: 30 },
  );
});

test('a range is few prefixes', () => {
  const mastercard =
    '2221 2222 2223 2224 2225 2226 2227 2228 2229 223 224 225 226 227 228 229 23 24 25 26 270 271 2720';
  assert.equal(prefixesOfRange('222100', '272099').join(' '), mastercard);
  assert.ok(prefixesOfRange('00000000001', '99999999998').length <= 262);
});

test('a number is looked for under its first two to eleven digits, a BIN under no more than it has', () => {
  assert.deepEqual(binPrefixes('4242424242424242').at(-1), '42424242424');
  assert.deepEqual(binPrefixes('424242'), ['42', '424', '4242', '42424', '424242']);
});
