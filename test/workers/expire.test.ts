import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import type { AuthenticationId, CardId, MerchantId, PaymentId } from '../../src/domain/ids.ts';
import { newId } from '../../src/domain/ids.ts';
import type { MinorUnits } from '../../src/domain/money.ts';
import type { PaymentStatus } from '../../src/domain/payment.ts';
import { addSeconds } from '../../src/lib/clock.ts';
import { systemRandom } from '../../src/lib/random.ts';
import { createDatabase } from '../../src/store/database.ts';
import { createPaymentStore } from '../../src/store/payment-store.ts';
import { createSweepStore } from '../../src/store/sweeps.ts';
import { createWebhookStore } from '../../src/store/webhooks.ts';
import { expirePayment } from '../../src/usecases/expire-payment.ts';
import type { Gateway } from '../../src/usecases/gateway.ts';
import type { AcquirerOutcome, FollowUpRequest } from '../../src/usecases/ports/acquirer.ts';
import { expirySweeps, startExpirySweeps } from '../../src/workers/expire.ts';
import { createTestDatabase } from '../support/database.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { samplePayment } from '../support/sample-payment.ts';
import { until } from '../support/until.ts';
import { insertEndpoint, insertEvents, insertMerchant } from '../support/webhook-rows.ts';

const testDatabase = await createTestDatabase();
after(() => testDatabase.drop());
const database = createDatabase(testDatabase.pool);
const payments = createPaymentStore(database);
const sweeps = createSweepStore(database);
const clock = new ManualClock(new Date('2026-06-01T12:00:00.000Z'));
const errors: unknown[] = [];
const log = { info: () => undefined, warn: () => undefined, error: (error: unknown) => errors.push(error) };

const approval: AcquirerOutcome = {
  kind: 'approved',
  acquirerReference: 'sim_void',
  authorizationCode: null,
  networkTransactionId: null,
  amount: 1234n as MinorUnits,
  currency: 'USD' as never,
  avsResult: null,
  cvcResult: null,
};

/** A gateway of which only what an expiry needs is there; its acquirer answers every void with `answer`. */
function gatewayWith(answer: AcquirerOutcome) {
  const voids: FollowUpRequest[] = [];
  let pokes = 0;
  const gateway = {
    mode: 'sandbox',
    clock,
    random: systemRandom,
    payments,
    acquirer: {
      name: 'scripted',
      void: async (request: FollowUpRequest) => {
        voids.push(request);
        return answer;
      },
    },
    deliveriesWaiting: () => {
      pokes++;
    },
  } as unknown as Gateway;
  return { gateway, voids, pokes: () => pokes };
}

async function openPayment(status: PaymentStatus): Promise<{ merchantId: MerchantId; paymentId: PaymentId }> {
  const merchantId = await insertMerchant(database);
  const payment = samplePayment(merchantId, { status, createdAt: clock.now(), updatedAt: clock.now() });
  const opening = {
    payment,
    card: null,
    tokenId: null,
    attempt: null,
    authentication: null,
    claim: null,
    answer: null,
  };
  assert.equal(await payments.openPayment(opening), 'opened');
  return { merchantId, paymentId: payment.id };
}

function authenticating(): PaymentStatus {
  const authenticationId = newId('AuthenticationId', systemRandom) as AuthenticationId;
  return { state: 'authenticating', authenticationId, expiresAt: addSeconds(clock.now(), 600) };
}

function awaitingCard(): PaymentStatus {
  return { state: 'awaiting_card', expiresAt: addSeconds(clock.now(), 600) };
}

function authorized(): PaymentStatus {
  const authorization = {
    attemptId: newId('AttemptId', systemRandom),
    acquirer: 'scripted',
    acquirerReference: 'sim_hold',
    authorizationCode: null,
    networkTransactionId: null,
  };
  return { state: 'authorized', authorization, captureBefore: addSeconds(clock.now(), 600) };
}

async function statusOf(one: { merchantId: MerchantId; paymentId: PaymentId }): Promise<PaymentStatus> {
  const payment = await payments.findPayment(one.merchantId, { id: one.paymentId });
  assert.ok(payment);
  return payment.status;
}

