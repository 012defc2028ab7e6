import { snapshotFromJson } from '../domain/event.ts';
import type { DeliveryId, EventId, MerchantId, WebhookEndpointId } from '../domain/ids.ts';
import type { PaymentEventType } from '../domain/payment.ts';
import { addSeconds } from '../lib/clock.ts';
import type { ClaimedDelivery, EndpointRoom } from '../usecases/ports/webhooks.ts';
import type { Database } from './database.ts';

interface ClaimedRow {
  readonly id: DeliveryId;
  readonly tries: number;
  readonly event_id: EventId;
  readonly event_uuid: string;
  readonly event_sequence: number;
  readonly event_type: PaymentEventType;
  readonly event_created_at: Date;
  readonly event_snapshot: unknown;
  readonly endpoint_id: WebhookEndpointId;
  readonly endpoint_url: string;
  readonly endpoint_format: string;
  readonly endpoint_filter: string[] | null;
  readonly endpoint_event_types: PaymentEventType[];
  readonly endpoint_created_at: Date;
  readonly endpoint_updated_at: Date;
  readonly sealed_secret: Buffer | null;
  readonly previous_sealed_secret: Buffer | null;
  readonly merchant_id: MerchantId;
  readonly merchant_name: string;
  readonly merchant_status: 'active' | 'inactive';
  readonly merchant_number: string;
  readonly merchant_return_origins: string[];
  readonly merchant_default_return_url: string | null;
  readonly merchant_dialect_settings: Record<string, unknown>;
}

/**
 * `waiting` steps through the index from endpoint to endpoint, to the oldest of each, whatever its backlog. More candidates than
 * wanted are looked at, so that workers that claim at the same moment step past each other's locks. Deliveries to an
 * endpoint that was switched off meanwhile end here.
 */
const claimText = `
with recursive waiting as (
  (select endpoint_id, next_try_at from webhook_deliveries where state = 'pending'
    order by endpoint_id, next_try_at limit 1)
  union all
  select following.endpoint_id, following.next_try_at from waiting
  cross join lateral (
    select next.endpoint_id, next.next_try_at from webhook_deliveries next
    where next.state = 'pending' and next.endpoint_id > waiting.endpoint_id
    order by next.endpoint_id, next.next_try_at limit 1
  ) following
),
candidate as (
  select due.id, due.next_try_at, due.place
  from waiting
  left join unnest($5::text[], $6::integer[]) as special (endpoint_id, room) using (endpoint_id)
  cross join lateral (
    select oldest.id, oldest.next_try_at, row_number() over (order by oldest.next_try_at) as place
    from (
      select id, next_try_at from webhook_deliveries
      where state = 'pending' and endpoint_id = waiting.endpoint_id and next_try_at <= $1
      order by next_try_at limit coalesce(special.room, $4)
    ) oldest
  ) due
  where waiting.next_try_at <= $1
  order by due.place, due.next_try_at
  limit $2::bigint * 4
),
locked as (
  select delivery.id
  from candidate join webhook_deliveries delivery using (id)
  where delivery.state = 'pending' and delivery.next_try_at <= $1
  order by candidate.place, candidate.next_try_at
  limit $2::bigint
  for update of delivery skip locked
),
claimed as (
  update webhook_deliveries delivery set
    state = case when endpoint.status = 'enabled' then 'pending' else 'failed' end,
    next_try_at = case when endpoint.status = 'enabled' then $3::timestamptz end,
    tries = case when endpoint.status = 'enabled' then delivery.tries + 1 else delivery.tries end,
    last_error = case when endpoint.status = 'enabled' then delivery.last_error else 'the endpoint is ' || endpoint.status end,
    finished_at = case when endpoint.status = 'enabled' then null else $1::timestamptz end
  from locked, webhook_endpoints endpoint
  where delivery.id = locked.id and endpoint.id = delivery.endpoint_id
  returning delivery.id, delivery.state, delivery.tries, delivery.event_id, delivery.endpoint_id
)
select claimed.id, claimed.tries,
  event.id as event_id, event.uuid as event_uuid, event.sequence as event_sequence, event.type as event_type,
  event.created_at as event_created_at, event.snapshot as event_snapshot,
  endpoint.id as endpoint_id, endpoint.url as endpoint_url, endpoint.format as endpoint_format,
  endpoint.filter as endpoint_filter, endpoint.event_types as endpoint_event_types,
  endpoint.created_at as endpoint_created_at, endpoint.updated_at as endpoint_updated_at, endpoint.sealed_secret,
  case when endpoint.previous_secret_until > $1 then endpoint.previous_sealed_secret end as previous_sealed_secret,
  merchant.id as merchant_id, merchant.name as merchant_name, merchant.status as merchant_status,
  merchant.number as merchant_number, merchant.return_origins as merchant_return_origins,
  merchant.default_return_url as merchant_default_return_url,
  merchant.dialect_settings as merchant_dialect_settings
from claimed
join events event on event.id = claimed.event_id
join webhook_endpoints endpoint on endpoint.id = claimed.endpoint_id
join merchants merchant on merchant.id = endpoint.merchant_id
where claimed.state = 'pending'`;

/** Takes due deliveries by moving their next try to the end of the lease; `tries` counts from here on. */
export async function claimDue(
  database: Database,
  now: Date,
  limit: number,
  leaseSeconds: number,
  room: EndpointRoom = { each: limit, except: new Map() },
): Promise<ClaimedDelivery[]> {
  const { rows } = await database.query<ClaimedRow>({
    name: 'claim-deliveries',
    text: claimText,
    values: [
      now,
      limit,
      addSeconds(now, leaseSeconds),
      room.each,
      [...room.except.keys()],
      [...room.except.values()],
    ],
  });
  return rows.map(claimedFromRow);
}

function claimedFromRow(row: ClaimedRow): ClaimedDelivery {
  return {
    id: row.id,
    event: {
      id: row.event_id,
      uuid: row.event_uuid,
      merchantId: row.merchant_id,
      sequence: row.event_sequence,
      type: row.event_type,
      createdAt: row.event_created_at,
      snapshot: snapshotFromJson(row.event_snapshot),
    },
    endpoint: {
      id: row.endpoint_id,
      merchantId: row.merchant_id,
      url: row.endpoint_url,
      format: row.endpoint_format,
      filter: row.endpoint_filter,
      eventTypes: row.endpoint_event_types,
      status: 'enabled',
      createdAt: row.endpoint_created_at,
      updatedAt: row.endpoint_updated_at,
    },
    merchant: {
      id: row.merchant_id,
      name: row.merchant_name,
      status: row.merchant_status,
      number: row.merchant_number,
      settings: {
        returnOrigins: row.merchant_return_origins,
        defaultReturnUrl: row.merchant_default_return_url,
        dialects: row.merchant_dialect_settings,
      },
    },
    sealedSecret: row.sealed_secret,
    previousSealedSecret: row.previous_sealed_secret,
    tryNumber: row.tries,
  };
}
