import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { after, afterEach, test } from 'node:test';
import { Webhook } from 'standardwebhooks';
import { Secret } from '../../src/lib/secret.ts';
import { createDatabase } from '../../src/store/database.ts';
import { createWebhookStore } from '../../src/store/webhooks.ts';
import type { WebhookFormat, WebhookStore } from '../../src/usecases/ports/webhooks.ts';
import { createWebhookSender } from '../../src/webhooks/send.ts';
import { standardFormat } from '../../src/webhooks/standard-format.ts';
import { type DeliveryWorker, startDeliveryWorker } from '../../src/workers/deliver-webhooks.ts';
import { createTestDatabase } from '../support/database.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { type Receiver, startReceiver } from '../support/receiver.ts';
import { until } from '../support/until.ts';
import { insertEndpoint, insertEvent, insertEvents, insertMerchant } from '../support/webhook-rows.ts';

const testDatabase = await createTestDatabase();
const database = createDatabase(testDatabase.pool);
const store = createWebhookStore(database);
const sender = createWebhookSender({ mode: 'sandbox' });
const clock = new ManualClock(new Date('2026-06-01T12:00:00.000Z'));
const silentLog = { info: () => undefined, warn: () => undefined, error: () => undefined };
/** A fraction of one half: no jitter. */
const evenRandom = { bytes: (length: number) => Buffer.alloc(length).fill(0x80, 0, 1) };
const formats: WebhookFormat[] = [
  standardFormat,
  { ...standardFormat, name: 'short', timeoutSeconds: 0.5 },
  { ...standardFormat, name: 'mute', render: () => null },
  { ...standardFormat, name: 'merchants_key', signsWith: { merchantSecret: 'missing' } },
];

const open: { stop(): Promise<void> }[] = [];
afterEach(async () => {
  for (const thing of open.splice(0)) await thing.stop();
  await testDatabase.pool.query(
    `update webhook_deliveries set state = 'failed', next_try_at = null where state = 'pending'`,
  );
});
after(async () => {
  await sender.close();
  await testDatabase.drop();
});

function startWorker(
  overrides: { store?: WebhookStore; concurrency?: number; pollMs?: number } = {},
): DeliveryWorker {
  const worker = startDeliveryWorker({
    store,
    formats,
    sender,
    openText: async (_merchantId, _owner, sealed) => new Secret(sealed.toString()),
    directory: { findSigningKey: async () => null },
    mode: 'sandbox',
    clock,
    random: evenRandom,
    log: silentLog,
    pollMs: 20,
    ...overrides,
  });
  open.push({ stop: () => worker.stop(100) });
  return worker;
}

async function receiverThat(...args: Parameters<typeof startReceiver>): Promise<Receiver> {
  const receiver = await startReceiver(...args);
  open.push({ stop: () => receiver.close() });
  return receiver;
}

async function stateOf(
  merchantId: Parameters<WebhookStore['listDeliveries']>[0],
  eventId: Parameters<WebhookStore['listDeliveries']>[1],
) {
  const [record] = await store.listDeliveries(merchantId, eventId);
  assert.ok(record);
  return record;
}

test('a poke sends what was committed at once, and the receiver can verify it', async () => {
  const receiver = await receiverThat();
  const merchantId = await insertMerchant(database);
  const { secret } = await insertEndpoint(store, merchantId, receiver.url);
  const worker = startWorker({ pollMs: 60_000 });
  await new Promise((resolve) => setTimeout(resolve, 50));
  const { eventId, paymentId } = await insertEvent(database, merchantId, clock.now());
  worker.poke();
  await until('it is delivered', async () => (await stateOf(merchantId, eventId)).state === 'delivered', 2);
  const [request] = receiver.received;
  assert.ok(request);
  const verified = new Webhook(secret).verify(request.body, request.headers as Record<string, string>);
  assert.equal((verified as { data: { transaction_id: string } }).data.transaction_id, paymentId);
  assert.equal(request.headers['webhook-id'], eventId);
});