async function eventsOf(one: { merchantId: MerchantId }): Promise<string[]> {
  const events = await payments.listEvents(one.merchantId, { limit: 10 });
  return events.map((event) => event.type);
}

function sweep(name: string, gateway: Gateway): Promise<void> {
  const tools = { gateway, sweeps, clock, log, destroyOldCvcKeys: async () => 0 };
  const found = expirySweeps(tools).find((work) => work.name === name);
  assert.ok(found);
  return found.run();
}

test('what waits for a cardholder fails, what waits for a card is voided, and neither a moment too early', async () => {
  const { gateway, voids, pokes } = gatewayWith(approval);
  const challenged = await openPayment(authenticating());
  const hosted = await openPayment(awaitingCard());
  clock.advance(599);
  for (const one of [challenged, hosted])
    assert.equal(await expirePayment(gateway, one.merchantId, one.paymentId), 'left');
  await sweep('expire-payments', gateway);
  assert.equal((await statusOf(challenged)).state, 'authenticating');
  clock.advance(1);
  await sweep('expire-payments', gateway);
  assert.deepEqual(await statusOf(challenged), { state: 'failed', reason: 'authentication_expired' });
  assert.deepEqual(await statusOf(hosted), { state: 'voided', cause: 'expired' });
  assert.deepEqual(await eventsOf(challenged), ['payment.failed']);
  assert.deepEqual(await eventsOf(hosted), ['payment.voided']);
  assert.equal(voids.length, 0);
  assert.equal(pokes(), 2);
});

test('a hold that can no longer be captured is voided at the acquirer under a reference of its own', async () => {
  const { gateway, voids } = gatewayWith(approval);
  const held = await openPayment(authorized());
  clock.advance(600);
  await sweep('expire-payments', gateway);
  assert.deepEqual(await statusOf(held), { state: 'voided', cause: 'expired' });
  assert.deepEqual(await eventsOf(held), ['payment.voided']);
  assert.equal(voids.length, 1);
  assert.equal(voids[0]?.acquirerReference, 'sim_hold');
  const attempt = voids[0] && (await payments.findAttempt(held.merchantId, voids[0].reference));
  assert.equal(attempt?.kind, 'void');
  assert.equal(attempt?.state, 'approved');
});

test('a lapsed hold of which the acquirer has nothing to release is over all the same', async () => {
  const { gateway, voids } = gatewayWith({
    kind: 'declined',
    reason: 'processing_error',
    acquirerReference: null,
  });
  const held = await openPayment(authorized());
  clock.advance(600);
  await sweep('expire-payments', gateway);
  assert.deepEqual(await statusOf(held), { state: 'voided', cause: 'expired' });
  assert.equal(voids.length, 1);
});

test('a void without an answer leaves the hold to the inquiry, and the sweep does not send another', async () => {
  const { gateway, voids } = gatewayWith({ kind: 'unknown', cause: 'timeout' });
  const held = await openPayment(authorized());
  clock.advance(600);
  await sweep('expire-payments', gateway);
  await sweep('expire-payments', gateway);
  assert.equal((await statusOf(held)).state, 'authorized');
  assert.equal(voids.length, 1);
  const attempt = voids[0] && (await payments.findAttempt(held.merchantId, voids[0].reference));
  assert.equal(attempt?.state, 'unknown');
  await testDatabase.pool.query(
    `update attempts set state = 'approved', finished_at = now() where state = 'unknown'`,
  );
  await testDatabase.pool.query(
    `update payments set state = 'voided', void_cause = 'expired' where id = $1`,
    [held.paymentId],
  );
});

test('several workers that sweep at once end each payment once', async () => {
  const { gateway, voids } = gatewayWith(approval);
  const all = [];
  for (let index = 0; index < 30; index++) {
    all.push(
      await openPayment(index % 3 === 0 ? authenticating() : index % 3 === 1 ? awaitingCard() : authorized()),
    );
  }
  clock.advance(600);
  await Promise.all(Array.from({ length: 4 }, () => sweep('expire-payments', gateway)));
  for (const one of all) {
    assert.match((await statusOf(one)).state, /^(failed|voided)$/);
    assert.equal((await eventsOf(one)).length, 1);
  }
  assert.equal(voids.length, 10);
  assert.deepEqual(errors, []);
});

