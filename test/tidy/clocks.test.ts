import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readSourceFiles } from './source-files.ts';

/** Where the machine's clock is read; everybody else is given a clock. */
const clocks = new Set(['src/lib/clock.ts', 'src/store/installation.ts']);

test('nothing else reads the machine’s clock: a duration is measured by performance.now, which nobody can set', () => {
  const wrong = readSourceFiles('src/**/*.ts')
    .filter(({ path }) => !path.endsWith('.test.ts') && !clocks.has(path))
    .filter(({ text }) => /\bDate\.now\b|\bnew Date\(\)/.test(text));
  assert.deepEqual(
    wrong.map(({ path }) => path),
    [],
    'take a Clock as an argument, or measure by performance.now',
  );
});
