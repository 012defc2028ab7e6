import type { MerchantId, WebhookEndpointId } from '../domain/ids.ts';
import type { PaymentEventType } from '../domain/payment.ts';
import type { DeliveryRecord, WebhookEndpoint, WebhookStore } from '../usecases/ports/webhooks.ts';
import { claimDue } from './claim-deliveries.ts';
import type { Database } from './database.ts';
import { createTryFinisher } from './finish-tries.ts';

/** A row of `webhook_endpoints` without its secrets. */
export interface EndpointRow {
  readonly id: WebhookEndpointId;
  readonly merchant_id: MerchantId;
  readonly url: string;
  readonly format: string;
  readonly filter: string[] | null;
  readonly event_types: PaymentEventType[];
  readonly status: 'enabled' | 'disabled';
  readonly created_at: Date;
  readonly updated_at: Date;
}

const endpointColumns = 'id, merchant_id, url, format, filter, event_types, status, created_at, updated_at';

function endpointFromRow(row: EndpointRow): WebhookEndpoint {
  return {
    id: row.id,
    merchantId: row.merchant_id,
    url: row.url,
    format: row.format,
    filter: row.filter,
    eventTypes: row.event_types,
    status: row.status,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}

/** Endpoints and deliveries in PostgreSQL. */
export function createWebhookStore(database: Database): WebhookStore {
  const finisher = createTryFinisher(database);
  return {
    insertEndpoint: (endpoint, sealedSecret, most) => insertEndpoint(database, endpoint, sealedSecret, most),
    async listEndpoints(merchantId) {
      const { rows } = await database.query<EndpointRow>({
        name: 'list-endpoints',
        text: `select ${endpointColumns} from webhook_endpoints
          where merchant_id = $1 and status <> 'deleted' order by created_at, id`,
        values: [merchantId],
      });
      return rows.map(endpointFromRow);
    },
    async findEndpoint(merchantId, id) {
      const { rows } = await database.query<EndpointRow>({
        name: 'find-endpoint',
        text: `select ${endpointColumns} from webhook_endpoints
          where merchant_id = $1 and id = $2 and status <> 'deleted'`,
        values: [merchantId, id],
      });
      return rows[0] ? endpointFromRow(rows[0]) : null;
    },
    updateEndpoint: (endpoint) => updateEndpoint(database, endpoint),
    async rotateSecret(merchantId, id, sealedSecret, overlapUntil) {
      const { rowCount } = await database.query({
        name: 'rotate-endpoint-secret',
        text: `update webhook_endpoints
          set previous_sealed_secret = sealed_secret, previous_secret_until = $4, sealed_secret = $3
          where merchant_id = $1 and id = $2 and status <> 'deleted' and sealed_secret is not null
          returning sallyport_own(merchant_id, $1)`,
        values: [merchantId, id, sealedSecret, overlapUntil],
      });
      return rowCount === 1;
    },
    async deleteEndpoint(merchantId, id, at) {
      const { rowCount } = await database.query({
        name: 'delete-endpoint',
        text: `update webhook_endpoints
          set status = 'deleted', sealed_secret = null, previous_sealed_secret = null, previous_secret_until = null,
            updated_at = $3
          where merchant_id = $1 and id = $2 and status <> 'deleted'
          returning sallyport_own(merchant_id, $1)`,
        values: [merchantId, id, at],
      });
      return rowCount === 1;
    },
    async disableEndpoint(id, at) {
      await database.query({
        name: 'disable-endpoint',
        text: `update webhook_endpoints set status = 'disabled', updated_at = $2 where id = $1 and status = 'enabled'`,
        values: [id, at],
      });
    },
    claimDue: (now, limit, leaseSeconds, room) => claimDue(database, now, limit, leaseSeconds, room),
    finishTry: finisher.finishTry,
    resend: (merchantId, eventId, now) => resend(database, merchantId, eventId, now),
    async listDeliveries(merchantId, eventId) {
      const { rows } = await database.query<DeliveryRecord & { readonly merchant_id: MerchantId }>({
        name: 'list-deliveries',
        text: `select merchant_id, id, event_id as "eventId", endpoint_id as "endpointId", state, tries, next_try_at as "nextTryAt",
            last_status as "lastStatus", last_error as "lastError"
          from webhook_deliveries where merchant_id = $1 and event_id = $2 order by created_at, id`,
        values: [merchantId, eventId],
      });
      return rows.map(({ merchant_id: _, ...delivery }) => delivery);
    },
  };
}

async function insertEndpoint(
  database: Database,
  endpoint: WebhookEndpoint,
  sealedSecret: Buffer | null,
  most: number,
): Promise<boolean> {
  return await database.transaction(async (inner) => {
    // A statement counts what was there when it began, so those who wait for each other must do so before they count.
    await inner.query({
      name: 'lock-merchant-for-endpoints',
      text: 'select from merchants where id = $1 for no key update',
      values: [endpoint.merchantId],
    });
    const { rowCount } = await inner.query({
      name: 'insert-endpoint',
      text: `insert into webhook_endpoints (${endpointColumns}, sealed_secret)
        select $1, $2, $3, $4, $5, $6, $7, $8, $9, $10
        where $11 > (select count(*) from webhook_endpoints where merchant_id = $2 and status <> 'deleted')`,
      values: [
        endpoint.id,
        endpoint.merchantId,
        endpoint.url,
        endpoint.format,
        endpoint.filter,
        endpoint.eventTypes,
        endpoint.status,
        endpoint.createdAt,
        endpoint.updatedAt,
        sealedSecret,
        most,
      ],
    });
    return rowCount === 1;
  });
}

async function updateEndpoint(database: Database, endpoint: WebhookEndpoint): Promise<boolean> {
  const { rowCount } = await database.query({
    name: 'update-endpoint',
    text: `update webhook_endpoints
      set url = $3, format = $4, filter = $5, event_types = $6, status = $7, updated_at = $8
      where merchant_id = $1 and id = $2 and status <> 'deleted'
      returning sallyport_own(merchant_id, $1)`,
    values: [
      endpoint.merchantId,
      endpoint.id,
      endpoint.url,
      endpoint.format,
      endpoint.filter,
      endpoint.eventTypes,
      endpoint.status,
      endpoint.updatedAt,
    ],
  });
  return rowCount === 1;
}

/** A resent delivery starts its schedule anew; endpoints that are off get nothing. */
async function resend(database: Database, merchantId: string, eventId: string, now: Date): Promise<number> {
  const { rowCount } = await database.query({
    name: 'resend-event',
    text: `insert into webhook_deliveries (id, event_id, endpoint_id, merchant_id, state, next_try_at, created_at)
      select 'dlv_' || replace(gen_random_uuid()::text, '-', ''), event.id, endpoint.id, endpoint.merchant_id,
        'pending', $3, $3
      from events event
      join webhook_endpoints endpoint on endpoint.merchant_id = event.merchant_id and endpoint.status = 'enabled'
      where event.id = $2 and event.merchant_id = $1
        and (event.type = any (endpoint.event_types) or exists (
          select 1 from webhook_deliveries earlier
          where earlier.event_id = event.id and earlier.endpoint_id = endpoint.id))
      on conflict (event_id, endpoint_id)
        do update set state = 'pending', tries = 0, next_try_at = excluded.next_try_at, finished_at = null
      returning sallyport_own(merchant_id, $1)`,
    values: [merchantId, eventId, now],
  });
  return rowCount;
}
