import assert from 'node:assert/strict';
import { test } from 'node:test';
import { drawnRandom, randomBase62, systemRandom } from './random.ts';

test('drawn bytes are those of the source, in order, and none is given out twice', () => {
  const made: Buffer[] = [];
  const random = drawnRandom({
    bytes(length) {
      const bytes = systemRandom.bytes(length);
      made.push(Buffer.from(bytes));
      return bytes;
    },
  });
  const lengths = [1, 30, 4000, 500, 5000, 16, 30];
  const given = lengths.map((length) => Buffer.from(random.bytes(length)));
  assert.deepEqual(
    given.map((bytes) => bytes.length),
    lengths,
  );
  const source = Buffer.concat(made);
  let from = 0;
  for (const bytes of given) {
    const at = source.indexOf(bytes, from);
    assert.notEqual(at, -1, 'a later piece of the source');
    from = at + bytes.length;
  }
});

test('ten thousand ids of drawn bytes are all different', () => {
  const random = drawnRandom();
  assert.equal(new Set(Array.from({ length: 10_000 }, () => randomBase62(random, 22))).size, 10_000);
});
