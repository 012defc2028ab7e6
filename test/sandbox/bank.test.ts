import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sandboxCards } from '../../src/sandbox/cards.ts';
import { authorization, cvc, followUp, newReference, openPretendWorld, readBook } from './pretend-world.ts';

const world = await openPretendWorld();

async function approve(number: string, kind: 'authorization' | 'purchase' = 'authorization') {
  const request = authorization(number, { kind });
  const outcome = await world.acquirer.authorize(request);
  assert.equal(outcome.kind, 'approved');
  const id = outcome.kind === 'approved' ? outcome.acquirerReference : '';
  return { reference: request.reference, id, outcome };
}

const declinedOutcomes = new Set(
  sandboxCards.map((card) => card.outcome).filter((outcome) => !outcome.startsWith('approved')),
);

for (const card of sandboxCards.filter((listed) => listed.fault === undefined)) {
  const expected =
    card.three_ds !== 'none'
      ? 'authentication_required'
      : declinedOutcomes.has(card.outcome)
        ? card.outcome
        : 'approved';
  test(`${card.number} without a proof is answered with ${expected}, and booked so`, async () => {
    const request = authorization(card.number, { kind: 'purchase' });
    const outcome = await world.acquirer.authorize(request);
    assert.equal(outcome.kind === 'declined' ? outcome.reason : outcome.kind, expected);
    const [entry, ...more] = await readBook(world, request.reference);
    assert.deepEqual(more, []);
    assert.equal(entry?.status, expected === 'approved' ? 'captured' : 'declined');
    assert.equal(entry?.live, expected === 'approved');
    assert.equal(entry?.captured, expected === 'approved' ? 1000 : 0);
  });
}

test('an unlisted number is declined as no card of any issuer', async () => {
  const outcome = await world.acquirer.authorize(authorization('4929000000006'));
  assert.deepEqual(outcome.kind === 'declined' && outcome.reason, 'incorrect_number');
});

test('an authorization is held, captured in part, refunded in parts, and no longer live once refunded in full', async () => {
  const { reference, id } = await approve('4242424242424242');
  assert.equal((await readBook(world, reference))[0]?.status, 'authorized');
  assert.equal((await world.acquirer.capture(followUp(id, 700n))).kind, 'approved');
  assert.equal((await world.acquirer.refund(followUp(id, 300n))).kind, 'approved');
  const partly = (await readBook(world, reference))[0];
  assert.deepEqual(
    [partly?.status, partly?.captured, partly?.refunded, partly?.live],
    ['captured', 700, 300, true],
  );
  assert.equal((await world.acquirer.refund(followUp(id, 400n))).kind, 'approved');
  const fully = (await readBook(world, reference))[0];
  assert.deepEqual(
    [fully?.status, fully?.captured, fully?.refunded, fully?.live],
    ['refunded', 700, 700, false],
  );
});

const refusals = [
  ['a capture of more than was authorized', [], 'capture', 1001n],
  ['a second capture', ['capture'], 'capture', 1000n],
  ['a void after a capture', ['capture'], 'void', 1000n],
  ['a capture after a void', ['void'], 'capture', 1000n],
  ['a refund before a capture', [], 'refund', 1000n],
  ['a refund of more than was captured', ['capture'], 'refund', 1001n],
  ['a refund after a full refund', ['capture', 'refund'], 'refund', 1n],
] as const;
for (const [title, earlier, operation, amount] of refusals) {
  test(`${title} is declined and changes nothing`, async () => {
    const { reference, id } = await approve('4242424242424242');
    for (const step of earlier) assert.equal((await world.acquirer[step](followUp(id))).kind, 'approved');
    const standing = await readBook(world, reference);
    assert.equal((await world.acquirer[operation](followUp(id, amount))).kind, 'declined');
    assert.deepEqual(await readBook(world, reference), standing);
  });
}

test('messages about an authorization that does not exist are declined', async () => {
  assert.equal((await world.acquirer.capture(followUp('sba_999999999'))).kind, 'declined');
  assert.equal((await world.acquirer.void(followUp('nonsense'))).kind, 'declined');
});

test('two captures at once claim the money once', async () => {
  const { reference, id } = await approve('4242424242424242');
  const outcomes = await Promise.all([1, 2, 3, 4].map(() => world.acquirer.capture(followUp(id))));
  assert.deepEqual(outcomes.map(({ kind }) => kind).sort(), ['approved', 'declined', 'declined', 'declined']);
  assert.equal((await readBook(world, reference))[0]?.captured, 1000);
});

