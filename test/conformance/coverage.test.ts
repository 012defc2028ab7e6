import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readSourceFiles } from '../tidy/source-files.ts';
import { isSection, type Mark, marksOf } from './marks.ts';
import { contracts, type Dialect } from './sections.ts';

const titlePattern = /\b(describe|it|test)\(\s*(['"`])((?:\\.|(?!\2)[^\\])*)\2/g;

/** The sections that the titles of all tests name, and the places that name them. */
const named: readonly (Mark & { readonly place: string })[] = readSourceFiles(
  'src/http/{zafapay,eximpe}/**/*.test.ts',
  'test/**/*.test.ts',
).flatMap(({ path, text }) =>
  [...text.matchAll(titlePattern)].flatMap(([, call, , title = '']) =>
    marksOf(title, call === 'describe' ? 'suite' : 'test', path).map((mark) => ({
      ...mark,
      place: `${path}: ${title}`,
    })),
  ),
);

for (const dialect of Object.keys(contracts) as Dialect[]) {
  test(`every section of the ${dialect} contract has a test`, () => {
    const covered = new Set(named.filter((mark) => mark.dialect === dialect).map(({ section }) => section));
    const missing = contracts[dialect].filter(([number]) => !covered.has(number));
    assert.deepEqual(
      missing,
      [],
      `begin a title with "[${dialect} <section>]", or in ${dialect}'s own folder with the number`,
    );
  });
}

test('every section that a title names is one of the contract', () => {
  const wrong = named.filter((mark) => !isSection(mark)).map(({ place }) => place);
  assert.deepEqual(wrong, [], 'the sections are listed in test/conformance/sections.ts');
});

test('docs/conformance.md lists every section, each with a test and a pass; else: npm run conformance', () => {
  const [page] = readSourceFiles('docs/conformance.md');
  const parts = page?.text.split(/^## /m).slice(1) ?? [];
  for (const [index, dialect] of (Object.keys(contracts) as Dialect[]).entries()) {
    for (const [number, name] of contracts[dialect]) {
      const row = new RegExp(
        `^\\| ${number.replace('.', '\\.')} \\| ${name} \\| [1-9]\\d* \\| [1-9]\\d* \\| pass \\|$`,
        'm',
      );
      assert.match(parts[index] ?? '', row, `${dialect} ${number}`);
    }
  }
});

test('titles are read as they are meant', () => {
  const cases: [title: string, kind: 'suite' | 'test', file: string, expected: string][] = [
    ['6.3 capture', 'suite', 'test/zafapay/x.test.ts', 'zafapay 6.3'],
    ['2 and 6.1: amounts', 'suite', 'test/zafapay/x.test.ts', 'zafapay 2, zafapay 6.1'],
    ['section 5: POST /pg/orders/', 'suite', 'test/eximpe/x.test.ts', 'eximpe 5'],
    ['12: the sandbox refuses', 'test', 'test/zafapay/x.test.ts', 'zafapay 12'],
    ['10 usd is written 10', 'test', 'test/zafapay/x.test.ts', ''],
    ['201 completed', 'test', 'test/zafapay/x.test.ts', ''],
    ['[eximpe 13.1] a body', 'test', 'test/core/x.test.ts', 'eximpe 13.1'],
    ['[zafapay 10.2] [eximpe 13.5] a dispute', 'test', 'test/core/x.test.ts', 'zafapay 10.2, eximpe 13.5'],
    ['7: the page', 'test', 'test/e2e/zafapay-seed.test.ts', 'zafapay 7'],
    ['7: the page', 'test', 'test/core/x.test.ts', ''],
  ];
  for (const [title, kind, file, expected] of cases) {
    const read = marksOf(title, kind, file).map(({ dialect, section }) => `${dialect} ${section}`);
    assert.equal(read.join(', '), expected, title);
  }
});
