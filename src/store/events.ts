import { type PaymentEvent, snapshotFromJson } from '../domain/event.ts';
import type { EventId, MerchantId } from '../domain/ids.ts';
import type { PaymentEventType } from '../domain/payment.ts';
import type { Database } from './database.ts';

export interface EventRow {
  readonly id: EventId;
  readonly uuid: string;
  readonly merchant_id: MerchantId;
  readonly sequence: number;
  readonly type: PaymentEventType;
  readonly snapshot: unknown;
  readonly created_at: Date;
}

const columns = 'id, uuid, merchant_id, sequence, type, snapshot, created_at';

function eventFromRow(row: EventRow): PaymentEvent {
  return {
    id: row.id,
    uuid: row.uuid,
    merchantId: row.merchant_id,
    sequence: row.sequence,
    type: row.type,
    createdAt: row.created_at,
    snapshot: snapshotFromJson(row.snapshot),
  };
}

/** The merchant's event of that id. */
export async function findEvent(
  database: Database,
  merchantId: MerchantId,
  id: EventId,
): Promise<PaymentEvent | null> {
  const { rows } = await database.query<EventRow>({
    name: 'find-event',
    text: `select ${columns} from events where merchant_id = $1 and id = $2`,
    values: [merchantId, id],
  });
  return rows[0] ? eventFromRow(rows[0]) : null;
}

/** The merchant's events, newest first. */
export async function listEvents(
  database: Database,
  merchantId: MerchantId,
  page: {
    readonly limit: number;
    readonly after?: { readonly createdAt: Date; readonly id: string } | undefined;
  },
): Promise<PaymentEvent[]> {
  const { rows } = await database.query<EventRow>({
    name: 'list-events',
    text: `select ${columns} from events
      where merchant_id = $1 and ($2::timestamptz is null or (created_at, id) < ($2, $3))
      order by created_at desc, id desc limit $4`,
    values: [merchantId, page.after?.createdAt ?? null, page.after?.id ?? null, page.limit],
  });
  return rows.map(eventFromRow);
}
