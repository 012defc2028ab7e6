import assert from 'node:assert/strict';
import { test } from 'node:test';
import { orderNumberOfSession, sessionIdOf } from './checkout-session.ts';

const key = Buffer.alloc(32, 1);

test('5.7: a session id is 64 lower-case hex characters and leads back to its order', () => {
  const id = sessionIdOf(key, 'OD4410278835');
  assert.match(id, /^[0-9a-f]{64}$/);
  assert.equal(orderNumberOfSession(key, id), 'OD4410278835');
});

test('5.7: any other text names no order', () => {
  const id = sessionIdOf(key, 'OD4410278835');
  const flipped = `${id.slice(0, 63)}${id.endsWith('0') ? '1' : '0'}`;
  for (const text of ['', 'xyz', flipped, id.toUpperCase(), sessionIdOf(Buffer.alloc(32, 2), 'OD4410278835')])
    assert.equal(orderNumberOfSession(key, text), null);
});
