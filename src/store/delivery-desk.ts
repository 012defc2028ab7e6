import type { DeliveryDesk, EndpointBacklog, ListedDelivery } from '../usecases/ports/delivery-desk.ts';
import type { Database } from './database.ts';

/** Of `webhook_deliveries d`, its event `e` and its endpoint `w`. */
export const deliveryColumns = `d.id, d.event_id as "eventId", d.endpoint_id as "endpointId", d.state, d.tries,
  d.next_try_at as "nextTryAt", d.last_status as "lastStatus", d.last_error as "lastError", d.created_at as "createdAt",
  d.finished_at as "finishedAt", d.merchant_id as "merchantId", e.payment_id as "paymentId", e.type as "eventType", w.url`;

function undelivered(state: 'pending' | 'failed'): string {
  return `select * from webhook_deliveries where endpoint_id = $1 and state = '${state}'
    and ($3::timestamptz is null or (created_at, id) < ($3, $4)) order by created_at desc, id desc limit $2`;
}

interface BacklogRow extends Omit<EndpointBacklog, 'endpoint'> {
  readonly id: EndpointBacklog['endpoint']['id'];
  readonly merchantId: EndpointBacklog['endpoint']['merchantId'];
  readonly url: string;
  readonly format: string;
  readonly status: EndpointBacklog['endpoint']['status'];
}

/** What operators see of deliveries, of all merchants. */
export function createDeliveryDesk(database: Database): DeliveryDesk {
  return {
    async listBacklogs({ limit, failedSince, troubledOnly }) {
      const { rows } = await database.query<BacklogRow>({
        name: 'list-delivery-backlogs',
        text: `with pending as (
            select endpoint_id, count(*)::integer as count, min(created_at) as since
            from webhook_deliveries where state = 'pending' group by endpoint_id
          ),
          failed as (
            select endpoint_id, count(*)::integer as count, max(finished_at) as last
            from webhook_deliveries where state = 'failed' and finished_at >= $2 group by endpoint_id
          )
          select w.id, w.merchant_id as "merchantId", w.url, w.format, w.status, coalesce(pending.count, 0) as pending,
            pending.since as "pendingSince", coalesce(failed.count, 0) as failed, failed.last as "failedLast"
          from webhook_endpoints w
            left join pending on pending.endpoint_id = w.id left join failed on failed.endpoint_id = w.id
          where w.status <> 'deleted' and (not $3 or pending.count > 0 or failed.count > 0 or w.status = 'disabled')
          order by coalesce(pending.count, 0) + coalesce(failed.count, 0) desc, w.id limit $1`,
        values: [limit, failedSince, troubledOnly],
      });
      return rows.map(({ id, merchantId, url, format, status, ...backlog }) => ({
        endpoint: { id, merchantId, url, format, status },
        ...backlog,
      }));
    },
    async hasEndpoint(endpointId) {
      const { rowCount } = await database.query({
        name: 'has-endpoint',
        text: 'select from webhook_endpoints where id = $1',
        values: [endpointId],
      });
      return rowCount === 1;
    },
    async listUndelivered({ endpointId, limit, after }) {
      const { rows } = await database.query<ListedDelivery>({
        name: 'list-undelivered',
        // Two reads, so that each walks the index of its state.
        text: `with undelivered as (
            (${undelivered('pending')}) union all (${undelivered('failed')})
          )
          select ${deliveryColumns} from undelivered d
            join events e on e.id = d.event_id join webhook_endpoints w on w.id = d.endpoint_id
          order by d.created_at desc, d.id desc limit $2`,
        values: [endpointId, limit, after?.createdAt ?? null, after?.id ?? null],
      });
      return rows;
    },
  };
}
