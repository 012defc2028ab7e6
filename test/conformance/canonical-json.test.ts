import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type CanonicalValue, canonicalJson } from '../../src/http/eximpe/webhooks/canonical-json.ts';

const text = fc.string({ unit: 'grapheme', maxLength: 12 });
const values: fc.Arbitrary<CanonicalValue> = fc.letrec<{ value: CanonicalValue }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    text,
    fc.boolean(),
    fc.constant(null),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(text, tie('value'), { maxKeys: 5 }),
  ),
})).value;

test('[eximpe 13.1] a body reads back as what it was written from', () => {
  fc.assert(
    fc.property(values, (value) => {
      assert.deepEqual(JSON.parse(canonicalJson(value)), JSON.parse(JSON.stringify(value)));
    }),
  );
});

test('[eximpe 13.1] a body is ASCII, without white space outside of texts', () => {
  fc.assert(
    fc.property(values, (value) => {
      const body = canonicalJson(value);
      assert.match(body, /^[\x20-\x7e]*$/);
      assert.doesNotMatch(body.replaceAll(/"(?:\\.|[^"\\])*"/g, '""'), /\s/);
      for (const [, digits] of body.matchAll(/\\(?:u(.{4})|[^u])/g))
        assert.match(digits ?? '0000', /^[0-9a-f]{4}$/);
    }),
  );
});

test('[eximpe 13.1] the order of keys does not matter, and whoever parses and writes again gets the same bytes', () => {
  fc.assert(
    fc.property(fc.dictionary(text, values, { maxKeys: 6 }), (members) => {
      const turned = Object.fromEntries(Object.entries(members).reverse());
      const body = canonicalJson(members);
      assert.equal(canonicalJson(turned), body);
      assert.equal(canonicalJson(JSON.parse(body) as CanonicalValue), body);
    }),
  );
});

test('[eximpe 13.1] keys stand in the order of their code points, at every level', () => {
  const names = ['a', 'B', '_', '\u{10000}', '\ue000', 'é', '10', '9'];
  const members = Object.fromEntries(names.map((name) => [name, { [name]: true, '': false }]));
  const keys = [...canonicalJson(members).matchAll(/("[^"]*"):\{/g)].map(
    ([, key = '']) => JSON.parse(key) as string,
  );
  const points = (name: string) =>
    [...name].map((point) => (point.codePointAt(0) ?? 0).toString(16).padStart(6, '0')).join();
  assert.deepEqual(
    keys,
    [...names].sort((one, other) => (points(one) < points(other) ? -1 : 1)),
  );
});
