import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Payment } from '../../src/domain/payment.ts';
import { addSeconds } from '../../src/lib/clock.ts';
import { type Fault, sandboxCards } from '../../src/sandbox/cards.ts';
import { createAlertDesk, createReconciliationDesk } from '../../src/store/desks.ts';
import { createReconciliationStore } from '../../src/store/reconciliation.ts';
import { createResolutionStore } from '../../src/store/resolution.ts';
import { auditEntry } from '../../src/usecases/audit-entry.ts';
import { createPayment } from '../../src/usecases/create-payment.ts';
import type { Gateway } from '../../src/usecases/gateway.ts';
import { mendDifference } from '../../src/usecases/mend-difference.ts';
import type { Acquirer, AcquirerRecords } from '../../src/usecases/ports/acquirer.ts';
import type { Difference } from '../../src/usecases/ports/reconciliation.ts';
import { type ReconcileResult, reconcile } from '../../src/usecases/reconcile.ts';
import { resolveAttempt } from '../../src/usecases/resolve-attempt.ts';
import { voidPayment } from '../../src/usecases/void-payment.ts';
import { startTestCore, type TestCore } from '../support/core.ts';
import { command, paymentOf, tokenFor } from '../support/core-commands.ts';

let house: TestCore;
before(async () => {
  house = await startTestCore();
});
after(() => house.close());

const goodCard = '4242424242424242';
const lost: Pick<Acquirer, 'authorize'>['authorize'] = async () => ({ kind: 'unknown', cause: 'lost' });

function cardOf(fault: Fault): string {
  return sandboxCards.find((card) => card.fault === fault)?.number ?? '';
}

function withAcquirer(change: Partial<Acquirer>): Gateway {
  return { ...house.gateway, acquirer: { ...house.gateway.acquirer, ...change } };
}

/** A gateway whose bank gets every message and whose answers to authorizations never arrive. */
function deafGateway(): Gateway {
  return withAcquirer({
    async authorize(request) {
      await house.gateway.acquirer.authorize(request);
      return lost(request);
    },
  });
}

async function pay(
  card: string,
  gateway: Gateway = house.gateway,
  captureMethod: 'automatic' | 'manual' = 'automatic',
): Promise<Payment> {
  const token = await tokenFor(house, card);
  return paymentOf(await createPayment(gateway, command(house, token, { captureMethod })));
}

/** Compares everything so far, once. */
function compare(
  gateway: Gateway = house.gateway,
  holdSeconds = 60,
  store = createReconciliationStore(house.core.database),
): Promise<ReconcileResult> {
  const now = house.gateway.clock.now();
  return reconcile(
    { gateway, store, holdSeconds },
    { purpose: 'command', from: addSeconds(now, -30 * 24 * 3600), to: addSeconds(now, 1) },
  );
}

async function differencesOf(payment: Pick<Payment, 'id'>): Promise<Difference[]> {
  const all = await createReconciliationDesk(house.core.database).listDifferences({ limit: 1000 });
  return all.filter(({ paymentId }) => paymentId === payment.id);
}

async function attemptsOf(payment: Payment): Promise<string[]> {
  const { rows } = await house.database.pool.query<{ kind: string; state: string }>(
    'select kind, state from attempts where payment_id = $1 order by created_at, kind',
    [payment.id],
  );
  return rows.map(({ kind, state }) => `${kind} ${state}`);
}

async function book(payment: Payment): Promise<{ id: string; status: string; live: boolean }[]> {
  const { rows } = await house.database.pool.query(
    `select 'sba_' || number as id, status, live from sandbox_bank.authorizations where merchant_reference = $1 order by copy`,
    [payment.id],
  );
  return rows;
}

async function reread(payment: Payment): Promise<Payment> {
  const current = await house.gateway.payments.findPayment(payment.merchantId, { id: payment.id });
  assert.ok(current);
  return current;
}

async function countAudited(act: string): Promise<number> {
  const { rows } = await house.database.pool.query(
    'select count(*)::integer as count from audit_log where act = $1',
    [act],
  );
  return rows[0].count;
}

const timing = { queuedSeconds: 5, sendingSeconds: 60, leaseSeconds: 60 };

