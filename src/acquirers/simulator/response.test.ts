import assert from 'node:assert/strict';
import { test } from 'node:test';
import { declineReason } from './declines.ts';
import { parseInquiry, parseOutcome, parseReversal } from './response.ts';

const approved = {
  result: 'approved',
  responseCode: '00',
  id: 'sba_7',
  amount: '1000',
  currency: 'USD',
  authorizationCode: '000007',
  networkTransactionId: '800000000000007',
  avsResult: null,
  cvcResult: 'M',
};

test('an approval is read with its amount, currency and references', () => {
  assert.deepEqual(parseOutcome({ status: 200, body: JSON.stringify(approved) }), {
    kind: 'approved',
    acquirerReference: 'sba_7',
    authorizationCode: '000007',
    networkTransactionId: '800000000000007',
    amount: 1000n,
    currency: 'USD',
    avsResult: null,
    cvcResult: 'M',
  });
});

test('a decline is read with its reason', () => {
  const body = JSON.stringify({ ...approved, result: 'declined', responseCode: '51' });
  assert.deepEqual(parseOutcome({ status: 200, body }), {
    kind: 'declined',
    reason: 'insufficient_funds',
    acquirerReference: 'sba_7',
  });
});

test('a code that nobody knows is a plain decline', () => {
  assert.equal(declineReason('ZZ'), 'card_declined');
});

const nonsense = [
  ['nothing', ''],
  ['half of an answer', '{"result":"appr'],
  ['a page of a proxy', '<html>'],
  ['null', 'null'],
  ['an array', '[]'],
  ['an approval with a code of decline', JSON.stringify({ ...approved, responseCode: '05' })],
  ['a decline with the code of approval', JSON.stringify({ ...approved, result: 'declined' })],
  ['an approval without a reference', JSON.stringify({ ...approved, id: null })],
  ['an amount that is a number', JSON.stringify({ ...approved, amount: 1000 })],
  ['an amount with a point', JSON.stringify({ ...approved, amount: '10.00' })],
  ['a negative amount', JSON.stringify({ ...approved, amount: '-1' })],
  ['a currency that does not exist', JSON.stringify({ ...approved, currency: 'QQQ' })],
] as const;
for (const [title, body] of nonsense) {
  test(`${title} is unknown, to a message and to an inquiry`, () => {
    assert.equal(parseOutcome({ status: 200, body }).kind, 'unknown');
    assert.equal(parseInquiry({ status: 200, body: `{"answer":${body || '""'}}` }).kind, 'unknown');
  });
}

test('every status but 200 is unknown, whatever the body says', () => {
  for (const status of [201, 204, 302, 400, 401, 404, 429, 500, 502, 503]) {
    assert.equal(parseOutcome({ status, body: JSON.stringify(approved) }).kind, 'unknown');
  }
});

test('only the bank itself can say that it found nothing: a proxy that answers 404 is unknown', () => {
  assert.equal(parseInquiry({ status: 404, body: '{"error":"message_not_found"}' }).kind, 'not_found');
  assert.equal(parseInquiry({ status: 404, body: '<html>404</html>' }).kind, 'unknown');
  assert.equal(parseInquiry({ status: 500, body: '{"error":"message_not_found"}' }).kind, 'unknown');
});

test('a reversal that found nothing to undo is acknowledged', () => {
  const body = JSON.stringify({ ...approved, id: null, amount: '0', currency: '' });
  const outcome = parseReversal({ status: 200, body }, 'att_1');
  assert.equal(outcome.kind === 'approved' && outcome.acquirerReference, 'att_1');
  assert.equal(parseReversal({ status: 200, body: '{}' }, 'att_1').kind, 'unknown');
  assert.equal(parseReversal({ status: 500, body }, 'att_1').kind, 'unknown');
});
