import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { plannedFault } from '../../src/sandbox/bank/fault-plan.ts';
import { type Fault, faults } from '../../src/sandbox/cards.ts';
import { authorization, followUp, openPretendWorld, readBook } from './pretend-world.ts';

const world = await openPretendWorld();
const approved = '4242424242424242';

async function ask(method: string, body?: unknown): Promise<{ status: number; body: unknown }> {
  const answer = await fetch(`${world.publicUrl}/sandbox/faults`, {
    method,
    ...(body !== undefined && {
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    }),
  });
  return { status: answer.status, body: await answer.json() };
}

beforeEach(() => ask('DELETE'));

/** How so many payments end at the bank under a plan: what was answered, and how many lines are in its book. */
async function payUnder(plan: object, payments: number, number = approved): Promise<string[]> {
  assert.equal((await ask('POST', plan)).status, 200);
  const seen: string[] = [];
  for (let payment = 0; payment < payments; payment++) {
    const request = authorization(number);
    const outcome = await world.acquirer.authorize(request);
    seen.push(`${outcome.kind}, booked ${(await readBook(world, request.reference)).length} times`);
  }
  return seen;
}

// Those that a deadline is not waited for, so that the test is quick.
const quick: readonly Fault[] = ['reset_after_authorizing', 'never_received', 'approves_twice'];

test('equal seeds make the bank misbehave alike, payment by payment, and other seeds otherwise', async () => {
  const plan = { seed: 41, share: 0.5, faults: quick };
  const first = await payUnder(plan, 24);
  assert.deepEqual(await payUnder(plan, 24), first);
  assert.notDeepEqual(await payUnder({ ...plan, seed: 42 }, 24), first);
  assert.deepEqual(
    new Set(first),
    new Set([
      'approved, booked 1 times',
      'approved, booked 2 times',
      'unknown, booked 1 times',
      'unknown, booked 0 times',
    ]),
  );
});

test('the share says how many meet a fault, each fault as often as the others', () => {
  const met = Array.from({ length: 26_000 }, (_, index) =>
    plannedFault({ seed: 7, share: 0.5, faults }, index),
  );
  for (const fault of faults) {
    const times = met.filter((one) => one === fault).length;
    assert.ok(times > 850 && times < 1150, `${fault}: ${times} of about 1000`);
  }
  assert.ok(met.every((_, index) => plannedFault({ seed: 7, share: 0, faults }, index) === null));
  assert.ok(met.every((_, index) => plannedFault({ seed: 7, share: 1, faults }, index) !== null));
});

test('a fault stays with its authorization: what is lost later is a capture, an inquiry or a reversal', async () => {
  await ask('POST', { seed: 1, share: 1, faults: ['capture_answer_lost'], authorizations: 1 });
  const held = await world.acquirer.authorize(authorization(approved));
  assert.ok(held.kind === 'approved');
  const capture = followUp(held.acquirerReference);
  assert.equal((await world.acquirer.capture(capture)).kind, 'unknown');
  const inquiry = await world.acquirer.inquire(capture.reference);
  assert.ok(inquiry.kind === 'found' && inquiry.outcome.kind === 'approved');

  await ask('POST', { seed: 1, share: 1, faults: ['inquiry_contradicts'], authorizations: 1 });
  const request = authorization(approved);
  assert.equal((await world.acquirer.authorize(request)).kind, 'approved');
  const contradicted = await world.acquirer.inquire(request.reference);
  assert.ok(contradicted.kind === 'found' && contradicted.outcome.kind === 'declined');
});

test('declines and cards with a fault of their own are left to their cards, and use nothing up', async () => {
  const declined = await payUnder({ seed: 1, share: 1, faults: ['never_received'] }, 3, '4000000000000002');
  assert.deepEqual(new Set(declined), new Set(['declined, booked 1 times']));
  assert.deepEqual(await payUnder({ seed: 1, share: 1, faults: ['never_received'] }, 1, '4000009900000061'), [
    'approved, booked 2 times',
  ]);
  assert.equal(((await ask('GET')).body as { plan: { drawn: number } }).plan.drawn, 0);
});

test('a plan ends after its authorizations, or when it is ended; it tells how far it is', async () => {
  const plan = { seed: 9, share: 1, faults: ['never_received'], authorizations: 2 };
  assert.deepEqual(await payUnder(plan, 4), [
    'unknown, booked 0 times',
    'unknown, booked 0 times',
    'approved, booked 1 times',
    'approved, booked 1 times',
  ]);
  assert.deepEqual((await ask('GET')).body, { plan: { ...plan, drawn: 2 } });
  await ask('POST', { ...plan, authorizations: 50 });
  assert.deepEqual((await ask('DELETE')).body, { plan: null });
  assert.deepEqual((await ask('GET')).body, { plan: null });
  assert.equal((await world.acquirer.authorize(authorization(approved))).kind, 'approved');
});

test('a plan that names no faults has them all', async () => {
  const { body } = await ask('POST', { seed: -3, share: 0.01 });
  assert.deepEqual(body, { plan: { seed: -3, share: 0.01, faults, authorizations: 1000, drawn: 0 } });
});

for (const [field, plan] of [
  ['seed', { share: 1 }],
  ['seed', { seed: 1.5, share: 1 }],
  ['seed', null],
  ['share', { seed: 1 }],
  ['share', { seed: 1, share: 1.01 }],
  ['share', { seed: 1, share: '0.5' }],
  ['faults', { seed: 1, share: 1, faults: [] }],
  ['faults', { seed: 1, share: 1, faults: ['explodes'] }],
  ['faults', { seed: 1, share: 1, faults: ['never_received', 'never_received'] }],
  ['faults', { seed: 1, share: 1, faults: 'never_received' }],
  ['authorizations', { seed: 1, share: 1, authorizations: 0 }],
] as const) {
  test(`a plan is refused for its ${field}: ${JSON.stringify(plan)}`, async () => {
    const { status, body } = await ask('POST', plan);
    assert.equal(status, 400);
    assert.ok((body as { error: { message: string } }).error.message.startsWith(`${field}: expected`));
  });
}