test('refunds at once never give back more than was captured', async () => {
  const { reference, id } = await approve('4242424242424242', 'purchase');
  const outcomes = await Promise.all(
    Array.from({ length: 8 }, () => world.acquirer.refund(followUp(id, 300n))),
  );
  assert.equal(outcomes.filter(({ kind }) => kind === 'approved').length, 3);
  assert.equal((await readBook(world, reference))[0]?.refunded, 900);
});

test('an authorization sent again under its reference gets the first answer and books nothing more', async () => {
  const request = authorization('4242424242424242');
  const answers = await Promise.all([1, 2, 3].map(() => world.acquirer.authorize(request)));
  answers.push(await world.acquirer.authorize({ ...request, amount: 5n as typeof request.amount }));
  for (const answer of answers) assert.deepEqual(answer, answers[0]);
  assert.equal((await readBook(world, request.reference)).length, 1);
});

test('a decline sent again under its reference stays a decline', async () => {
  const request = authorization('4000000000009995');
  const first = await world.acquirer.authorize(request);
  assert.deepEqual(await world.acquirer.authorize(request), first);
});

test('captures and refunds sent again under their reference act once', async () => {
  const { reference, id } = await approve('4242424242424242');
  const capture = followUp(id, 800n);
  const refund = followUp(id, 100n);
  for (const _ of [1, 2, 3]) assert.equal((await world.acquirer.capture(capture)).kind, 'approved');
  for (const _ of [1, 2, 3]) assert.equal((await world.acquirer.refund(refund)).kind, 'approved');
  const entry = (await readBook(world, reference))[0];
  assert.deepEqual([entry?.captured, entry?.refunded], [800, 100]);
});

test('a refund has a name of its own at the bank, the same whenever it is told', async () => {
  const { id } = await approve('4242424242424242', 'purchase');
  const requests = [followUp(id, 300n), followUp(id, 300n)];
  const names: string[] = [];
  for (const request of requests) {
    const outcome = await world.acquirer.refund(request);
    const inquiry = await world.acquirer.inquire(request.reference);
    assert.deepEqual(inquiry, { kind: 'found', outcome });
    names.push(outcome.kind === 'approved' ? outcome.acquirerReference : '');
  }
  assert.match(names[0] ?? '', /^re_[0-9a-f]{24}$/);
  assert.notEqual(names[0], names[1]);
});

test('a reversal takes a hold or a purchase out of force and may be repeated', async () => {
  for (const kind of ['authorization', 'purchase'] as const) {
    const { reference } = await approve('4242424242424242', kind);
    for (const _ of [1, 2]) {
      const outcome = await world.acquirer.reverse({ reference: newReference(), original: reference });
      assert.equal(outcome.kind, 'approved');
    }
    const entry = (await readBook(world, reference))[0];
    assert.deepEqual([entry?.status, entry?.captured, entry?.live], ['reversed', 0, false]);
  }
});

test('an inquiry about a reversed authorization does not call it approved', async () => {
  const { reference } = await approve('4242424242424242');
  await world.acquirer.reverse({ reference: newReference(), original: reference });
  const inquiry = await world.acquirer.inquire(reference);
  assert.equal(inquiry.kind === 'found' && inquiry.outcome.kind, 'declined');
});

test('an authorization that arrives after its reversal never holds money', async () => {
  const request = authorization('4242424242424242');
  const reversal = await world.acquirer.reverse({ reference: newReference(), original: request.reference });
  assert.equal(reversal.kind, 'approved');
  assert.equal((await world.acquirer.authorize(request)).kind, 'declined');
  assert.deepEqual(await readBook(world, request.reference), []);
});

test('authorizations racing with their reversals never hold money afterwards', async () => {
  await Promise.all(
    Array.from({ length: 40 }, async () => {
      const request = authorization('4242424242424242');
      const reversal = { reference: newReference(), original: request.reference };
      await Promise.all([world.acquirer.authorize(request), world.acquirer.reverse(reversal)]);
      assert.deepEqual(
        (await readBook(world, request.reference)).filter(({ live }) => live),
        [],
      );
    }),
  );
});

test('a reversal of a capture or a refund undoes just that', async () => {
  const { reference, id } = await approve('4242424242424242');
  const capture = followUp(id);
  await world.acquirer.capture(capture);
  const refund = followUp(id, 250n);
  await world.acquirer.refund(refund);
  assert.equal(
    (await world.acquirer.reverse({ reference: newReference(), original: refund.reference })).kind,
    'approved',
  );
  assert.equal((await readBook(world, reference))[0]?.refunded, 0);
  assert.equal(
    (await world.acquirer.reverse({ reference: newReference(), original: capture.reference })).kind,
    'approved',
  );
  const entry = (await readBook(world, reference))[0];
  assert.deepEqual([entry?.status, entry?.captured, entry?.live], ['authorized', 0, true]);
});

