import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseApiVersion } from './api-version.ts';

const read: [header: string, text: string | undefined][] = [
  ['1', '1.0.0'],
  ['1.x', '1.0.0'],
  ['1.0.0', '1.0.0'],
  ['v1.0.0', '1.0.0'],
  ['2.3.4', '2.3.4'],
  ['2.x', '2.0.0'],
  ['3.0.0', undefined],
  ['0.9', undefined],
  ['10', undefined],
  ['latest', undefined],
  ['1.0.0.0', undefined],
];

for (const [header, text] of read) {
  test(`2: X-API-Version ${header} is ${text ?? 'not spoken'}`, () => {
    assert.equal(parseApiVersion(header)?.text, text);
  });
}