async function resolveDue(): Promise<void> {
  const store = createResolutionStore(house.core.database);
  for (const due of await store.claimDue(house.gateway.clock.now(), 100, timing)) {
    await resolveAttempt(house.gateway, store, due);
  }
}

test('approves_twice: the second line is reversed by its own name, the first and the payment stay, and the alert is closed', async () => {
  const payment = await pay(cardOf('approves_twice'), house.gateway, 'manual');
  assert.equal(payment.status.state, 'authorized');
  assert.deepEqual(
    (await book(payment)).map(({ live }) => live),
    [true, true],
  );
  assert.equal((await compare()).kind, 'done');
  const [first, second] = await book(payment);
  assert.deepEqual([first?.status, second?.status], ['authorized', 'reversed']);
  const current = await reread(payment);
  assert.equal(
    current.status.state === 'authorized' && current.status.authorization.acquirerReference,
    first?.id,
  );
  assert.deepEqual(await attemptsOf(payment), ['authorization approved', 'reversal approved']);
  const [difference, ...others] = await differencesOf(payment);
  assert.equal(others.length, 0);
  assert.deepEqual(
    [difference?.cause, difference?.acquirerReference, difference?.owner, difference?.status],
    ['two_authorizations_for_one_attempt', second?.id, 'gateway', 'closed'],
  );
  assert.equal(difference?.resolution, 'mended');
  const alerts = await createAlertDesk(house.core.database).listAlerts({ limit: 1000 });
  const [alert] = alerts.filter(({ differenceId }) => differenceId === difference?.id);
  assert.ok(alert?.closedAt);
});

test('the payment of approves_twice can still be voided afterwards, and then holds nothing', async () => {
  const payment = await pay(cardOf('approves_twice'), house.gateway, 'manual');
  await compare();
  const render = () => ({ status: 200, body: '{}' });
  const voided = await voidPayment(house.gateway, {
    merchantId: payment.merchantId,
    name: { id: payment.id },
    claim: null,
    render,
  });
  assert.equal(voided.kind, 'done');
  assert.deepEqual(
    (await book(payment)).map(({ live }) => live),
    [false, false],
  );
});

test('inquiry_contradicts: what the bank said was declined and holds all the same is found and reversed, never charged', async () => {
  const payment = await pay(cardOf('inquiry_contradicts'), deafGateway());
  assert.equal(payment.status.state, 'authorizing');
  await house.core.clock.advance(10);
  await resolveDue();
  assert.equal((await reread(payment)).status.state, 'failed');
  assert.deepEqual(
    (await book(payment)).map(({ live }) => live),
    [true],
    'the bank holds it nevertheless',
  );
  await compare();
  assert.deepEqual(
    (await book(payment)).map(({ status }) => status),
    ['reversed'],
  );
  assert.equal((await reread(payment)).status.state, 'failed');
  const { rows } = await house.database.pool.query('select type from events where payment_id = $1', [
    payment.id,
  ]);
  assert.deepEqual(
    rows.map(({ type }) => type),
    ['payment.failed'],
    'no further event: nothing changed for the merchant',
  );
  const [difference] = await differencesOf(payment);
  assert.deepEqual([difference?.cause, difference?.resolution], ['live_at_bank_but_failed_here', 'mended']);
});

test('a payment under way is no difference, and is looked at again', async () => {
  const payment = await pay(goodCard, deafGateway());
  const result = await compare();
  assert.equal(result.kind, 'done');
  if (result.kind !== 'done') return;
  assert.ok(result.run.inFlightSince && result.run.inFlightSince <= payment.createdAt);
  assert.deepEqual(await differencesOf(payment), []);
  await house.core.clock.advance(10);
  await resolveDue();
  await compare();
  assert.deepEqual(await differencesOf(payment), []);
  assert.equal((await reread(payment)).status.state, 'captured');
});

test('a message without an end for more than a day is a difference, until it has one', async () => {
  const payment = await pay(goodCard, deafGateway());
  await house.core.clock.advance(25 * 3600);
  await compare();
  assert.deepEqual(
    (await differencesOf(payment)).map(({ cause, owner, status }) => [cause, owner, status]),
    [['outcome_unknown', 'operator', 'open']],
  );
  await resolveDue();
  await compare();
  assert.deepEqual(
    (await differencesOf(payment)).map(({ status, resolution }) => [status, resolution]),
    [['closed', 'gone']],
  );
});

