import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { createTestDatabase } from '../../test/support/database.ts';
import {
  insertEndpoint,
  insertEvent,
  insertEvents,
  insertMerchant,
} from '../../test/support/webhook-rows.ts';
import { addSeconds } from '../lib/clock.ts';
import { createDatabase } from './database.ts';
import { createSweepStore } from './sweeps.ts';
import { createWebhookStore } from './webhooks.ts';

const testDatabase = await createTestDatabase();
after(() => testDatabase.drop());
const database = createDatabase(testDatabase.pool);
const store = createWebhookStore(database);
const now = new Date('2026-06-01T12:00:00.000Z');
const lease = 50;

/** Every test leaves no delivery pending, so that the next claims only its own. */
async function settleAll(): Promise<void> {
  await testDatabase.pool.query(
    `update webhook_deliveries set state = 'failed', next_try_at = null where state = 'pending'`,
  );
}

test('a claim brings the event, endpoint and merchant, and is held for the lease', async () => {
  const merchantId = await insertMerchant(database);
  const endpoint = await insertEndpoint(store, merchantId, 'https://example.com/');
  const { eventId, paymentId } = await insertEvent(database, merchantId, now);
  assert.deepEqual(await store.claimDue(addSeconds(now, -1), 10, lease), []);
  const [claimed, ...others] = await store.claimDue(now, 10, lease);
  assert.equal(others.length, 0);
  assert.ok(claimed);
  assert.equal(claimed.event.id, eventId);
  assert.equal(claimed.event.snapshot.payment.id, paymentId);
  assert.equal(claimed.event.snapshot.payment.amount, 1234n);
  assert.equal(claimed.endpoint.id, endpoint.id);
  assert.equal(claimed.sealedSecret?.toString(), endpoint.secret);
  assert.equal(claimed.previousSealedSecret, null);
  assert.equal(claimed.merchant.name, 'Example Shop');
  assert.equal(claimed.tryNumber, 1);
  assert.deepEqual(await store.claimDue(addSeconds(now, lease - 1), 10, lease), []);
  const [again] = await store.claimDue(addSeconds(now, lease), 10, lease);
  assert.equal(again?.id, claimed.id);
  assert.equal(again?.tryNumber, 2);
  await settleAll();
});

test('workers that claim at the same moment never share a delivery, and together take all', async () => {
  const merchantId = await insertMerchant(database);
  await insertEndpoint(store, merchantId, 'https://example.com/');
  await insertEvents(database, merchantId, now, 300);
  const taken: string[] = [];
  const worker = async (): Promise<void> => {
    for (let empty = 0; empty < 3; ) {
      const claimed = await store.claimDue(now, 20, lease, { each: 40, except: new Map() });
      if (claimed.length === 0) empty++;
      taken.push(...claimed.map((delivery) => delivery.id));
    }
  };
  await Promise.all([worker(), worker(), worker(), worker()]);
  assert.equal(new Set(taken).size, taken.length);
  assert.equal(taken.length, 300);
  await settleAll();
});

test('one endpoint takes no more than its room, however old and long its backlog', async () => {
  const [busy, quiet] = [await insertMerchant(database), await insertMerchant(database)];
  const dead = await insertEndpoint(store, busy, 'https://dead.example/');
  const alive = await insertEndpoint(store, quiet, 'https://alive.example/');
  await insertEvents(database, busy, addSeconds(now, -3600), 500);
  await insertEvents(database, quiet, now, 3);
  const counts = async (room: Parameters<typeof store.claimDue>[3]) => {
    const claimed = await store.claimDue(now, 10, lease, room);
    const of = (id: string) => claimed.filter((delivery) => delivery.endpoint.id === id).length;
    return [of(dead.id), of(alive.id)];
  };
  assert.deepEqual(await counts({ each: 8, except: new Map([[dead.id, 2]]) }), [2, 3]);
  assert.deepEqual(await counts({ each: 8, except: new Map([[dead.id, 0]]) }), [0, 0]);
  assert.deepEqual(await counts({ each: 8, except: new Map() }), [8, 0]);
  await settleAll();
});

