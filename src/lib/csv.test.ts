import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { CsvReader, type CsvRecord, csvRecordMax } from './csv.ts';

function readAll(text: string, pieceLength = text.length): CsvRecord[] {
  const csv = new CsvReader();
  const records: CsvRecord[] = [];
  for (let at = 0; at < text.length; at += pieceLength)
    records.push(...csv.read(text.slice(at, at + pieceLength)));
  return [...records, ...csv.end()];
}

const unclosed = 'opens a quote that is not closed';
const textAfter = 'has text after a closing quote';

const cases: readonly (readonly [
  string,
  string,
  readonly (readonly [number, readonly string[] | string])[],
])[] = [
  [
    'plain fields',
    'a,b\nc,d\n',
    [
      [1, ['a', 'b']],
      [2, ['c', 'd']],
    ],
  ],
  [
    'no line end at the end',
    'a,b\nc,d',
    [
      [1, ['a', 'b']],
      [2, ['c', 'd']],
    ],
  ],
  [
    'CRLF, quoted and not',
    'a,"b"\r\n"c",d\r\n',
    [
      [1, ['a', 'b']],
      [2, ['c', 'd']],
    ],
  ],
  [
    'empty fields and empty lines',
    ',\n\n\r\n"",x',
    [
      [1, ['', '']],
      [4, ['', 'x']],
    ],
  ],
  [
    'a comma, a doubled quote and a line end within quotes',
    '"a,b","say ""no""","x\ny",z\nq',
    [
      [1, ['a,b', 'say "no"', 'x\ny', 'z']],
      [3, ['q']],
    ],
  ],
  ['a quote that does not begin its field', 'a "b" c,d\n', [[1, ['a "b" c', 'd']]]],
  [
    'a quoted last field that is empty',
    'a,""\nb',
    [
      [1, ['a', '']],
      [2, ['b']],
    ],
  ],
  ['a comma as the last character', '"a",', [[1, ['a', '']]]],
  [
    'text after a closing quote',
    '"a"b,c\nd,e\n',
    [
      [1, textAfter],
      [2, ['d', 'e']],
    ],
  ],
  [
    'a quote that is never closed',
    'a,b\n"c,d\ne,f\n',
    [
      [1, ['a', 'b']],
      [2, unclosed],
      [3, ['e', 'f']],
    ],
  ],
];

for (const [name, text, expected] of cases) {
  test(`${name}: read the same in pieces of every length`, () => {
    const records = expected.map(([line, of]) =>
      typeof of === 'string' ? { line, fault: of } : { line, fields: of },
    );
    for (let length = 1; length <= text.length; length++) assert.deepEqual(readAll(text, length), records);
  });
}

test('whatever was written as CSV is read back, however it is cut', () => {
  const field = fc.string({ unit: fc.constantFrom('a', '"', ',', '\n', '\r', ' ', 'é', '1') });
  const row = fc.array(field, { minLength: 2, maxLength: 4 });
  fc.assert(
    fc.property(
      fc.array(row, { minLength: 1, maxLength: 5 }),
      fc.integer({ min: 1, max: 9 }),
      (rows, length) => {
        const text = rows
          .map((fields) => fields.map((value) => `"${value.replaceAll('"', '""')}"`).join(','))
          .join('\n');
        const read = readAll(text, length).map((record) =>
          'fields' in record ? record.fields : record.fault,
        );
        assert.deepEqual(read, rows);
      },
    ),
  );
});

test('an endless line and an endless quote are told, and the lines after them are read', () => {
  const long = 'x'.repeat(csvRecordMax + 1);
  for (const pieceLength of [1000, 10 * csvRecordMax]) {
    assert.deepEqual(readAll(`a\n${long}\nb\n"${long}\nc\n`, pieceLength), [
      { line: 1, fields: ['a'] },
      { line: 2, fault: `is longer than ${csvRecordMax} characters` },
      { line: 3, fields: ['b'] },
      { line: 4, fault: unclosed },
      { line: 5, fields: ['c'] },
    ]);
  }
});
