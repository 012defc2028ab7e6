import type { EventId, MerchantId, PaymentId } from '../domain/ids.ts';
import type { MinorUnits } from '../domain/money.ts';
import type { AcquirerDispute } from '../usecases/ports/acquirer.ts';
import type { DisputeStore, ListedDispute, UntoldDispute } from '../usecases/ports/disputes.ts';
import type { ChangeResult, PaymentChange } from '../usecases/ports/store.ts';
import { readCursor, writeCursor } from './cursors.ts';
import type { Database } from './database.ts';
import { recordChange } from './payments.ts';

/** A row of `disputes`, as `disputeColumns` selects it. */
export interface DisputeRow {
  readonly acquirer: string;
  readonly acquirer_dispute_id: string;
  readonly reference: string;
  readonly merchant_id: MerchantId | null;
  readonly payment_id: PaymentId | null;
  readonly amount: MinorUnits;
  readonly currency: string;
  readonly reason_code: string | null;
  readonly raised_at: Date;
  readonly received_at: Date;
  readonly event_id: EventId | null;
}

export const disputeColumns = `acquirer, acquirer_dispute_id, reference, merchant_id, payment_id, amount, currency, reason_code,
  raised_at, received_at, event_id`;

export function disputeFromRow(row: DisputeRow): ListedDispute {
  return {
    acquirer: row.acquirer,
    dispute: {
      id: row.acquirer_dispute_id,
      amount: row.amount,
      currency: row.currency,
      reasonCode: row.reason_code,
      raisedAt: row.raised_at,
    },
    reference: row.reference,
    merchantId: row.merchant_id,
    paymentId: row.payment_id,
    receivedAt: row.received_at,
    eventId: row.event_id,
  };
}

/** The DisputeStore over PostgreSQL. */
export function createDisputeStore(database: Database): DisputeStore {
  return {
    async readCursor(acquirer) {
      return (await readCursor(database, feedOf(acquirer)))?.position ?? null;
    },
    receive: (acquirer, disputes, cursor, now) => receive(database, acquirer, disputes, cursor, now),
    listUntold: (acquirer, limit) => selectUntold(database, acquirer, null, limit),
    async findUntold(acquirer, disputeId) {
      return (await selectUntold(database, acquirer, disputeId, 1))[0] ?? null;
    },
    tell: (acquirer, disputeId, change) => tell(database, acquirer, disputeId, change),
  };
}

function feedOf(acquirer: string): string {
  return `disputes of ${acquirer}`;
}

function receive(
  database: Database,
  acquirer: string,
  disputes: readonly AcquirerDispute[],
  cursor: string | null,
  now: Date,
): Promise<number> {
  const rows = disputes.map((dispute) => ({ ...dispute, amount: dispute.amount.toString() }));
  return database.transaction(async (transaction) => {
    const { rows: received } = await transaction.query<{ count: number }>({
      name: 'receive-disputes',
      text: `with given as (
          select * from jsonb_to_recordset($2) as given (id text, reference text, amount bigint, currency text,
            "reasonCode" text, "raisedAt" timestamptz)
        ),
        dispute as (
          insert into disputes (acquirer, acquirer_dispute_id, reference, merchant_id, payment_id, amount, currency,
            reason_code, raised_at, received_at)
          select $1, given.id, given.reference, attempts.merchant_id, attempts.payment_id, given.amount, given.currency,
            given."reasonCode", given."raisedAt", $3
          from given left join attempts on attempts.id = given.reference and attempts.acquirer = $1
          on conflict do nothing
          returning acquirer_dispute_id, reference, payment_id
        ),
        alert as (
          insert into alerts (kind, message, created_at)
          select 'dispute_without_payment', acquirer_dispute_id || ': the acquirer tells of a dispute about ' || reference
            || ', which was never committed here. Ask the acquirer.', $3
          from dispute where payment_id is null
        )
        select count(*)::integer as count from dispute`,
      values: [acquirer, JSON.stringify(rows), now.toISOString()],
    });
    if (cursor !== null) await writeCursor(transaction, feedOf(acquirer), cursor, now);
    return received[0]?.count ?? 0;
  });
}

interface UntoldRow {
  readonly id: string;
  readonly merchant_id: MerchantId;
  readonly payment_id: PaymentId;
  readonly amount: MinorUnits;
  readonly currency: string;
  readonly reason_code: string | null;
  readonly raised_at: Date;
}

async function selectUntold(
  database: Database,
  acquirer: string,
  disputeId: string | null,
  limit: number,
): Promise<UntoldDispute[]> {
  const { rows } = await database.query<UntoldRow>({
    name: 'select-untold-disputes',
    text: `select d.acquirer_dispute_id as id, d.merchant_id, d.payment_id, d.amount, d.currency, d.reason_code, d.raised_at
      from disputes d
      where d.acquirer = $1 and ($2::text is null or d.acquirer_dispute_id = $2)
        and d.event_id is null and d.payment_id is not null
        and not exists (select from attempts open where open.payment_id = d.payment_id
          and open.state in ('queued', 'sending', 'unknown', 'reversing'))
      order by d.received_at, d.acquirer_dispute_id limit $3`,
    values: [acquirer, disputeId, limit],
  });
  return rows.map((row) => ({
    merchantId: row.merchant_id,
    paymentId: row.payment_id,
    dispute: {
      id: row.id,
      amount: row.amount,
      currency: row.currency,
      reasonCode: row.reason_code,
      raisedAt: row.raised_at,
    },
  }));
}

/** Undoes the transaction of a dispute that somebody else has told meanwhile. */
class ToldBefore extends Error {}

async function tell(
  database: Database,
  acquirer: string,
  disputeId: string,
  change: PaymentChange,
): Promise<ChangeResult | 'told_before'> {
  try {
    return await database.transaction(async (transaction) => {
      const recorded = await recordChange(transaction, change);
      if (recorded !== 'recorded') return recorded;
      const { rowCount } = await transaction.query({
        name: 'mark-dispute-told',
        text: `update disputes set event_id = $3
          where acquirer = $1 and acquirer_dispute_id = $2 and event_id is null`,
        values: [acquirer, disputeId, change.event?.id ?? null],
      });
      if (rowCount !== 1) throw new ToldBefore();
      return recorded;
    });
  } catch (error) {
    if (error instanceof ToldBefore) return 'told_before';
    throw error;
  }
}
