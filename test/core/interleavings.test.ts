import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, before, test } from 'node:test';
import { minorUnits } from '../../src/domain/money.ts';
import { applyVoid, type Payment } from '../../src/domain/payment.ts';
import { createOrderStore } from '../../src/store/orders.ts';
import { createResolutionStore } from '../../src/store/resolution.ts';
import { capturePayment } from '../../src/usecases/capture-payment.ts';
import { createPayment } from '../../src/usecases/create-payment.ts';
import type { Gateway } from '../../src/usecases/gateway.ts';
import type { Acquirer, AcquirerOutcome, FollowUpRequest } from '../../src/usecases/ports/acquirer.ts';
import type { PaymentChange } from '../../src/usecases/ports/store.ts';
import { refundPayment } from '../../src/usecases/refund-payment.ts';
import { resolveAttempt } from '../../src/usecases/resolve-attempt.ts';
import { voidPayment } from '../../src/usecases/void-payment.ts';
import { resolveAttemptsWork } from '../../src/workers/resolve-attempts.ts';
import { startTestCore, type TestCore } from '../support/core.ts';
import { command, paymentOf, tokenFor } from '../support/core-commands.ts';
import { until } from '../support/until.ts';

let house: TestCore;
before(async () => {
  house = await startTestCore();
});
after(() => house.close());

const good = '4242424242424242';
const frictionless = '4000009700000014';

const timing = { queuedSeconds: 5, sendingSeconds: 60, leaseSeconds: 60 };

/** Lets a worker look every two minutes until nothing is open, so many times at most. */
async function resolveAll(gateway: Gateway = house.gateway, rounds = 10): Promise<void> {
  const store = createResolutionStore(house.core.database);
  for (let round = 0; round < rounds; round++) {
    await house.core.clock.advance(130);
    for (const due of await store.claimDue(gateway.clock.now(), 100, timing))
      await resolveAttempt(gateway, store, due);
    if ((await store.countOpen()).attempts === 0) return;
  }
}

async function reread(payment: Payment): Promise<Payment> {
  const current = await house.gateway.payments.findPayment(payment.merchantId, { id: payment.id });
  assert.ok(current);
  return current;
}

async function pay(pan: string, captureMethod: 'automatic' | 'manual'): Promise<Payment> {
  const card = await tokenFor(house, pan);
  return paymentOf(await createPayment(house.gateway, command(house, card, { captureMethod })));
}

const follow = (payment: Payment) => ({
  merchantId: payment.merchantId,
  name: { id: payment.id },
  claim: null,
  render: () => ({ status: 200, body: '{}' }),
});

async function book(payment: Payment): Promise<{ status: string; captured: bigint }[]> {
  const { rows } = await house.database.pool.query(
    'select status, captured from sandbox_bank.authorizations where merchant_reference = $1 order by number',
    [payment.id],
  );
  return rows;
}

function withAcquirer(over: Partial<Acquirer>): Gateway {
  return { ...house.gateway, acquirer: { ...house.gateway.acquirer, ...over } };
}

class Killed extends Error {}

/** A process that dies before its first commit of which `dies` is true. */
function dyingProcess(dies: (change: PaymentChange) => boolean): Gateway {
  const { payments } = house.gateway;
  const recordChange = async (change: PaymentChange) => {
    if (dies(change)) throw new Killed('the process died');
    return payments.recordChange(change);
  };
  return { ...house.gateway, payments: { ...payments, recordChange } };
}

test('a process that dies between a soft decline and the second attempt leaves no payment under way for ever', async () => {
  const gateway = dyingProcess(({ newAttempt }) => newAttempt !== undefined);
  const merchantReference = 'died after a soft decline';
  const request = command(house, await tokenFor(house, frictionless), { merchantReference });
  await assert.rejects(createPayment(gateway, request), Killed);
  await resolveAll();
  const [payment] = await house.gateway.payments.listPayments(house.merchant.id, {
    merchantReference,
    limit: 1,
  });
  assert.equal(payment?.status.state, 'failed');
});

test('after a soft decline and an issuer that needs no challenge, the second attempt carries the payment', async () => {
  const paid = await pay(frictionless, 'automatic');
  assert.equal(paid.status.state, 'captured');
  const { rows } = await house.database.pool.query(
    'select state from attempts where payment_id = $1 order by state desc',
    [paid.id],
  );
  assert.deepEqual(rows, [{ state: 'declined' }, { state: 'approved' }]);
});

