import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { mergeByReference, type PageSource } from './merge-by-reference.ts';

interface Line {
  readonly reference: string;
  readonly number: number;
}

/** A list in order, given out in pages that never part the lines of one reference. */
function pagesOf(lines: readonly Line[], limit: number): PageSource<Line> {
  return async (after) => {
    const rest = lines.filter(({ reference }) => after === null || reference > after);
    const end = rest[limit - 1]?.reference;
    const page = end === undefined ? rest : rest.filter(({ reference }) => reference <= end);
    return { lines: page, last: page.length < limit };
  };
}

const references = fc.array(
  fc.string({ unit: fc.constantFrom('a', 'B', '0', '_'), minLength: 1, maxLength: 4 }),
);
const inOrder = (list: readonly string[]): Line[] =>
  [...list]
    .sort((left, right) => (left < right ? -1 : left > right ? 1 : 0))
    .map((reference, number) => ({ reference, number }));

test('whatever the pages, each reference comes once, in order, with all that both lists say', async () => {
  await fc.assert(
    fc.asyncProperty(
      references,
      references,
      fc.integer({ min: 1, max: 5 }),
      fc.integer({ min: 1, max: 5 }),
      fc.option(fc.string({ unit: fc.constantFrom('a', 'B', '0'), maxLength: 2 })),
      async (ours, theirs, ourLimit, theirLimit, after) => {
        const left = inOrder([...new Set(ours)]);
        const right = inOrder(theirs);
        const seen: { reference: string; left: number | null; right: number[] }[] = [];
        for await (const pairs of mergeByReference(
          pagesOf(left, ourLimit),
          pagesOf(right, theirLimit),
          after,
        )) {
          for (const pair of pairs) {
            seen.push({
              reference: pair.reference,
              left: pair.left?.number ?? null,
              right: pair.right.map(({ number }) => number),
            });
          }
        }
        const wanted = inOrder([...new Set([...ours, ...theirs])])
          .filter(({ reference }) => after === null || reference > after)
          .map(({ reference }) => ({
            reference,
            left: left.find((line) => line.reference === reference)?.number ?? null,
            right: right.filter((line) => line.reference === reference).map(({ number }) => number),
          }));
        assert.deepEqual(seen, wanted);
      },
    ),
  );
});

test('a list that fails ends the walk with its error, and leaves no rejection behind', async () => {
  const broken: PageSource<Line> = () => Promise.reject(new Error('away'));
  const walk = async () => {
    for await (const _ of mergeByReference(broken, broken, null)) assert.fail('nothing can be yielded');
  };
  await assert.rejects(walk, { message: 'away' });
});
