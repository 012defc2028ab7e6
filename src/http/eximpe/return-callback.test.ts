import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Secret } from '../../lib/secret.ts';
import { signCallback } from './return-callback.ts';

const key = new Secret('enc_key_for_docs_only_0001');

/** The vectors of section 7. */
const vectors: [message: string, hash: string][] = [
  [
    'OD4410278835|PR7719034562|captured|DEBIT_CARD|OD4410278835-PR7719034562|2026-03-04 09:15:26+00:00',
    '264ebeb74cf27861198a7eace69321d6e7e5adccae6448a5a528b8ca5d476ded',
  ],
  [
    'OD4410278836|PR7719034563|failed|DEBIT_CARD||',
    'cd3dc5498f589d12806a9b5f5a127b5529e08fe48a7ba52df68a5bcb5b09fe7e',
  ],
];

for (const [message, hash] of vectors) {
  test(`7: the callback of ${message} is signed as the contract's vector says`, () => {
    assert.equal(signCallback(message.split('|'), key), hash);
  });
}