/** Somebody notes something about the payment while the acquirer answers. */
async function touch(payment: Payment): Promise<void> {
  const current = await reread(payment);
  const recorded = await house.gateway.payments.recordChange({
    payment: { ...current, version: current.version + 1 },
  });
  assert.equal(recorded, 'recorded');
}

for (const [what, operate, state] of [
  [
    'capture',
    (gateway: Gateway, held: Payment) => capturePayment(gateway, { ...follow(held), amount: null }),
    'captured',
  ],
  ['void', (gateway: Gateway, held: Payment) => voidPayment(gateway, follow(held)), 'voided'],
] as const) {
  test(`a ${what} that was approved is recorded although something else was noted of its payment meanwhile`, async () => {
    const held = await pay(good, 'manual');
    const gateway = withAcquirer({
      [what]: async (request: FollowUpRequest) => {
        const outcome = await house.gateway.acquirer[what](request);
        await touch(held);
        return outcome;
      },
    });
    const result = await operate(gateway, held);
    assert.equal(result.kind === 'done' && result.payment.status.state, state);
    assert.equal((await reread(held)).status.state, state);
  });
}

test('an approval is recorded although something else was noted of its payment meanwhile', async () => {
  const gateway = withAcquirer({
    authorize: async (request) => {
      const outcome = await house.gateway.acquirer.authorize(request);
      await touch({ id: request.merchantReference, merchantId: house.merchant.id } as Payment);
      return outcome;
    },
  });
  const paid = paymentOf(await createPayment(gateway, command(house, await tokenFor(house, good))));
  assert.equal(paid.status.state, 'captured');
});

test('a capture that is approved after it was given up is taken back at the acquirer', async () => {
  const held = await pay(good, 'manual');
  const gateway = withAcquirer({
    // The message waits somewhere until the worker has given it up, and is carried out all the same.
    capture: async (request) => {
      await resolveAll();
      return house.gateway.acquirer.capture(request);
    },
  });
  const result = await capturePayment(gateway, { ...follow(held), amount: null });
  assert.equal(result.kind, 'declined');
  await resolveAll();
  assert.equal((await reread(held)).status.state, 'authorized');
  assert.deepEqual(await book(held), [{ status: 'authorized', captured: 0n }]);
});

test('a void that is approved after it was given up stands: the hold is gone', async () => {
  const held = await pay(good, 'manual');
  const gateway = withAcquirer({
    void: async (request) => {
      await resolveAll();
      return house.gateway.acquirer.void(request);
    },
  });
  const result = await voidPayment(gateway, follow(held));
  assert.equal(result.kind, 'done');
  assert.equal((await reread(held)).status.state, 'voided');
  assert.deepEqual(await book(held), [{ status: 'voided', captured: 0n }]);
});

test('a capture that is approved for other money is neither done nor refused, and is taken back', async () => {
  const held = await pay(good, 'manual');
  const less = async (outcome: Promise<AcquirerOutcome>): Promise<AcquirerOutcome> => {
    const answer = await outcome;
    return answer.kind === 'approved' ? { ...answer, amount: minorUnits(answer.amount - 1n) } : answer;
  };
  const { acquirer } = house.gateway;
  const gateway = withAcquirer({
    capture: (request) => less(acquirer.capture(request)),
    inquire: async (reference) => {
      const found = await acquirer.inquire(reference);
      if (found.kind !== 'found') return found;
      const outcome = await less(Promise.resolve(found.outcome));
      return outcome.kind === 'unknown' ? outcome : { kind: 'found', outcome };
    },
  });
  const result = await capturePayment(gateway, { ...follow(held), amount: null });
  assert.equal(result.kind, 'unknown');
  await resolveAll(gateway);
  assert.equal((await reread(held)).status.state, 'authorized');
  assert.deepEqual(await book(held), [{ status: 'authorized', captured: 0n }]);
});

test('a refund that is approved for other money is not recorded as given back', async () => {
  const paid = await pay(good, 'automatic');
  const gateway = withAcquirer({
    refund: async (request) => {
      const answer = await house.gateway.acquirer.refund(request);
      return answer.kind === 'approved' ? { ...answer, amount: minorUnits(1n) } : answer;
    },
  });
  const result = await refundPayment(gateway, {
    ...follow(paid),
    amount: null,
    reason: null,
    merchantReference: null,
    settle: 'await',
  });
  assert.equal(result.kind, 'unknown');
});