test('without a poke, and after the clock was moved, due deliveries are found by the next poll', async () => {
  const receiver = await receiverThat();
  const merchantId = await insertMerchant(database);
  await insertEndpoint(store, merchantId, receiver.url);
  startWorker();
  await insertEvent(database, merchantId, new Date(clock.now().getTime() + 3600_000));
  await new Promise((resolve) => setTimeout(resolve, 100));
  assert.equal(receiver.received.length, 0);
  clock.advance(3600);
  await until('it arrives', () => receiver.received.length === 1);
});

test('a delivery is tried by the schedule on the business clock, ten times, and then has failed', async () => {
  const receiver = await receiverThat((_request, response) => response.writeHead(500).end());
  const merchantId = await insertMerchant(database);
  await insertEndpoint(store, merchantId, receiver.url);
  const { eventId } = await insertEvent(database, merchantId, clock.now());
  startWorker();
  for (const [index, seconds] of standardFormat.retrySeconds.entries()) {
    await until(
      `try ${index + 1} is recorded`,
      async () => (await stateOf(merchantId, eventId)).lastStatus === 500,
    );
    const record = await stateOf(merchantId, eventId);
    assert.equal(record.tries, index + 1);
    assert.ok(record.nextTryAt);
    assert.ok(
      Math.abs((record.nextTryAt.getTime() - clock.now().getTime()) / 1000 - seconds) < seconds / 100,
    );
    await testDatabase.pool.query('update webhook_deliveries set last_status = null where event_id = $1', [
      eventId,
    ]);
    clock.advance(seconds + seconds / 50);
  }
  await until('it has failed', async () => (await stateOf(merchantId, eventId)).state === 'failed');
  assert.equal(receiver.received.length, 10);
  assert.equal(new Set(receiver.received.map((request) => request.headers['webhook-id'])).size, 1);
  assert.equal(new Set(receiver.received.map((request) => request.body)).size, 1);
});

test('a worker that dies between sending and recording leaves the webhook to be sent again under the same id', async () => {
  const receiver = await receiverThat();
  const merchantId = await insertMerchant(database);
  await insertEndpoint(store, merchantId, receiver.url);
  const { eventId } = await insertEvent(database, merchantId, clock.now());
  const dying = startWorker({ store: { ...store, finishTry: () => new Promise(() => undefined) } });
  await until('it was sent', () => receiver.received.length === 1);
  await dying.stop(10);
  startWorker();
  await new Promise((resolve) => setTimeout(resolve, 100));
  assert.equal(receiver.received.length, 1, 'sent again although the lease holds');
  clock.advance(60);
  await until('it is delivered', async () => (await stateOf(merchantId, eventId)).state === 'delivered');
  assert.equal(receiver.received.length, 2);
  assert.equal(receiver.received[1]?.headers['webhook-id'], eventId);
});

test('a worker does not send twice what it is sending, even when the clock jumps past the lease', async () => {
  const receiver = await receiverThat((_request, response) =>
    setTimeout(() => response.writeHead(204).end(), 200),
  );
  const merchantId = await insertMerchant(database);
  await insertEndpoint(store, merchantId, receiver.url);
  const { eventId } = await insertEvent(database, merchantId, clock.now());
  startWorker();
  await until('it was sent', () => receiver.received.length === 1);
  clock.advance(3600);
  await until('it is delivered', async () => (await stateOf(merchantId, eventId)).state === 'delivered');
  assert.equal(receiver.received.length, 1);
});

test('endpoints that never answer, with long backlogs, do not hold up another merchant', async () => {
  const sockets = createServer(() => undefined).listen(0, '127.0.0.1');
  await once(sockets, 'listening');
  const { port } = sockets.address() as { port: number };
  for (let index = 0; index < 3; index++) {
    const deadMerchant = await insertMerchant(database);
    await insertEndpoint(store, deadMerchant, `http://127.0.0.1:${port}/${index}`, { format: 'short' });
    await insertEvents(database, deadMerchant, clock.now(), 300);
  }
  const receiver = await receiverThat();
  const merchantId = await insertMerchant(database);
  await insertEndpoint(store, merchantId, receiver.url);
  const worker = startWorker({ concurrency: 16 });
  // Long enough for the dead endpoints to show what they are.
  await new Promise((resolve) => setTimeout(resolve, 1200));
  clock.advance(1);
  const began = performance.now();
  await insertEvents(database, merchantId, clock.now(), 100);
  worker.poke();
  await until('all arrive', () => receiver.received.length === 100);
  const seconds = (performance.now() - began) / 1000;
  assert.ok(seconds < 1.5, `100 deliveries took ${seconds} s beside dead endpoints`);
  await worker.stop(700);
  sockets.close();
});

