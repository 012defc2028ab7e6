import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createSimulatorAcquirer } from '../../src/acquirers/simulator/adapter.ts';
import { type Fault, faults, sandboxCards } from '../../src/sandbox/cards.ts';
import { authorization, followUp, newReference, openPretendWorld, readBook } from './pretend-world.ts';

const world = await openPretendWorld();

function cardOf(fault: Fault): string {
  return sandboxCards.find((card) => card.fault === fault)?.number ?? '';
}

interface Expectation {
  readonly outcome: 'approved' | 'unknown';
  /** Status and amount of each row in the book under the reference. */
  readonly book: readonly string[];
  /** What the first inquiry finds. */
  readonly inquiry: 'approved' | 'declined' | 'not_found';
}

const held = 'authorized 1000 USD';
const expectations: Record<Fault, Expectation> = {
  timeout_after_authorizing: { outcome: 'unknown', book: [held], inquiry: 'approved' },
  reset_after_authorizing: { outcome: 'unknown', book: [held], inquiry: 'approved' },
  error_500_after_authorizing: { outcome: 'unknown', book: [held], inquiry: 'approved' },
  garbage_answer: { outcome: 'unknown', book: [held], inquiry: 'approved' },
  never_received: { outcome: 'unknown', book: [], inquiry: 'not_found' },
  approves_twice: { outcome: 'approved', book: [held, held], inquiry: 'approved' },
  approves_late: { outcome: 'unknown', book: [], inquiry: 'not_found' },
  approves_partial_amount: { outcome: 'approved', book: ['authorized 500 USD'], inquiry: 'approved' },
  wrong_currency: { outcome: 'approved', book: ['authorized 1000 EUR'], inquiry: 'approved' },
  capture_answer_lost: { outcome: 'approved', book: [held], inquiry: 'approved' },
  refund_answer_lost: { outcome: 'approved', book: [held], inquiry: 'approved' },
  inquiry_contradicts: { outcome: 'approved', book: [held], inquiry: 'declined' },
  reversal_refused: { outcome: 'approved', book: ['authorized 500 USD'], inquiry: 'approved' },
};

for (const fault of faults) {
  const expected = expectations[fault];
  test(`${fault}: the adapter says ${expected.outcome}, the book holds ${expected.book.join(' and ') || 'nothing'}`, async () => {
    const request = authorization(cardOf(fault));
    const outcome = await world.acquirer.authorize(request);
    assert.equal(outcome.kind, expected.outcome);
    const book = await readBook(world, request.reference);
    assert.deepEqual(
      book.map(({ status, amount, currency }) => `${status} ${amount} ${currency}`),
      expected.book,
    );
    if (outcome.kind === 'approved') {
      assert.deepEqual([Number(outcome.amount), outcome.currency], [book[0]?.amount, book[0]?.currency]);
    }
    const inquiry = await world.acquirer.inquire(request.reference);
    assert.equal(inquiry.kind === 'found' ? inquiry.outcome.kind : inquiry.kind, expected.inquiry);
  });

  test(`${fault}: once its reversal is acknowledged nothing is live, now or later`, async () => {
    const request = authorization(cardOf(fault), { kind: 'purchase' });
    await world.acquirer.authorize(request);
    const refusals = fault === 'reversal_refused' ? 2 : 0;
    const reversal = { reference: newReference(), original: request.reference };
    for (let count = 0; count < refusals; count++) {
      assert.equal((await world.acquirer.reverse(reversal)).kind, 'declined');
      assert.equal((await readBook(world, request.reference))[0]?.live, true);
    }
    assert.equal((await world.acquirer.reverse(reversal)).kind, 'approved');
    await world.clock.advance(3600);
    await world.acquirer.inquire(request.reference);
    await world.acquirer.inquire(request.reference);
    assert.deepEqual(
      (await readBook(world, request.reference)).filter(({ live }) => live),
      [],
    );
  });
}

