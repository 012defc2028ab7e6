import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type Command, explainUnknown, type Given, readArguments, WrongArguments } from './command.ts';
import { pageOptions, printPage, readLimit, readPlaceBefore, readRowBefore } from './page.ts';
import { printable } from './table.ts';

const command: Command = {
  name: 'things change',
  usage: '',
  says: '',
  options: { ...pageOptions, note: { type: 'string' }, all: { type: 'boolean' } },
  positionals: ['ID'],
  run: async () => 0,
};

const given = (...args: string[]): Given => readArguments(command, ['7', ...args]);

describe('arguments', () => {
  test('what stands there is read', () => {
    const at = new Date('2026-11-20T21:36:37.123Z');
    assert.equal(given().rowNumber(), 7n);
    assert.deepEqual([given().flag('all'), given('--all').flag('all')], [false, true]);
    assert.equal(given('--note', ' looked at ').words('note', 9), 'looked at');
    assert.deepEqual([readLimit(given()), readLimit(given('--limit', '500'))], [50, 500]);
    assert.deepEqual([readRowBefore(given()), readRowBefore(given('--before', '12'))], [undefined, 12n]);
    assert.equal(readPlaceBefore(given()), undefined);
    assert.deepEqual(readPlaceBefore(given('--before', `${at.toISOString()}/a/b`)), { at, id: 'a/b' });
  });

  const wrong: [what: string, read: () => unknown, message: RegExp][] = [
    ['a word is missing', () => readArguments(command, []), /expected ID, found 0 words/],
    ['a word too many', () => given('8'), /expected ID, found 2 words/],
    ['an unknown option', () => given('--colour', 'red'), /^Unknown option '--colour'$/],
    ['a value for a switch', () => given('--all=yes'), /--all/],
    ['no number', () => readArguments(command, ['seven']).rowNumber(), /"seven" is not a number/],
    ['a row before the first', () => readArguments(command, ['0']).rowNumber(), /"0" is not a number/],
    [
      'a number beyond every row',
      () => readArguments(command, ['9'.repeat(19)]).rowNumber(),
      /is not a number/,
    ],
    ['no note', () => given().words('note', 9), /--note is missing/],
    ['a note of spaces', () => given('--note', '  ').words('note', 9), /--note is missing/],
    ['a long note', () => given('--note', 'looked at it').words('note', 9), /longer than 9 characters/],
    [
      'a card in a note',
      () => given('--note', 'card 4242 4242 4242 4242').words('note', 99),
      /holds a card number/,
    ],
    ['no rows at all', () => readLimit(given('--limit', '0')), /from 1 to 500/],
    ['too many rows', () => readLimit(given('--limit', '501')), /from 1 to 500/],
    ['a place that is none', () => readPlaceBefore(given('--before', '7')), /--before must be a place/],
    [
      'a place without a time',
      () => readPlaceBefore(given('--before', 'noon/a')),
      /--before must be a place/,
    ],
  ];
  for (const [what, read, message] of wrong)
    test(`refused: ${what}`, () => {
      assert.throws(read, (error) => error instanceof WrongArguments && message.test(error.message));
    });
});

describe('two words that are no command', () => {
  const commands = [command, { ...command, name: 'things list' }, { ...command, name: 'keys list' }];
  const cases: [what: string, words: [group: string, verb: string], said: string][] = [
    [
      'a first word that is known names what goes with it',
      ['things', 'lst'],
      'There is no command "things lst". Those of "things":\n\n  things change\n      \n  things list\n      ',
    ],
    [
      'any other word names the first words there are',
      ['thing', 'list'],
      'There is no command "thing list". Commands begin with things, keys; "npm run sallyport" lists them.',
    ],
    [
      'one word is one word',
      ['list', ''],
      'There is no command "list". Commands begin with things, keys; "npm run sallyport" lists them.',
    ],
  ];
  for (const [what, words, said] of cases)
    test(what, () => {
      assert.equal(explainUnknown(commands, ...words), said);
    });
});

describe('pages', () => {
  const printed = (rows: bigint[], limit: number, t: { mock: typeof test.mock }): [bigint[], string[]] => {
    const lines: string[] = [];
    const log = t.mock.method(console, 'log', (line: string) => lines.push(line));
    let shown: readonly bigint[] = [];
    printPage(
      rows,
      limit,
      (page) => {
        shown = page;
      },
      (row) => row,
    );
    log.mock.restore();
    return [[...shown], lines];
  };

  test('a page that is not the last says where the next begins', (t) => {
    assert.deepEqual(printed([9n, 8n, 7n], 2, t), [[9n, 8n], ['\nMore:  --before 8']]);
    assert.deepEqual(printed([9n, 8n], 2, t), [[9n, 8n], []]);
    assert.deepEqual(printed([], 2, t), [[], []]);
  });
});

describe('what a stranger wrote', () => {
  const cases: [text: string, shown: string][] = [
    ['Ada’s Shop', 'Ada’s Shop'],
    ['\u001b[2J\u001b]0;owned\u0007gone', ' [2J ]0;owned gone'],
    ['one\r\ntwo', 'one two'],
    ['pay\u202eeno', 'pay eno'],
    ['a\u2028b\u009bc', 'a b c'],
  ];
  for (const [text, shown] of cases)
    test(`${JSON.stringify(text)} is one harmless line`, () => {
      assert.equal(printable(text), shown);
    });
});