test('410 switches the endpoint off and ends the delivery', async () => {
  const receiver = await receiverThat((_request, response) => response.writeHead(410).end());
  const merchantId = await insertMerchant(database);
  const { id } = await insertEndpoint(store, merchantId, receiver.url);
  const { eventId } = await insertEvent(database, merchantId, clock.now());
  startWorker();
  await until('it has failed', async () => (await stateOf(merchantId, eventId)).state === 'failed');
  assert.equal((await store.findEndpoint(merchantId, id))?.status, 'disabled');
  assert.equal(receiver.received.length, 1);
});

test('Retry-After puts the next try off', async () => {
  const receiver = await receiverThat((_request, response) =>
    response.writeHead(503, { 'retry-after': '900' }).end('busy'),
  );
  const merchantId = await insertMerchant(database);
  await insertEndpoint(store, merchantId, receiver.url);
  const { eventId } = await insertEvent(database, merchantId, clock.now());
  startWorker();
  await until('the try is recorded', async () => (await stateOf(merchantId, eventId)).lastStatus === 503);
  const record = await stateOf(merchantId, eventId);
  assert.equal(record.nextTryAt?.getTime(), clock.now().getTime() + 900_000);
  assert.equal(record.lastError, 'HTTP 503: busy');
});

test('a resent event arrives again under the same id and with the same bytes', async () => {
  const receiver = await receiverThat();
  const merchantId = await insertMerchant(database);
  await insertEndpoint(store, merchantId, receiver.url);
  const { eventId } = await insertEvent(database, merchantId, clock.now());
  const worker = startWorker();
  await until('it is delivered', async () => (await stateOf(merchantId, eventId)).state === 'delivered');
  assert.equal(await store.resend(merchantId, eventId, clock.now()), 1);
  worker.poke();
  await until('it arrives again', () => receiver.received.length === 2);
  assert.equal(receiver.received[1]?.headers['webhook-id'], eventId);
  assert.equal(receiver.received[1]?.body, receiver.received[0]?.body);
});

test('what cannot be rendered has failed, what cannot be signed is tried again, and nothing is sent', async () => {
  const receiver = await receiverThat();
  const table: [format: string, state: string, error: string][] = [
    ['mute', 'failed', 'the format has no word for this event'],
    ['unheard_of', 'failed', 'the format is unknown'],
    ['merchants_key', 'pending', 'not sent: the gateway could not sign it'],
  ];
  startWorker();
  for (const [format, state, error] of table) {
    const merchantId = await insertMerchant(database);
    await insertEndpoint(store, merchantId, receiver.url, { format });
    const { eventId } = await insertEvent(database, merchantId, clock.now());
    await until(
      `${format} is recorded`,
      async () => (await stateOf(merchantId, eventId)).lastError === error,
    );
    assert.equal((await stateOf(merchantId, eventId)).state, state, format);
  }
  assert.equal(receiver.received.length, 0);
});

test('a worker outlives a database that fails for a while', async () => {
  const receiver = await receiverThat();
  const merchantId = await insertMerchant(database);
  await insertEndpoint(store, merchantId, receiver.url);
  await insertEvent(database, merchantId, clock.now());
  let failures = 0;
  const claimDue: WebhookStore['claimDue'] = async (...args) => {
    if (failures++ < 2) throw new Error('the connection is gone');
    return store.claimDue(...args);
  };
  startWorker({ store: { ...store, claimDue } });
  await until('it arrives', () => receiver.received.length === 1);
});

test('stop waits for the try under way and records it', async () => {
  const receiver = await receiverThat((_request, response) =>
    setTimeout(() => response.writeHead(204).end(), 150),
  );
  const merchantId = await insertMerchant(database);
  await insertEndpoint(store, merchantId, receiver.url);
  const { eventId } = await insertEvent(database, merchantId, clock.now());
  const worker = startWorker();
  await until('it was sent', () => receiver.received.length === 1);
  await worker.stop();
  assert.equal((await stateOf(merchantId, eventId)).state, 'delivered');
});