test('a reversal that the bank refuses is repeated until it is acknowledged; the difference is being mended meanwhile', async () => {
  const refusing = withAcquirer({ reverse: async () => ({ kind: 'unknown', cause: 'refused' }) });
  const payment = await pay(cardOf('approves_twice'));
  await compare(refusing);
  await compare(refusing);
  const [difference, ...others] = await differencesOf(payment);
  assert.equal(others.length, 0);
  assert.equal(difference?.status, 'mending');
  const { rows } = await house.database.pool.query(
    `select state from attempts where payment_id = $1 and kind = 'reversal'`,
    [payment.id],
  );
  assert.deepEqual(
    rows.map(({ state }) => state),
    ['sending'],
    'one reversal, committed before it was sent',
  );
  await house.core.clock.advance(61);
  await resolveDue();
  await compare();
  assert.deepEqual(
    (await book(payment)).map(({ live }) => live),
    [true, false],
  );
  assert.equal((await differencesOf(payment))[0]?.resolution, 'mended');
  assert.equal((await reread(payment)).status.state, 'captured');
});

test('what comes alive again after its reversal was acknowledged is reversed again', async () => {
  const payment = await pay(cardOf('wrong_currency'));
  for (let round = 0; round < 3; round++) {
    await house.core.clock.advance(200);
    await resolveDue();
  }
  assert.equal((await reread(payment)).status.state, 'failed');
  await house.database.pool.query(
    `update sandbox_bank.authorizations set status = 'captured', captured = amount where merchant_reference = $1`,
    [payment.id],
  );
  await compare();
  assert.deepEqual(
    (await book(payment)).map(({ status }) => status),
    ['reversed'],
  );
});

test('undoing the declined first attempt of a payment leaves the second, by which it stands, alone', async () => {
  const payment = await pay(goodCard);
  const { pool } = house.database;
  await pool.query(
    `insert into attempts (id, payment_id, merchant_id, kind, state, amount, acquirer, decline_reason, created_at, finished_at)
     values ('att_first' || substr($1, 4), $1, $2, 'purchase', 'declined', 1000, 'simulator', 'authentication_required', $3, $3)`,
    [payment.id, payment.merchantId, payment.createdAt],
  );
  await pool.query(
    `insert into sandbox_bank.authorizations (reference, merchant_reference, kind, initiator, card, authenticated, amount,
       currency, status, response_code, captured, created_at)
     values ('att_first' || substr($1, 4), $1, 'purchase', 'cardholder', '424242-4242', false, 1000, 'USD', 'captured', '00', 1000, $2)`,
    [payment.id, payment.createdAt],
  );
  await compare();
  assert.equal((await reread(payment)).status.state, 'captured');
  const { rows } = await pool.query(
    'select reference, live from sandbox_bank.authorizations where merchant_reference = $1 order by number',
    [payment.id],
  );
  assert.deepEqual(
    rows.map(({ live }) => live),
    [true, false],
  );
});

test('what stands behind a payment is never reversed, even when it was found wanting a moment before', async () => {
  const payment = await pay(goodCard);
  assert.ok(payment.status.state === 'captured');
  const { attemptId, acquirerReference } = payment.status.authorization;
  for (const onlyAcquirerReference of [null, acquirerReference]) {
    const mending = { merchantId: payment.merchantId, attemptId, onlyAcquirerReference };
    assert.equal(await mendDifference(house.gateway, mending), 'left');
  }
  assert.deepEqual(
    (await book(payment)).map(({ status }) => status),
    ['captured'],
  );
});