test('an inquiry finds captures and refunds by their reference, and nothing where nothing was sent', async () => {
  const { id } = await approve('4242424242424242');
  const capture = followUp(id);
  await world.acquirer.capture(capture);
  const found = await world.acquirer.inquire(capture.reference);
  assert.equal(found.kind === 'found' && found.outcome.kind, 'approved');
  assert.deepEqual(await world.acquirer.inquire(newReference()), { kind: 'not_found' });
});

test('4000000000000341 pays once, and is declined when it is charged without its cardholder', async () => {
  const first = await approve('4000000000000341', 'purchase');
  const networkTransactionId = first.outcome.kind === 'approved' ? first.outcome.networkTransactionId : null;
  const later = authorization('4000000000000341', { initiator: 'merchant', cvc: null, networkTransactionId });
  const outcome = await world.acquirer.authorize(later);
  assert.equal(outcome.kind === 'declined' && outcome.reason, 'card_declined');
});

test('a saved card whose first payment needed no authentication can be charged without its cardholder', async () => {
  const first = await approve('4242424242424242', 'purchase');
  const networkTransactionId = first.outcome.kind === 'approved' ? first.outcome.networkTransactionId : null;
  const later = authorization('4242424242424242', { initiator: 'merchant', cvc: null, networkTransactionId });
  assert.equal((await world.acquirer.authorize(later)).kind, 'approved');
});

test('4000000000005126 succeeds, but its refunds are declined', async () => {
  const { reference, id } = await approve('4000000000005126', 'purchase');
  assert.equal((await world.acquirer.refund(followUp(id, 100n))).kind, 'declined');
  assert.equal((await readBook(world, reference))[0]?.refunded, 0);
});

test('4000000000000259 is disputed once its money is claimed, and the bank reports it once', async () => {
  const ask = async (after: string) => {
    const answer = await fetch(`${world.bankUrl}/disputes?after=${after}`, {
      headers: { 'x-api-key': world.apiKey },
    });
    return (await answer.json()) as {
      disputes: { reference: string; amount: string; currency: string }[];
      next: string | null;
    };
  };
  const start = (await ask('0')).next ?? '0';
  const purchase = await approve('4000000000000259', 'purchase');
  const held = await approve('4000000000000259');
  const first = await ask(start);
  assert.deepEqual(
    first.disputes.map(({ reference, amount, currency }) => [reference, amount, currency]),
    [[purchase.reference, '1000', 'USD']],
  );
  await world.acquirer.capture(followUp(held.id, 400n));
  const second = await ask(first.next ?? '');
  assert.deepEqual(
    second.disputes.map(({ reference, amount }) => [reference, amount]),
    [[held.reference, '400']],
  );
  assert.deepEqual((await ask(second.next ?? '')).disputes, []);
});

test('the bank answers nobody without its key', async () => {
  for (const headers of [{}, { 'x-api-key': 'wrong' }]) {
    const answer = await fetch(`${world.bankUrl}/disputes`, { headers });
    assert.equal(answer.status, 401);
  }
});

const brokenBodies = [
  '',
  '{',
  '[]',
  '{"reference":"att_1"}',
  JSON.stringify({ card: { number: '4242424242424242' }, amount: '10.00' }),
];
for (const body of brokenBodies) {
  test(`a message that cannot be read is refused without quoting it: ${body.slice(0, 20)}`, async () => {
    const answer = await fetch(`${world.bankUrl}/authorizations`, {
      method: 'POST',
      headers: { 'x-api-key': world.apiKey, 'content-type': 'application/json' },
      body,
    });
    assert.equal(answer.status, 400);
    assert.doesNotMatch(await answer.text(), /4242424242424242/);
  });
}

test('no card number and no security code stand in the book, the transcripts or the log', async () => {
  await approve('4242424242424242');
  const tables = await world.database.pool.query<{ table_name: string }>(
    `select table_name from information_schema.tables where table_schema = 'sandbox_bank'`,
  );
  assert.ok(tables.rows.length >= 6);
  let dump = '';
  for (const { table_name } of tables.rows) {
    const rows = await world.database.pool.query<{ text: string }>(
      `select t::text as text from sandbox_bank.${table_name} t`,
    );
    dump += rows.rows.map(({ text }) => text).join('\n');
  }
  assert.ok(world.transcripts.length > 0);
  const kept = `${dump}\n${JSON.stringify(world.transcripts)}\n${world.logLines.join('\n')}`;
  for (const card of sandboxCards) assert.ok(!kept.includes(card.number), `${card.number} was kept`);
  assert.ok(
    !new RegExp(`\\b${cvc}\\b`).test(`${dump}\n${world.logLines.join('\n')}`),
    'the security code was kept',
  );
  assert.ok(!kept.includes(world.apiKey), 'the key was kept');
});
