import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Webhook } from 'standardwebhooks';
import { samplePayment } from '../../test/support/sample-payment.ts';
import type { PaymentEvent } from '../domain/event.ts';
import { type MerchantId, newId } from '../domain/ids.ts';
import type { MinorUnits } from '../domain/money.ts';
import { systemRandom } from '../lib/random.ts';
import { Secret } from '../lib/secret.ts';
import type { RenderContext } from '../usecases/ports/webhooks.ts';
import { standardFormat } from './standard-format.ts';

const merchantId = 'mer_1' as MerchantId;

function newSecret(): string {
  return `whsec_${systemRandom.bytes(32).toString('base64')}`;
}

function contextOf(overrides: Partial<RenderContext> = {}, snapshot = {}): RenderContext {
  const createdAt = new Date('2026-05-01T09:00:05.000Z');
  const event: PaymentEvent = {
    id: newId('EventId', systemRandom),
    uuid: '5f0c2b9e-7a31-4c55-9d3e-2a1b6c7d8e90',
    merchantId,
    sequence: 2,
    type: 'payment.captured',
    createdAt,
    snapshot: { payment: samplePayment(merchantId), refund: null, savedCard: null, ...snapshot },
  };
  return {
    event,
    endpoint: {
      id: newId('WebhookEndpointId', systemRandom),
      merchantId,
      url: 'https://example.com/',
      format: 'standard',
      filter: null,
      eventTypes: ['payment.captured'],
      status: 'enabled',
      createdAt,
      updatedAt: createdAt,
    },
    merchant: {
      id: merchantId,
      name: 'Example Shop',
      status: 'active',
      number: '1000000001',
      settings: { returnOrigins: [], defaultReturnUrl: null, dialects: {} },
    },
    deliveryId: newId('DeliveryId', systemRandom),
    secrets: [new Secret(newSecret())],
    sentAt: new Date(),
    mode: 'sandbox',
    ...overrides,
  };
}

function render(context: RenderContext): { body: string; headers: Readonly<Record<string, string>> } {
  const webhook = standardFormat.render(context);
  assert.ok(webhook);
  return webhook;
}

test('the standardwebhooks library verifies what we send', () => {
  const secret = newSecret();
  const context = contextOf({ secrets: [new Secret(secret)] });
  const { body, headers } = render(context);
  const verified = new Webhook(secret).verify(body, headers) as Record<string, unknown>;
  assert.equal(headers['webhook-id'], context.event.id);
  assert.equal(verified.type, 'payment.captured');
  assert.equal(verified.timestamp, '2026-05-01T09:00:05.000Z');
  const payload = verified.data as Record<string, unknown>;
  assert.equal(payload.transaction_id, context.event.snapshot.payment.id);
  assert.equal(payload.order_id, null);
  assert.equal(payload.sequence, 2);
  assert.equal(payload.amount, '12.34');
});

test('a changed body, another secret and an old timestamp are refused by the library', () => {
  const secret = newSecret();
  const { body, headers } = render(contextOf({ secrets: [new Secret(secret)] }));
  assert.throws(() => new Webhook(secret).verify(body.replace('12.34', '99.99'), headers));
  assert.throws(() => new Webhook(newSecret()).verify(body, headers));
  const old = render(
    contextOf({ secrets: [new Secret(secret)], sentAt: new Date(Date.now() - 10 * 60_000) }),
  );
  assert.throws(() => new Webhook(secret).verify(old.body, old.headers));
});

test('while two secrets live, each of them verifies', () => {
  const [newer, older] = [newSecret(), newSecret()];
  const { body, headers } = render(contextOf({ secrets: [new Secret(newer), new Secret(older)] }));
  assert.equal(headers['webhook-signature']?.split(' ').length, 2);
  assert.ok(new Webhook(newer).verify(body, headers));
  assert.ok(new Webhook(older).verify(body, headers));
});

test('a retry sends the same id and bytes under a new timestamp', () => {
  const context = contextOf();
  const first = render(context);
  const second = render({ ...context, sentAt: new Date(context.sentAt.getTime() + 60_000) });
  assert.equal(second.body, first.body);
  assert.equal(second.headers['webhook-id'], first.headers['webhook-id']);
  assert.notEqual(second.headers['webhook-timestamp'], first.headers['webhook-timestamp']);
  assert.notEqual(second.headers['webhook-signature'], first.headers['webhook-signature']);
});

test('metadata that would make the body 20 kB or more is left out, and the body says so', () => {
  const payment = samplePayment(merchantId, { metadata: { long: 'x'.repeat(30_000) } });
  const { body } = render(contextOf({}, { payment }));
  assert.ok(Buffer.byteLength(body) < 20_000);
  const { data: payload } = JSON.parse(body);
  assert.deepEqual(payload.metadata, {});
  assert.equal(payload.metadata_omitted, true);
});

test('a failure carries its reason, a void its cause, a refund its amount', () => {
  const bodyOf = (snapshot: object) => JSON.parse(render(contextOf({}, snapshot)).body).data;
  const failed = samplePayment(merchantId, { status: { state: 'failed', reason: 'insufficient_funds' } });
  assert.equal(bodyOf({ payment: failed }).failure.reason, 'insufficient_funds');
  const voided = samplePayment(merchantId, { status: { state: 'voided', cause: 'expired' } });
  assert.equal(bodyOf({ payment: voided }).void_cause, 'expired');
  const createdAt = new Date();
  const refund = {
    id: newId('RefundId', systemRandom),
    number: 'RF1',
    paymentId: failed.id,
    merchantId,
    amount: 250n as MinorUnits,
    fee: 0n as MinorUnits,
    state: 'refunded',
    reason: null,
    merchantReference: null,
    message: null,
    acquirerReference: null,
    createdAt,
    updatedAt: createdAt,
    refundedAt: createdAt,
  };
  assert.equal(bodyOf({ refund }).refund.amount, '2.50');
});

test('filter words are our event types; an unknown one is told, none means all', () => {
  assert.equal(standardFormat.eventTypes(null)?.length, 13);
  assert.deepEqual(standardFormat.eventTypes(['payment.captured', 'payment.captured']), ['payment.captured']);
  assert.equal(standardFormat.eventTypes(['payment.captured', 'toString']), undefined);
});

test('the schedule is the ten tries over 75 h 35 m of the specification', () => {
  assert.equal(standardFormat.retrySeconds.length, 9);
  const total = standardFormat.retrySeconds.reduce((sum, seconds) => sum + seconds, 0);
  assert.equal(Math.floor(total / 60), 75 * 60 + 35);
});
