import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Payment } from '../../src/domain/payment.ts';
import { sandboxCards } from '../../src/sandbox/cards.ts';
import { createResolutionStore } from '../../src/store/resolution.ts';
import { capturePayment } from '../../src/usecases/capture-payment.ts';
import { createPayment } from '../../src/usecases/create-payment.ts';
import type { Gateway } from '../../src/usecases/gateway.ts';
import { refundPayment } from '../../src/usecases/refund-payment.ts';
import { resolveAttempt } from '../../src/usecases/resolve-attempt.ts';
import { voidPayment } from '../../src/usecases/void-payment.ts';
import { startTestCore, type TestCore } from '../support/core.ts';
import { command, paymentOf, tokenFor } from '../support/core-commands.ts';

let house: TestCore;
before(async () => {
  house = await startTestCore();
});
after(() => house.close());

function faultCard(fault: string): string {
  const card = sandboxCards.find((listed) => 'fault' in listed && listed.fault === fault);
  assert.ok(card, `no test card has the fault ${fault}`);
  return card.number;
}

const timing = { queuedSeconds: 5, sendingSeconds: 60, leaseSeconds: 60 };

/** Lets the worker look, with the clock moved on between, until nothing is open or it looked ten times. */
async function resolveAll(): Promise<void> {
  const store = createResolutionStore(house.core.database);
  for (let round = 0; round < 12; round++) {
    for (const due of await store.claimDue(house.gateway.clock.now(), 100, timing)) {
      await resolveAttempt(house.gateway, store, due);
    }
    if ((await store.countOpen()).attempts === 0) return;
    await house.core.clock.advance(700);
  }
}

async function pay(fault: string, captureMethod: 'automatic' | 'manual' = 'automatic'): Promise<Payment> {
  const card = await tokenFor(house, faultCard(fault));
  return paymentOf(await createPayment(house.gateway, command(house, card, { captureMethod })));
}

async function reread(payment: Payment): Promise<Payment> {
  const current = await house.gateway.payments.findPayment(payment.merchantId, { id: payment.id });
  assert.ok(current);
  return current;
}

async function book(payment: Payment): Promise<{ status: string; live: boolean }[]> {
  const { rows } = await house.database.pool.query(
    `select status, live from sandbox_bank.authorizations where merchant_reference = $1 order by number`,
    [payment.id],
  );
  return rows;
}

const follow = (payment: Payment) => ({
  merchantId: payment.merchantId,
  name: { id: payment.id },
  claim: null,
  render: () => ({ status: 200, body: '{}' }),
});

const cases = [
  { fault: 'timeout_after_authorizing', state: 'captured', live: 1 },
  { fault: 'reset_after_authorizing', state: 'captured', live: 1 },
  { fault: 'error_500_after_authorizing', state: 'captured', live: 1 },
  { fault: 'garbage_answer', state: 'captured', live: 1 },
  { fault: 'never_received', state: 'failed', live: 0 },
  { fault: 'approves_partial_amount', state: 'failed', live: 0 },
  { fault: 'wrong_currency', state: 'failed', live: 0 },
  { fault: 'reversal_refused', state: 'failed', live: 0 },
] as const;
for (const { fault, state, live } of cases) {
  test(`${fault}: the payment is under way at first and ${state} in the end, with ${live} live authorization at the bank`, async () => {
    const pending = await pay(fault);
    assert.equal(pending.status.state, 'authorizing', 'silence is unknown, never declined');
    await resolveAll();
    const settled = await reread(pending);
    assert.equal(settled.status.state, state);
    assert.equal((await book(pending)).filter((row) => row.live).length, live);
    const { rows } = await house.database.pool.query('select sequence from events where payment_id = $1', [
      pending.id,
    ]);
    assert.deepEqual(
      rows.map((row) => row.sequence),
      [1],
      'one final event',
    );
  });
}

test('approves_late: an approval that appears after the first looks is adopted or undone, never left hanging', async () => {
  const pending = await pay('approves_late');
  await resolveAll();
  const settled = await reread(pending);
  const live = (await book(pending)).filter((row) => row.live).length;
  assert.equal(live, settled.status.state === 'captured' ? 1 : 0);
  assert.notEqual(settled.status.state, 'authorizing');
});