test('approves_late: nothing for 60 seconds of the bank, then the approval stands in the book', async () => {
  const request = authorization(cardOf('approves_late'), { kind: 'purchase' });
  await world.acquirer.authorize(request);
  await world.clock.advance(59);
  assert.deepEqual(await readBook(world, request.reference), []);
  await world.clock.advance(1);
  const [entry] = await readBook(world, request.reference);
  assert.deepEqual([entry?.status, entry?.captured, entry?.live], ['captured', 1000, true]);
});

test('approves_late: the second inquiry finds the approval', async () => {
  const request = authorization(cardOf('approves_late'));
  await world.acquirer.authorize(request);
  assert.equal((await world.acquirer.inquire(request.reference)).kind, 'not_found');
  const second = await world.acquirer.inquire(request.reference);
  assert.equal(second.kind === 'found' && second.outcome.kind, 'approved');
  assert.equal((await readBook(world, request.reference)).length, 1);
});

for (const operation of ['capture', 'refund'] as const) {
  test(`${operation}_answer_lost: the ${operation} is booked, its answer lost, and both inquiry and repetition find it`, async () => {
    const request = authorization(cardOf(`${operation}_answer_lost`), {
      kind: operation === 'refund' ? 'purchase' : 'authorization',
    });
    const approved = await world.acquirer.authorize(request);
    assert.ok(approved.kind === 'approved');
    const message = followUp(approved.acquirerReference, 600n);
    assert.equal((await world.acquirer[operation](message)).kind, 'unknown');
    const inquiry = await world.acquirer.inquire(message.reference);
    assert.equal(inquiry.kind === 'found' && inquiry.outcome.kind, 'approved');
    assert.equal((await world.acquirer[operation](message)).kind, 'approved');
    const [entry] = await readBook(world, request.reference);
    assert.equal(operation === 'capture' ? entry?.captured : entry?.refunded, 600);
  });
}

test('approves_twice: each of the two can be undone alone, by its own id', async () => {
  const request = authorization(cardOf('approves_twice'));
  await world.acquirer.authorize(request);
  const [, second] = await readBook(world, request.reference);
  const outcome = await world.acquirer.void(followUp(second?.id ?? ''));
  assert.equal(outcome.kind, 'approved');
  assert.deepEqual(
    (await readBook(world, request.reference)).map(({ status }) => status),
    ['authorized', 'voided'],
  );
});

test('a fault does not touch the first answer that a repetition gets', async () => {
  const request = authorization(cardOf('reset_after_authorizing'));
  assert.equal((await world.acquirer.authorize(request)).kind, 'unknown');
  assert.equal((await world.acquirer.authorize(request)).kind, 'approved');
  assert.equal((await readBook(world, request.reference)).length, 1);
});

test('an answer that never comes ends at the deadline of the call', async () => {
  const startedAt = performance.now();
  const outcome = await world.acquirer.authorize(authorization(cardOf('timeout_after_authorizing')));
  assert.ok(outcome.kind === 'unknown' && /1000 ms/.test(outcome.cause));
  assert.ok(performance.now() - startedAt < 3000);
});

test('a bank that is not there is unknown, never a decline', async () => {
  const nobody = createSimulatorAcquirer({ url: 'http://127.0.0.1:9', apiKey: 'any', deadlineMs: 500 });
  try {
    assert.equal((await nobody.authorize(authorization('4242424242424242'))).kind, 'unknown');
    assert.equal((await nobody.inquire(newReference())).kind, 'unknown');
    assert.equal(
      (await nobody.reverse({ reference: newReference(), original: newReference() })).kind,
      'unknown',
    );
  } finally {
    await nobody.close();
  }
});

test('a refused key is unknown and tells nothing of the card', async () => {
  const stranger = createSimulatorAcquirer({ url: world.bankUrl, apiKey: 'wrong' });
  try {
    const outcome = await stranger.authorize(authorization('4242424242424242'));
    assert.deepEqual(outcome, { kind: 'unknown', cause: 'the bank answered with status 401' });
  } finally {
    await stranger.close();
  }
});
