import assert from 'node:assert/strict';
import { test } from 'node:test';
import { passesLuhn } from '../../src/domain/card.ts';
import { faults } from '../../src/sandbox/cards.ts';
import { authorization, type BookEntry, openPretendWorld, readBook } from './pretend-world.ts';

const world = await openPretendWorld();

interface ListedCard {
  number: string;
  brand: string;
  outcome: string;
  three_ds: string;
  fault?: string;
  source: string;
  note: string;
}

test('the table of cards is public, complete and says what each card does', async () => {
  const answer = await fetch(`${world.publicUrl}/sandbox/cards`);
  assert.equal(answer.status, 200);
  const { cards } = (await answer.json()) as { cards: ListedCard[] };
  assert.equal(new Set(cards.map(({ number }) => number)).size, cards.length);
  for (const card of cards) {
    assert.ok(passesLuhn(card.number), card.number);
    assert.ok(card.brand && card.outcome && card.three_ds && card.note, card.number);
    assert.ok(['zafapay', 'eximpe', 'sallyport'].includes(card.source));
  }
  for (const fault of faults) assert.equal(cards.filter((card) => card.fault === fault).length, 1, fault);
});

test('the book is shown in the words of the outside, amounts in minor units', async () => {
  const request = authorization('4242424242424242', { kind: 'purchase', merchantReference: 'OD1' });
  await world.acquirer.authorize(request);
  const [entry] = await readBook(world, request.reference);
  assert.match(entry?.id ?? '', /^sba_[0-9]+$/);
  assert.deepEqual(
    { ...entry, id: '' },
    {
      id: '',
      reference: request.reference,
      merchant_reference: 'OD1',
      amount: 1000,
      currency: 'USD',
      status: 'captured',
      captured: 1000,
      refunded: 0,
      live: true,
      created_at: '2026-11-04T09:30:00.000Z',
    },
  );
});

test('the book is read page by page, and by the payment it belongs to', async () => {
  // More than ten, for as texts their numbers would be in another order.
  const requests = Array.from({ length: 12 }, () =>
    authorization('4242424242424242', { merchantReference: 'tx_paged' }),
  );
  for (const request of requests) await world.acquirer.authorize(request);
  const seen: string[] = [];
  let cursor: string | null = '0';
  while (cursor !== null) {
    const answer: Response = await fetch(
      `${world.publicUrl}/sandbox/acquirer/authorizations?merchant_reference=tx_paged&limit=2&cursor=${cursor}`,
    );
    const page = (await answer.json()) as { authorizations: BookEntry[]; next_cursor: string | null };
    assert.ok(page.authorizations.length <= 2);
    seen.push(...page.authorizations.map(({ reference }) => reference));
    cursor = page.next_cursor;
  }
  assert.deepEqual(
    seen,
    requests.map(({ reference }) => reference),
  );
});

for (const query of ['limit=0', 'limit=1001', 'limit=x', 'cursor=abc', 'cursor=1&cursor=2']) {
  test(`a question that cannot be meant is refused: ${query}`, async () => {
    const answer = await fetch(`${world.publicUrl}/sandbox/acquirer/authorizations?${query}`);
    assert.equal(answer.status, 400);
    const body = (await answer.json()) as { error: { code: string; message: string } };
    assert.equal(body.error.code, 'validation_error');
    assert.ok(body.error.message.startsWith(query.split('=')[0] ?? ''));
  });
}

async function moveClock(body: string): Promise<Response> {
  const headers = { 'content-type': 'application/json' };
  return fetch(`${world.publicUrl}/sandbox/clock`, { method: 'POST', headers, body });
}

test('the clock moves forward by the seconds that were asked, and tells the time', async () => {
  const before = world.clock.now().getTime();
  const answer = await moveClock('{"advance_seconds": 90}');
  assert.deepEqual(await answer.json(), { now: new Date(before + 90_000).toISOString() });
});

for (const body of [
  '{}',
  '{"advance_seconds": -1}',
  '{"advance_seconds": "60"}',
  '{"advance_seconds": 1e12}',
  '[]',
  'null',
]) {
  test(`the clock does not move for ${body}`, async () => {
    const before = world.clock.now();
    assert.equal((await moveClock(body)).status, 400);
    assert.deepEqual(world.clock.now(), before);
  });
}