test('capture_answer_lost: the payment stays authorized until the capture is found at the bank', async () => {
  const held = await pay('capture_answer_lost', 'manual');
  assert.equal(held.status.state, 'authorized');
  const capture = await capturePayment(house.gateway, { ...follow(held), amount: null });
  assert.equal(capture.kind, 'unknown');
  assert.equal((await reread(held)).status.state, 'authorized');
  const meanwhile = await voidPayment(house.gateway, follow(held));
  assert.equal(meanwhile.kind === 'refused' && meanwhile.refusal.code, 'operation_in_progress');
  await resolveAll();
  assert.equal((await reread(held)).status.state, 'captured');
});

test('refund_answer_lost: the sum stays reserved, and the refund is found at the bank', async () => {
  const paid = await pay('refund_answer_lost');
  const refund = await refundPayment(house.gateway, {
    ...follow(paid),
    amount: null,
    reason: null,
    merchantReference: null,
    settle: 'await',
  });
  assert.equal(refund.kind, 'unknown');
  const pending = await reread(paid);
  assert.equal(pending.status.state === 'captured' && pending.status.refunding, paid.amount);
  await resolveAll();
  const settled = await reread(paid);
  assert.equal(settled.status.state === 'captured' && settled.status.refunded, paid.amount);
});

test('a process that died after it committed the attempt leaves it to the worker, which finds nothing at the bank and fails it', async () => {
  const gateway = {
    ...house.gateway,
    acquirer: { ...house.gateway.acquirer, authorize: () => new Promise<never>(() => undefined) },
  };
  const card = await tokenFor(house, '4242424242424242');
  void createPayment(gateway, command(house, card, { merchantReference: 'died' }));
  let id: string | undefined;
  for (let look = 0; look < 100 && !id; look++) {
    await new Promise((resolve) => setTimeout(resolve, 20));
    id = (await house.database.pool.query("select id from payments where merchant_reference = 'died'"))
      .rows[0]?.id;
  }
  await house.core.clock.advance(61);
  await resolveAll();
  const [payment] = await house.gateway.payments.listPayments(house.merchant.id, {
    merchantReference: 'died',
    limit: 1,
  });
  assert.equal(payment?.status.state, 'failed');
});

test('a refund that was queued by a process that died is sent by the worker', async () => {
  const paid = paymentOf(
    await createPayment(house.gateway, command(house, await tokenFor(house, '4242424242424242'))),
  );
  const gateway = { ...house.gateway, inBackground: () => undefined };
  const refund = await refundPayment(gateway, {
    ...follow(paid),
    amount: null,
    reason: null,
    merchantReference: null,
    settle: 'in_background',
  });
  assert.equal(refund.kind === 'done' && refund.refund.state, 'initiated');
  await house.core.clock.advance(6);
  await resolveAll();
  const settled = await reread(paid);
  assert.equal(settled.status.state === 'captured' && settled.status.refunded, paid.amount);
});

/** The open alerts about a payment, after the worker looked seven times, an hour apart. */
async function alertsAfterHours(gateway: Gateway, payment: Payment): Promise<string[]> {
  const store = createResolutionStore(house.core.database);
  for (let round = 0; round < 7; round++) {
    for (const due of await store.claimDue(gateway.clock.now(), 100, timing))
      await resolveAttempt(gateway, store, due);
    await house.core.clock.advance(3700);
  }
  const { rows } = await house.database.pool.query(
    'select kind from alerts where payment_id = $1 and closed_at is null order by kind',
    [payment.id],
  );
  return rows.map(({ kind }) => kind);
}

test('what is unknown for long is told, and no longer when it has its outcome: nobody must close it by hand', async () => {
  const pending = await pay('timeout_after_authorizing');
  const unknown = async () => ({ kind: 'unknown', cause: 'the acquirer is down' }) as const;
  const down = {
    ...house.gateway,
    acquirer: { ...house.gateway.acquirer, inquire: unknown, reverse: unknown },
  };
  assert.deepEqual(await alertsAfterHours(down, pending), ['outcome_unknown_for_long']);
  assert.deepEqual(await alertsAfterHours(house.gateway, pending), []);
  assert.equal((await reread(pending)).status.state, 'captured');

  const partial = await pay('approves_partial_amount');
  const deaf = { ...house.gateway, acquirer: { ...house.gateway.acquirer, reverse: unknown } };
  const both = ['approved_for_other_money', 'reversal_not_acknowledged'];
  assert.deepEqual(await alertsAfterHours(deaf, partial), both);
  assert.deepEqual(await alertsAfterHours(house.gateway, partial), ['approved_for_other_money']);
});