test('an approval that a payment no longer wants is undone instead of being asked about for ever', async () => {
  const held = await pay(good, 'manual');
  const silent = withAcquirer({
    capture: async (request) => {
      await house.gateway.acquirer.capture(request);
      return { kind: 'unknown', cause: 'the answer was lost' };
    },
  });
  assert.equal((await capturePayment(silent, { ...follow(held), amount: null })).kind, 'unknown');
  const ended = applyVoid(await reread(held), 'expired', house.gateway.clock.now());
  assert.ok('payment' in ended);
  const recorded = await house.gateway.payments.recordChange({
    payment: { ...ended.payment, eventCount: held.eventCount },
  });
  assert.equal(recorded, 'recorded');
  await resolveAll();
  assert.deepEqual(await book(held), [{ status: 'authorized', captured: 0n }]);
  const { rows } = await house.database.pool.query(
    "select state from attempts where payment_id = $1 and kind = 'capture'",
    [held.id],
  );
  assert.deepEqual(rows, [{ state: 'reversed' }]);
});

/** A refund that a process committed ten minutes ago, and died before it sent it. */
async function queuedLongAgo(): Promise<Payment> {
  const paid = await pay(good, 'automatic');
  const dead = { ...house.gateway, inBackground: () => undefined };
  const asked = { amount: null, reason: null, merchantReference: null, settle: 'in_background' } as const;
  assert.equal((await refundPayment(dead, { ...follow(paid), ...asked })).kind, 'done');
  await house.core.clock.advance(600);
  return paid;
}

test('a refund that waited long in the queue is not looked after by a second worker while the first sends it', async () => {
  const paid = await queuedLongAgo();
  const store = createResolutionStore(house.core.database);
  let seenByOther: readonly unknown[] | undefined;
  const gateway = withAcquirer({
    refund: async (request) => {
      seenByOther = await store.claimDue(house.gateway.clock.now(), 100, timing);
      return house.gateway.acquirer.refund(request);
    },
  });
  for (const due of await store.claimDue(gateway.clock.now(), 100, timing))
    await resolveAttempt(gateway, store, due);
  assert.deepEqual(seenByOther, []);
  const { status } = await reread(paid);
  assert.equal(status.state === 'captured' && status.refunded, paid.amount);
});

test('a refund that waited long in the queue has the time of any message to arrive before it counts as lost', async () => {
  const paid = await queuedLongAgo();
  const store = createResolutionStore(house.core.database);
  let onItsWay: FollowUpRequest | undefined;
  const gateway = withAcquirer({
    refund: async (request) => {
      onItsWay = request;
      return { kind: 'unknown', cause: 'no answer in time' };
    },
  });
  for (const seconds of [0, 6, 31]) {
    await house.core.clock.advance(seconds);
    for (const due of await store.claimDue(gateway.clock.now(), 100, timing))
      await resolveAttempt(gateway, store, due);
  }
  assert.ok(onItsWay);
  await house.gateway.acquirer.refund(onItsWay);
  await resolveAll();
  const { status } = await reread(paid);
  assert.equal(status.state === 'captured' && status.refunded, paid.amount);
});

test('two late answers to one key that are kept at the same moment are one answer', async () => {
  const claim = {
    keyHash: randomBytes(32),
    requestHash: randomBytes(32),
    expiresAt: new Date(Date.now() + 86_400_000),
  };
  const { idempotency } = house.gateway;
  const { pool } = house.database;
  await pool.query(
    `insert into idempotency_keys (merchant_id, key_hash, request_hash, created_at, expires_at)
      values ($1, $2, $3, now(), $4)`,
    [house.merchant.id, claim.keyHash, claim.requestHash, claim.expiresAt],
  );
  const other = await pool.connect();
  try {
    await other.query('begin');
    await other.query(
      `update idempotency_keys set answer_status = 200, answer_body = 'the first' where key_hash = $1`,
      [claim.keyHash],
    );
    const kept = idempotency.keepAnswer(house.merchant.id, claim.keyHash, {
      status: 200,
      body: 'the second',
    });
    await until('the second waits for the first', async () => {
      const { rows } =
        await pool.query(`select from pg_stat_activity where wait_event_type = 'Lock' and query like '%answer_status%'
        and datname = current_database()`);
      return rows.length > 0;
    });
    await other.query('commit');
    assert.deepEqual(await kept, { status: 200, body: 'the first' });
  } finally {
    other.release();
  }
});

