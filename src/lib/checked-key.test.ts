import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isCheckedKey, makeCheckedKey } from './checked-key.ts';
import { systemRandom } from './random.ts';

test('a key is its prefix, 32 random characters and 6 that check them, the same for the same randomness', () => {
  const key = makeCheckedKey('sk_test_', { bytes: (length) => Buffer.alloc(length) });
  assert.equal(key, `sk_test_${'0'.repeat(32)}127lYz`);
  assert.match(makeCheckedKey('pk_live_', systemRandom), /^pk_live_[0-9A-Za-z]{38}$/);
  assert.notEqual(makeCheckedKey('pk_live_', systemRandom), makeCheckedKey('pk_live_', systemRandom));
});

test('a key that was made passes, under its own prefix only', () => {
  for (let round = 0; round < 1000; round++) {
    const key = makeCheckedKey('sk_test_', systemRandom);
    assert.ok(isCheckedKey('sk_test_', key), key);
    assert.ok(!isCheckedKey('sk_live_', key.replace('sk_test_', 'sk_live_')), key);
    assert.ok(!isCheckedKey('pk_test_', key), key);
  }
});

test('one character changed, two exchanged, one missing or one more is noticed', () => {
  const key = makeCheckedKey('sk_test_', systemRandom);
  for (let place = 8; place < key.length; place++) {
    const other = key[place] === 'A' ? 'B' : 'A';
    assert.ok(
      !isCheckedKey('sk_test_', key.slice(0, place) + other + key.slice(place + 1)),
      `changed at ${place}`,
    );
    assert.ok(!isCheckedKey('sk_test_', key.slice(0, place) + key.slice(place + 1)), `missing at ${place}`);
    const [left = '', right = ''] = key.slice(place - 1, place + 1);
    if (place === 8 || left === right) continue;
    const exchanged = key.slice(0, place - 1) + right + left + key.slice(place + 1);
    assert.ok(!isCheckedKey('sk_test_', exchanged), `exchanged at ${place}`);
  }
  for (const text of ['', 'sk_test_', 'sk_test_demo', `${key}0`, ` ${key}`, `${key}\n`])
    assert.ok(!isCheckedKey('sk_test_', text), JSON.stringify(text));
});
