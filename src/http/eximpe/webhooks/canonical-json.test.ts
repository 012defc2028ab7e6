import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { test } from 'node:test';
import { NumberLiteral } from '../../../lib/strict-json.ts';
import { type CanonicalValue, canonicalJson } from './canonical-json.ts';

/** The left side of each pair is what Python 3's json.dumps writes for the right, keys sorted, no spaces. */
const written: [text: string, value: CanonicalValue][] = [
  ['{"A":1,"a":2,"b":{"x":null,"y":true}}', { b: { y: true, x: null }, a: number('2'), A: number('1') }],
  ['["1","\\u00e9","\\ud83d\\ude00","a/b"]', ['1', 'é', '😀', 'a/b']],
  [
    '"\\u0000\\b\\t\\n\\f\\r\\u001f\\"\\\\\\u007f\\u0080\\u2028"',
    '\u0000\b\t\n\f\r\u001f"\\\x7f\u0080\u2028',
  ],
  ['{"\\ue000":null,"\\ud800\\udc00":null}', { '\u{10000}': null, '\ue000': null }],
  ['{"":"","a":"","ab":""}', { ab: '', a: '', '': '' }],
  ['[1249.5,1000,0.01]', [number('1249.5'), number('1000'), number('0.01')]],
];

function number(text: string): NumberLiteral {
  return new NumberLiteral(text);
}

for (const [text, value] of written) {
  test(`13.1: ${text} is the canonical form`, () => assert.equal(canonicalJson(value), text));
}

test('13.1: the vector of section 13.1 has the length and signature that the contract gives', () => {
  const body = canonicalJson({
    version: '1.0',
    sequence_number: '5f0c2b9e-7a31-4c55-9d3e-2a1b6c7d8e90',
    event_type: 'PAYMENT_SUCCESSFUL',
    event_time: '2026-03-04 09:15:27',
    data: {
      status: 'captured',
      message: 'Payment successful',
      mop_type: 'debit_card',
      order_id: 'OD4410278835',
      payment_id: 'PR7719034562',
      bank_ref_num: 'OD4410278835-PR7719034562',
      payment_completed_at: '2026-03-04T09:15:26.401882Z',
      amount: number('1249.5'),
      extended_status: 'SUCCESS',
      merchant_reference_id: 'SHOP-1042',
      payment_message: null,
      utr: null,
      subscription_id: null,
      virtual_account_id: null,
    },
  });
  assert.equal(body.length, 540);
  assert.equal(
    createHmac('sha256', 'enc_key_for_docs_only_0001').update(body).digest('hex'),
    'f0a9e6ca2c3f40c8c9598f969fc5c44fab71ee877f5cdc8c7b518959454bd996',
  );
});