test('payments that cannot be ended are stepped over, however many come first', async () => {
  const { gateway } = gatewayWith(approval);
  const stuck = new Set<string>();
  for (let index = 0; index < 250; index++) stuck.add((await openPayment(awaitingCard())).paymentId);
  clock.advance(1);
  const next = await openPayment(awaitingCard());
  clock.advance(600);
  const findPayment: typeof payments.findPayment = async (merchantId, name) => {
    if ('id' in name && stuck.has(name.id)) throw new Error('broken');
    return payments.findPayment(merchantId, name);
  };
  await sweep('expire-payments', { ...gateway, payments: { ...payments, findPayment } });
  assert.equal((await statusOf(next)).state, 'voided');
  assert.equal(errors.splice(0).length, 250);
  await sweep('expire-payments', gateway);
  assert.deepEqual(await sweeps.listExpiring(clock.now(), 10, []), []);
});

test('an expiry tells the merchant: its delivery is written with it', async () => {
  const { gateway } = gatewayWith(approval);
  const hosted = await openPayment(awaitingCard());
  const webhooks = createWebhookStore(database);
  await insertEndpoint(webhooks, hosted.merchantId, 'https://example.com/', {
    eventTypes: ['payment.voided'],
  });
  clock.advance(600);
  await sweep('expire-payments', gateway);
  const [event] = await payments.listEvents(hosted.merchantId, { limit: 1 });
  assert.ok(event);
  assert.equal((await webhooks.listDeliveries(hosted.merchantId, event.id)).length, 1);
});

async function insertToken(
  expiresAt: Date,
  usedBy: string | null,
): Promise<{ tokenId: string; cardId: CardId }> {
  const merchantId = await insertMerchant(database);
  const cardId = newId('CardId', systemRandom);
  const tokenId = newId('CardTokenId', systemRandom);
  const { pool } = testDatabase;
  await pool.query(
    `insert into cards (id, merchant_id, brand, bin, last4, pan_length, expiry_month, expiry_year, fingerprint,
       fingerprint_version, created_at) values ($1, $2, 'visa', '424242', '4242', 16, 12, 2030, '\\x00', 1, $3)`,
    [cardId, merchantId, clock.now()],
  );
  await pool.query(
    `insert into vault.pans (card_id, merchant_id, sealed, key_version) values ($1, $2, $3, 1)`,
    [cardId, merchantId, Buffer.alloc(113)],
  );
  await pool.query(
    `insert into vault.cvcs (card_id, merchant_id, sealed, key_day, expires_at) values ($1, $2, $3, '2026-06-01', $4)`,
    [cardId, merchantId, Buffer.alloc(42), expiresAt],
  );
  await pool.query(
    `insert into card_tokens (id, merchant_id, card_id, created_at, expires_at, used_by) values ($1, $2, $3, $4, $5, $6)`,
    [tokenId, merchantId, cardId, clock.now(), expiresAt, usedBy],
  );
  return { tokenId, cardId };
}

async function rowsLeftOf(one: { tokenId: string; cardId: CardId }): Promise<number[]> {
  const { rows } = await testDatabase.pool.query<{ left: number[] }>(
    `select array[(select count(*) from card_tokens where id = $1), (select count(*) from cards where id = $2),
       (select count(*) from vault.pans where card_id = $2), (select count(*) from vault.cvcs where card_id = $2)]::int[] as left`,
    [one.tokenId, one.cardId],
  );
  return rows[0]?.left ?? [];
}

test('an unused token a day past its time goes with its card, number and code; a used or living one stays', async () => {
  const { gateway } = gatewayWith(approval);
  const expiresAt = addSeconds(clock.now(), 1800);
  const unused = await insertToken(expiresAt, null);
  const used = await insertToken(expiresAt, 'tx_1');
  const living = await insertToken(addSeconds(expiresAt, 1), null);
  const shared = await insertToken(expiresAt, null);
  await testDatabase.pool.query(
    `insert into card_tokens (id, merchant_id, card_id, created_at, expires_at)
     select $1, merchant_id, id, $3, $4 from cards where id = $2`,
    [newId('CardTokenId', systemRandom), shared.cardId, clock.now(), addSeconds(expiresAt, 1)],
  );
  await sweep('expire-tokens', gateway);
  clock.advance(1800 + 24 * 3600 - 1);
  await sweep('expire-tokens', gateway);
  assert.deepEqual(await rowsLeftOf(unused), [1, 1, 1, 1]);
  clock.advance(1);
  await sweep('expire-tokens', gateway);
  assert.deepEqual(await rowsLeftOf(unused), [0, 0, 0, 0]);
  assert.deepEqual(await rowsLeftOf(used), [1, 1, 1, 1]);
  assert.deepEqual(await rowsLeftOf(living), [1, 1, 1, 1]);
  assert.deepEqual(await rowsLeftOf(shared), [0, 1, 1, 1]);
});

