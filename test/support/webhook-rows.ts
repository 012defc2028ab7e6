import { randomUUID } from 'node:crypto';
import { snapshotToJson } from '../../src/domain/event.ts';
import {
  type EventId,
  type MerchantId,
  newId,
  type PaymentId,
  type WebhookEndpointId,
} from '../../src/domain/ids.ts';
import type { PaymentEventType } from '../../src/domain/payment.ts';
import { randomDigits, systemRandom } from '../../src/lib/random.ts';
import type { Database } from '../../src/store/database.ts';
import type { WebhookEndpoint, WebhookStore } from '../../src/usecases/ports/webhooks.ts';
import { samplePayment } from './sample-payment.ts';

/** A merchant of its own for one test. */
export async function insertMerchant(database: Database): Promise<MerchantId> {
  const id = newId('MerchantId', systemRandom);
  await database.query({
    name: 'test-insert-merchant',
    text: `insert into merchants (id, number, name) values ($1, $2, 'Example Shop')`,
    values: [id, randomDigits(systemRandom, 10)],
  });
  return id;
}

/** An endpoint in the standard format whose sealed secret is its secret's plain bytes: these tests have no vault. */
export async function insertEndpoint(
  store: WebhookStore,
  merchantId: MerchantId,
  url: string,
  overrides: Partial<WebhookEndpoint> = {},
): Promise<{ id: WebhookEndpointId; secret: string }> {
  const secret = `whsec_${systemRandom.bytes(24).toString('base64')}`;
  const endpoint: WebhookEndpoint = {
    id: newId('WebhookEndpointId', systemRandom),
    merchantId,
    url,
    format: 'standard',
    filter: null,
    eventTypes: ['payment.captured'],
    status: 'enabled',
    createdAt: new Date(),
    updatedAt: new Date(),
    ...overrides,
  };
  await store.insertEndpoint(endpoint, Buffer.from(secret), 1000);
  return { id: endpoint.id, secret };
}

/** An event of a fresh payment and its deliveries to the merchant's endpoints, due at `at`. */
export async function insertEvent(
  database: Database,
  merchantId: MerchantId,
  at: Date,
  type: PaymentEventType = 'payment.captured',
): Promise<{ eventId: EventId; paymentId: PaymentId }> {
  const [event] = await insertEvents(database, merchantId, at, 1, type);
  if (!event) throw new Error('no event was inserted');
  return event;
}

/** `count` events, each of a payment of its own. */
export async function insertEvents(
  database: Database,
  merchantId: MerchantId,
  at: Date,
  count: number,
  type: PaymentEventType = 'payment.captured',
): Promise<{ eventId: EventId; paymentId: PaymentId }[]> {
  const events = Array.from({ length: count }, () => {
    const payment = samplePayment(merchantId, { eventCount: 1 });
    return { eventId: newId('EventId', systemRandom), uuid: randomUUID(), payment };
  });
  await database.query({
    name: 'test-insert-events',
    text: `with given as (
        select * from unnest($1::text[], $2::uuid[], $3::text[], $4::jsonb[]) as given (event_id, uuid, payment_id, snapshot)
      ),
      payment as (
        insert into payments (id, merchant_id, version, event_count, dialect, state, amount, currency, captured,
          capture_method, flow_id, source, initiator, acquirer_reference, captured_at, created_at, updated_at)
        select payment_id, $5, 1, 1, 'zafapay', 'captured', 1234, 'USD', 1234, 'automatic', 'flow_default', 'direct',
          'cardholder', 'sim_1', $6, $6, $6 from given
      ),
      event as (
        insert into events (id, uuid, merchant_id, payment_id, sequence, type, snapshot, created_at)
        select event_id, uuid, $5, payment_id, 1, $7, snapshot, $6 from given returning id
      )
      insert into webhook_deliveries (id, event_id, endpoint_id, merchant_id, state, next_try_at, created_at)
      select 'dlv_' || replace(gen_random_uuid()::text, '-', ''), event.id, endpoint.id, $5, 'pending', $6, $6
      from event, webhook_endpoints endpoint
      where endpoint.merchant_id = $5 and endpoint.status = 'enabled' and $7 = any (endpoint.event_types)`,
    values: [
      events.map(({ eventId }) => eventId),
      events.map(({ uuid }) => uuid),
      events.map(({ payment }) => payment.id),
      events.map(({ payment }) => snapshotToJson({ payment, refund: null, savedCard: null })),
      merchantId,
      at.toISOString(),
      type,
    ],
  });
  return events.map(({ eventId, payment }) => ({ eventId, paymentId: payment.id }));
}