test('the end of a try is recorded as delivered, to be retried, or failed', async () => {
  const merchantId = await insertMerchant(database);
  await insertEndpoint(store, merchantId, 'https://example.com/');
  const { eventId } = await insertEvent(database, merchantId, now);
  const [claimed] = await store.claimDue(now, 10, lease);
  assert.ok(claimed);
  const nextTryAt = addSeconds(now, 60);
  await store.finishTry(claimed, { kind: 'retry', status: 500, error: 'HTTP 500', nextTryAt });
  const [pending] = await store.listDeliveries(merchantId, eventId);
  assert.equal(pending?.state, 'pending');
  assert.deepEqual(pending?.nextTryAt, nextTryAt);
  assert.equal(pending?.lastStatus, 500);
  assert.equal(pending?.tries, 1);
  await store.claimDue(nextTryAt, 10, lease);
  await store.finishTry(claimed, { kind: 'delivered', status: 204, at: nextTryAt });
  // A worker that lost its lease and comes late changes nothing.
  await store.finishTry(claimed, { kind: 'failed', status: null, error: 'timeout', at: nextTryAt });
  const [delivered] = await store.listDeliveries(merchantId, eventId);
  assert.deepEqual(
    [delivered?.state, delivered?.nextTryAt, delivered?.lastStatus, delivered?.lastError, delivered?.tries],
    ['delivered', null, 204, null, 2],
  );
});

test('a resend makes old deliveries due again and new ones for endpoints that subscribed since', async () => {
  const [merchantId, other] = [await insertMerchant(database), await insertMerchant(database)];
  const first = await insertEndpoint(store, merchantId, 'https://example.com/1');
  const switchedOff = await insertEndpoint(store, merchantId, 'https://example.com/2');
  const { eventId } = await insertEvent(database, merchantId, now);
  for (const claimed of await store.claimDue(now, 10, lease))
    await store.finishTry(claimed, { kind: 'failed', status: 500, error: 'HTTP 500', at: now });
  await store.disableEndpoint(switchedOff.id, now);
  const since = await insertEndpoint(store, merchantId, 'https://example.com/3');
  await insertEndpoint(store, merchantId, 'https://example.com/4', { eventTypes: ['payment.failed'] });
  assert.equal(await store.resend(other, eventId, now), 0);
  assert.equal(await store.resend(merchantId, eventId, now), 2);
  const claimed = await store.claimDue(now, 10, lease);
  assert.deepEqual(claimed.map((delivery) => delivery.endpoint.id).sort(), [first.id, since.id].sort());
  assert.deepEqual(
    claimed.map((delivery) => delivery.tryNumber),
    [1, 1],
  );
  await settleAll();
});

test('deliveries to an endpoint that was switched off or deleted end when they come up', async () => {
  const merchantId = await insertMerchant(database);
  const disabled = await insertEndpoint(store, merchantId, 'https://example.com/1');
  const deleted = await insertEndpoint(store, merchantId, 'https://example.com/2');
  const { eventId } = await insertEvent(database, merchantId, now);
  await store.disableEndpoint(disabled.id, now);
  await store.deleteEndpoint(merchantId, deleted.id, now);
  assert.deepEqual(await store.claimDue(now, 10, lease), []);
  const records = await store.listDeliveries(merchantId, eventId);
  assert.deepEqual(
    records.map((record) => record.state),
    ['failed', 'failed'],
  );
  assert.deepEqual(records.map((record) => record.lastError).sort(), [
    'the endpoint is deleted',
    'the endpoint is disabled',
  ]);
});