test('a code past its time goes, whoever still needs its card', async () => {
  const { gateway } = gatewayWith(approval);
  const used = await insertToken(addSeconds(clock.now(), 60), 'tx_1');
  clock.advance(59);
  await sweep('expire-cvcs', gateway);
  assert.deepEqual(await rowsLeftOf(used), [1, 1, 1, 1]);
  clock.advance(1);
  await sweep('expire-cvcs', gateway);
  assert.deepEqual(await rowsLeftOf(used), [1, 1, 1, 0]);
});

test('idempotency keys past their time go, in batches until none is left', async () => {
  const { gateway } = gatewayWith(approval);
  await testDatabase.pool.query(
    `insert into idempotency_keys (merchant_id, key_hash, request_hash, created_at, expires_at)
     select 'mer_keys', decode(lpad(to_hex(n), 8, '0'), 'hex'), '\\x00', $1, $1::timestamptz + case when n <= 450 then interval '1 day' else interval '2 days' end
     from generate_series(1, 460) n`,
    [clock.now()],
  );
  clock.advance(24 * 3600);
  await sweep('expire-idempotency-keys', gateway);
  const { rows } = await testDatabase.pool.query<{ left: number }>(
    `select count(*)::int as left from idempotency_keys where merchant_id = 'mer_keys'`,
  );
  assert.equal(rows[0]?.left, 10);
});

test('the sweeps run by themselves, at once when poked, and end when stopped', async () => {
  const { gateway } = gatewayWith(approval);
  const days: Date[] = [];
  const running = startExpirySweeps({
    gateway,
    sweeps,
    clock,
    log,
    random: systemRandom,
    destroyOldCvcKeys: async (now) => days.push(now),
  });
  await until('the keys of codes were swept', () => days.length === 1);
  const hosted = await openPayment(awaitingCard());
  clock.advance(600);
  running.poke();
  await until('the payment is ended', async () => (await statusOf(hosted)).state === 'voided', 1);
  await running.stop();
  assert.deepEqual(errors, []);
});

test('due deliveries to an endpoint that was switched off or deleted are ended, however many, and no others', async () => {
  const webhooks = createWebhookStore(database);
  const merchantId = await insertMerchant(database);
  const endpoint = (name: string) => insertEndpoint(webhooks, merchantId, `https://${name}.example/`);
  const [disabled, deleted] = [await endpoint('disabled'), await endpoint('deleted')];
  await endpoint('enabled');
  await insertEvents(database, merchantId, clock.now(), 450);
  await insertEvents(database, merchantId, addSeconds(clock.now(), 3600), 2);
  await webhooks.disableEndpoint(disabled.id, clock.now());
  await webhooks.deleteEndpoint(merchantId, deleted.id, clock.now());
  await sweep('end-closed-deliveries', gatewayWith(approval).gateway);
  const { rows } = await testDatabase.pool.query(
    `select url, d.state, last_error, count(*)::integer as count from webhook_deliveries d
      join webhook_endpoints w on w.id = d.endpoint_id where d.merchant_id = $1 group by 1, 2, 3 order by 1, 2`,
    [merchantId],
  );
  const of = (name: string, state: string, last_error: string | null, count: number) => ({
    url: `https://${name}.example/`,
    state,
    last_error,
    count,
  });
  assert.deepEqual(rows, [
    of('deleted', 'failed', 'the endpoint is deleted', 450),
    of('deleted', 'pending', null, 2),
    of('disabled', 'failed', 'the endpoint is disabled', 450),
    of('disabled', 'pending', null, 2),
    of('enabled', 'pending', null, 452),
  ]);
});