test('what could not be resolved is told with the attempt’s name, and the others of its batch go on', async () => {
  const silent = withAcquirer({ capture: async () => ({ kind: 'unknown', cause: 'the answer was lost' }) });
  const held = [await pay(good, 'manual'), await pay(good, 'manual')];
  for (const payment of held)
    assert.equal((await capturePayment(silent, { ...follow(payment), amount: null })).kind, 'unknown');
  const { rows } = await house.database.pool.query(
    "select id, merchant_id from attempts where state = 'unknown' order by created_at",
  );
  assert.equal(rows.length, 2);
  const told: unknown[] = [];
  const gateway = withAcquirer({
    inquire: async (reference) => {
      if (reference === rows[0].id) throw new Error('a bug of an adapter');
      return house.gateway.acquirer.inquire(reference);
    },
  });
  await house.core.clock.advance(130);
  const log = {
    info: () => undefined,
    warn: () => undefined,
    error: (fields: object) => told.push({ ...fields, err: 'err' in fields }),
  };
  const store = createResolutionStore(house.core.database);
  await resolveAttemptsWork({ gateway, store, clock: gateway.clock, log }).run();
  assert.deepEqual(told, [{ attemptId: rows[0].id, merchantId: rows[0].merchant_id, err: true }]);
  await resolveAll();
  for (const payment of held) assert.equal((await reread(payment)).status.state, 'authorized');
});

test('a refund that is being taken back is under way, so that no simulated answer comes between', async () => {
  const paid = await pay(good, 'automatic');
  const silent = withAcquirer({ refund: async () => ({ kind: 'unknown', cause: 'never received' }) });
  const asked = { amount: null, reason: null, merchantReference: null, settle: 'await' } as const;
  const refund = await refundPayment(silent, { ...follow(paid), ...asked });
  assert.equal(refund.kind, 'unknown');
  await resolveAll(withAcquirer({ reverse: async () => ({ kind: 'unknown', cause: 'no answer' }) }), 3);
  const orders = createOrderStore(house.core.merchantDatabase);
  assert.ok('refund' in refund && (await orders.isRefundUnderWay(paid.merchantId, refund.refund.id)));
  await resolveAll();
  assert.equal(await orders.isRefundUnderWay(paid.merchantId, refund.refund.id), false);
});

test('a card that is detached while a payment saves it again is saved anew', async () => {
  const customer = { customerReference: 'cust_detached', saveCard: true };
  const paying = async (gateway: Gateway) =>
    paymentOf(await createPayment(gateway, command(house, await tokenFor(house, good), customer)));
  const first = await paying(house.gateway);
  const { cards } = house.gateway;
  let detached = 0;
  const gateway: Gateway = {
    ...house.gateway,
    cards: {
      ...cards,
      async findPaymentMethodByFingerprint(...asked) {
        const known = await cards.findPaymentMethodByFingerprint(...asked);
        if (known && detached++ === 0)
          await cards.detachPaymentMethod(known.merchantId, known.id, house.gateway.clock.now());
        return known;
      },
    },
  };
  const second = await paying(gateway);
  assert.equal(second.status.state, 'captured');
  const saved = await cards.listPaymentMethods(house.merchant.id, customer.customerReference);
  assert.deepEqual(
    saved.map(({ id }) => id),
    [second.paymentMethodId],
  );
  assert.notEqual(second.paymentMethodId, first.paymentMethodId);
});

test('of cards that a customer saves for the first time at the same moment, one is the default', async () => {
  const saving = (customerReference: string) => ({ customerReference, saveCard: true });
  const pays = async (pan: string, customer: string) =>
    paymentOf(
      await createPayment(house.gateway, command(house, await tokenFor(house, pan), saving(customer))),
    );
  const model = await pays('5555555555554444', 'cust_model');
  const other = await house.database.pool.connect();
  try {
    await other.query('begin');
    await other.query(
      `insert into payment_methods select 'pmi_first', merchant_id, 'cust_default', reverse(hex_token), status, blocked_reason,
          true, nickname, declared_funding, card_id, fingerprint, network_transaction_id, created_at, updated_at
        from payment_methods where id = $1`,
      [model.paymentMethodId],
    );
    let ended = false;
    const second = pays(good, 'cust_default').finally(() => {
      ended = true;
    });
    await until('the second has been saved, or waits for the first', async () => {
      const { rows } = await house.database.pool.query(
        "select from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()",
      );
      return ended || rows.length > 0;
    });
    await other.query('commit');
    assert.equal((await second).status.state, 'captured');
  } finally {
    other.release();
  }
  const saved = await house.gateway.cards.listPaymentMethods(house.merchant.id, 'cust_default');
  assert.deepEqual(
    saved.filter(({ isDefault }) => isDefault).map(({ id }) => id),
    ['pmi_first'],
  );
  assert.equal(saved.length, 2);
});