test('after a rotation both secrets are handed out until the overlap ends', async () => {
  const merchantId = await insertMerchant(database);
  const { id, secret } = await insertEndpoint(store, merchantId, 'https://example.com/');
  const overlapUntil = addSeconds(now, 24 * 3600);
  assert.equal(await store.rotateSecret(merchantId, id, Buffer.from('newer'), overlapUntil), true);
  await insertEvent(database, merchantId, now);
  const [during] = await store.claimDue(addSeconds(overlapUntil, -1), 1, 1);
  assert.deepEqual(
    [during?.sealedSecret?.toString(), during?.previousSealedSecret?.toString()],
    ['newer', secret],
  );
  const [afterwards] = await store.claimDue(overlapUntil, 1, 1);
  assert.deepEqual([afterwards?.sealedSecret?.toString(), afterwards?.previousSealedSecret], ['newer', null]);
  await settleAll();
});

test("another merchant's endpoint is found, changed, rotated and deleted no more than an unknown one", async () => {
  const [merchantId, other] = [await insertMerchant(database), await insertMerchant(database)];
  const { id } = await insertEndpoint(store, merchantId, 'https://example.com/');
  const endpoint = await store.findEndpoint(merchantId, id);
  assert.ok(endpoint);
  assert.equal(await store.findEndpoint(other, id), null);
  assert.equal(await store.updateEndpoint({ ...endpoint, merchantId: other }), false);
  assert.equal(await store.rotateSecret(other, id, Buffer.from('x'), now), false);
  assert.equal(await store.deleteEndpoint(other, id, now), false);
  assert.deepEqual(await store.listEndpoints(other), []);

  const changed = { ...endpoint, url: 'https://example.com/new', status: 'disabled' as const, filter: ['a'] };
  assert.equal(await store.updateEndpoint(changed), true);
  assert.deepEqual(await store.listEndpoints(merchantId), [changed]);
  assert.equal(await store.deleteEndpoint(merchantId, id, now), true);
  assert.equal(await store.findEndpoint(merchantId, id), null);
  assert.equal(await store.updateEndpoint(changed), false);
});

test('the age of the backlog is that of the oldest due delivery, whatever endpoint it is for', async () => {
  const sweeps = createSweepStore(database);
  assert.equal(await sweeps.oldestDueDelivery(now), null);
  for (const seconds of [-10, -300, 60]) {
    const merchantId = await insertMerchant(database);
    await insertEndpoint(store, merchantId, 'https://example.com/');
    await insertEvents(database, merchantId, addSeconds(now, seconds), 3);
  }
  assert.deepEqual(await sweeps.oldestDueDelivery(now), addSeconds(now, -300));
  await settleAll();
});

test('a resend that comes while the last try is under way is not swallowed by the failure of that try', async () => {
  const merchantId = await insertMerchant(database);
  await insertEndpoint(store, merchantId, 'https://example.com/');
  const { eventId } = await insertEvent(database, merchantId, now);
  const [last] = await store.claimDue(now, 10, lease);
  assert.ok(last);
  assert.equal(await store.resend(merchantId, eventId, now), 1);
  await store.finishTry(last, { kind: 'failed', status: 500, error: 'HTTP 500', at: now });
  const [again] = await store.claimDue(now, 10, lease);
  assert.equal(again?.id, last.id);
  assert.equal(again?.tryNumber, 1);
  await store.finishTry(again, { kind: 'delivered', status: 200, at: now });
  assert.equal((await store.listDeliveries(merchantId, eventId))[0]?.state, 'delivered');
  await settleAll();
});

test('a try that succeeds counts, although its lease had run out and another worker tries too', async () => {
  const merchantId = await insertMerchant(database);
  await insertEndpoint(store, merchantId, 'https://example.com/');
  const { eventId } = await insertEvent(database, merchantId, now);
  const [slow] = await store.claimDue(now, 10, lease);
  const [second] = await store.claimDue(addSeconds(now, lease), 10, lease);
  assert.ok(slow && second);
  await store.finishTry(slow, { kind: 'delivered', status: 200, at: now });
  await store.finishTry(second, { kind: 'failed', status: 500, error: 'HTTP 500', at: now });
  assert.equal((await store.listDeliveries(merchantId, eventId))[0]?.state, 'delivered');
  await settleAll();
});