test('a payment that moves while it is looked at is looked at again, and no difference', async () => {
  const payment = await pay(goodCard, house.gateway, 'manual');
  const { records } = house.gateway.acquirer;
  assert.ok(records && payment.status.state === 'authorized');
  const { attemptId } = payment.status.authorization;
  let looks = 0;
  const moving: AcquirerRecords = {
    ...records,
    // The long list leaves the line out, so that the payment is looked at closely.
    async listAuthorizations(page) {
      const read = await records.listAuthorizations(page);
      if (read.kind === 'unknown') return read;
      const rest = read.authorizations.filter(({ reference }) => reference !== attemptId);
      return { ...read, authorizations: rest };
    },
    async findAuthorizations(reference) {
      const found = await records.findAuthorizations(reference);
      if (reference !== attemptId || ++looks > 1) return found;
      const render = () => ({ status: 200, body: '{}' });
      const { merchantId, id } = payment;
      await voidPayment(house.gateway, { merchantId, name: { id }, claim: null, render });
      return found;
    },
  };
  await compare(withAcquirer({ records: moving }));
  assert.equal(looks, 2);
  assert.deepEqual(await differencesOf(payment), []);
});

test('a reversal of a declined attempt that is acknowledged while the next attempt is under way does not fail the payment', async () => {
  const payment = await pay(goodCard);
  const { pool } = house.database;
  await pool.query(
    `update payments set state = 'authenticating', authentication_id = '3ds_test', captured = 0, captured_at = null,
       authorization_attempt_id = null, expires_at = now() + interval '1 year' where id = $1`,
    [payment.id],
  );
  await pool.query(
    `update attempts set state = 'declined', decline_reason = 'authentication_required' where payment_id = $1`,
    [payment.id],
  );
  await compare(withAcquirer({ reverse: async () => ({ kind: 'unknown', cause: 'refused' }) }));
  assert.deepEqual(await attemptsOf(payment), ['purchase declined', 'reversal sending']);
  await pool.query(`update payments set state = 'authorizing' where id = $1`, [payment.id]);
  await house.core.clock.advance(61);
  await resolveDue();
  assert.deepEqual(await attemptsOf(payment), ['purchase reversed', 'reversal approved']);
  assert.equal((await reread(payment)).status.state, 'authorizing');
  assert.deepEqual(
    (await book(payment)).map(({ live }) => live),
    [false],
  );
});

test('a difference that nobody can mend has an owner, is written once, can be given away and closed with its alert', async () => {
  const payment = await pay(goodCard);
  await house.database.pool.query(
    `update sandbox_bank.authorizations set status = 'voided', captured = 0 where merchant_reference = $1`,
    [payment.id],
  );
  await compare();
  await compare();
  const [difference, ...others] = await differencesOf(payment);
  assert.ok(difference);
  assert.equal(others.length, 0);
  assert.deepEqual([difference.cause, difference.owner], ['state_differs', 'operator']);
  assert.equal(difference.ours?.payment, 'captured');
  assert.equal(difference.theirs?.state, 'voided');
  const desk = createReconciliationDesk(house.core.database);
  const alerts = createAlertDesk(house.core.database);
  const alertOf = async () =>
    (await alerts.listAlerts({ limit: 1000 })).find(({ differenceId }) => differenceId === difference.id);
  assert.equal((await alertOf())?.closedAt, null);
  const audit = auditEntry({ actor: 'asha', origin: 'desk' }, 'differences.tested', String(difference.id));
  assert.equal(await desk.assignDifference(difference.id, 'asha', audit), true);
  const now = house.gateway.clock.now();
  const alert = await alertOf();
  assert.ok(alert);
  assert.equal(await alerts.closeAlert(alert.id, now, audit), 'difference_open');
  assert.equal(await desk.closeDifference(difference.id, 'paid by wire', now, audit), true);
  assert.equal(await desk.closeDifference(difference.id, 'again', now, audit), false);
  assert.equal(await countAudited('differences.tested'), 2, 'what was done, and nothing else');
  const [closed] = await differencesOf(payment);
  assert.deepEqual([closed?.owner, closed?.resolution], ['asha', 'paid by wire']);
  assert.equal((await alertOf())?.closedAt?.getTime(), now.getTime());
  await house.database.pool.query(
    `update sandbox_bank.authorizations set status = 'captured', captured = amount where merchant_reference = $1`,
    [payment.id],
  );
});

test('an alert is closed once', async () => {
  const alerts = createAlertDesk(house.core.database);
  await house.database.pool.query(
    `insert into alerts (kind, message, created_at) values ('test', 'Look at this.', now())`,
  );
  const [alert] = await alerts.listAlerts({ limit: 1, openOnly: true });
  assert.equal(alert?.message, 'Look at this.');
  const now = house.gateway.clock.now();
  const audit = auditEntry({ actor: 'asha', origin: 'desk' }, 'alerts.tested', String(alert.id));
  assert.equal(await alerts.closeAlert(alert.id, now, audit), 'closed');
  assert.equal(await alerts.closeAlert(alert.id, now, audit), 'not_open');
  assert.equal(await countAudited('alerts.tested'), 1);
});

test('money at the bank under a reference that we never committed is told to a person and left alone', async () => {
  await house.database.pool.query(
    `insert into sandbox_bank.authorizations (reference, merchant_reference, kind, initiator, card, authenticated, amount,
       currency, status, response_code, created_at)
     values ('att_nobody', 'tx_nobody', 'authorization', 'cardholder', '424242-4242', false, 700, 'USD', 'authorized', '00', $1)`,
    [house.gateway.clock.now()],
  );
  await compare();
  const all = await createReconciliationDesk(house.core.database).listDifferences({ limit: 1000 });
  const [difference] = all.filter(({ reference }) => reference === 'att_nobody');
  assert.deepEqual(
    [difference?.cause, difference?.status, difference?.paymentId],
    ['at_bank_only', 'open', null],
  );
  const { rows } = await house.database.pool.query(
    `select live from sandbox_bank.authorizations where reference = 'att_nobody'`,
  );
  assert.deepEqual(rows, [{ live: true }]);
  await house.database.pool.query(
    `update sandbox_bank.authorizations set status = 'voided' where reference = 'att_nobody'`,
  );
  await compare();
  const after = await createReconciliationDesk(house.core.database).listDifferences({ limit: 1000 });
  assert.equal(after.find(({ reference }) => reference === 'att_nobody')?.resolution, 'gone');
});

test('a bank that shows its book only in part interrupts the run; the next one takes it up', async () => {
  const { records } = house.gateway.acquirer;
  assert.ok(records);
  const away: AcquirerRecords = {
    ...records,
    listAuthorizations: async () => ({ kind: 'unknown', cause: 'away' }),
  };
  const now = house.gateway.clock.now();
  const window = { purpose: 'command', from: addSeconds(now, -3600), to: now } as const;
  const store = createReconciliationStore(house.core.database);
  const broken = await reconcile({ gateway: withAcquirer({ records: away }), store }, window);
  assert.deepEqual(broken, { kind: 'interrupted', cause: 'away' });
  const unfinished = await store.findUnfinished('simulator', 'command');
  assert.ok(unfinished);
  const done = await reconcile({ gateway: house.gateway, store }, window);
  assert.equal(done.kind === 'done' && done.run.id, unfinished.id);
});

test('one process at a time compares a window; one that was taken over writes nothing more', async () => {
  const store = createReconciliationStore(house.core.database);
  const now = house.gateway.clock.now();
  const window = { acquirer: 'simulator', purpose: 'command', from: addSeconds(now, -60), to: now } as const;
  const slow = await store.holdRun(window, now, 60);
  assert.ok(slow);
  assert.equal(await store.holdRun(window, now, 60), null);
  assert.equal((await reconcile({ gateway: house.gateway, store }, window)).kind, 'held');
  await store.releaseRun(slow);
  const step = {
    comparedUntil: slow.from,
    comparedTo: 'att_x',
    compared: 1,
    inFlight: 0,
    inFlightSince: null,
    found: [],
  };
  const taken = await store.holdRun(window, now, 60);
  assert.equal(taken?.id, slow.id);
  assert.ok(taken && (await store.advanceRun(taken, step, now, 60)));
  assert.equal(await store.advanceRun(slow, step, now, 60), null);
  assert.equal(await store.finishRun(slow, now), null);
});

test('an acquirer without records is not compared', async () => {
  const { records: _, ...acquirer } = house.gateway.acquirer;
  assert.deepEqual(await compare({ ...house.gateway, acquirer }), { kind: 'not_offered' });
});
