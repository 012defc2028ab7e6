import type { MerchantId, PaymentId } from '../domain/ids.ts';
import type { Payment } from '../domain/payment.ts';
import type { Refund } from '../domain/refund.ts';
import { assert } from '../lib/assert.ts';
import type { Alert } from '../usecases/ports/alerts.ts';
import type { AuditEntry } from '../usecases/ports/audit.ts';
import type { ListedDelivery } from '../usecases/ports/delivery-desk.ts';
import type {
  ListedAttempt,
  ListedAuthentication,
  ListedEvent,
  PaymentDesk,
  PaymentReport,
} from '../usecases/ports/payment-desk.ts';
import type { Difference } from '../usecases/ports/reconciliation.ts';
import { attemptColumns } from './attempts.ts';
import { appendAuditEntry } from './audit-log.ts';
import type { Database } from './database.ts';
import { deliveryColumns } from './delivery-desk.ts';
import { alertColumns } from './desks.ts';
import { differenceColumns } from './differences.ts';
import { type DisputeRow, disputeColumns, disputeFromRow } from './disputes.ts';
import { findPayment } from './payments.ts';
import { refundColumns } from './refunds.ts';
import { createRiskDecisions } from './risk-decisions.ts';

/** Which row says whose payment a name means. */
const namedBy: readonly (readonly [pattern: RegExp, query: string])[] = [
  [/^tx_/, 'select merchant_id as "merchantId", id from payments where id = $1'],
  [/^OD/, 'select merchant_id as "merchantId", id from payments where order_number = $1'],
  [/^PR/, 'select merchant_id as "merchantId", id from payments where order_payment_number = $1'],
  [/^att_/, 'select merchant_id as "merchantId", payment_id as id from attempts where id = $1'],
];

/** What operators see of payments, of all merchants. */
export function createPaymentDesk(database: Database): PaymentDesk {
  return {
    findPayment: (name) => findOwner(database, name),
    async readPayment(name, rowsMax, audit) {
      const owner = await findOwner(database, name);
      if (!owner) return null;
      return await database.transaction((inner) => readReport(inner, owner, rowsMax, audit));
    },
  };
}

interface Owner {
  readonly merchantId: MerchantId;
  readonly id: PaymentId;
}

async function findOwner(database: Database, name: string): Promise<Owner | null> {
  const place = namedBy.findIndex(([pattern]) => pattern.test(name));
  const query = namedBy[place]?.[1];
  if (query === undefined) return null;
  const { rows } = await database.query<Owner>({
    name: `find-payment-owner-${place}`,
    text: query,
    values: [name],
  });
  return rows[0] ?? null;
}

/** Rows about one payment, in the order of time. */
const lists = {
  attempts: `select ${attemptColumns}, unknown_cause as "unknownCause", inquiries, next_inquiry_at as "nextInquiryAt"
    from attempts where payment_id = $1 order by created_at, id`,
  authentications: `select id, state, version, trans_status as "transStatus", trans_status_reason as "transStatusReason", eci,
      challenge_cancel as "challengeCancel", created_at as "createdAt", expires_at as "expiresAt"
    from authentications where payment_id = $1 order by created_at, id`,
  refunds: `select ${refundColumns} from refunds where payment_id = $1 order by created_at, id`,
  events:
    'select id, sequence, type, created_at as "createdAt" from events where payment_id = $1 order by sequence',
  deliveries: `select ${deliveryColumns} from events e join webhook_deliveries d on d.event_id = e.id
      join webhook_endpoints w on w.id = d.endpoint_id
    where e.payment_id = $1 order by e.sequence, d.created_at, d.id`,
  disputes: `select ${disputeColumns} from disputes where payment_id = $1 order by received_at, acquirer_dispute_id`,
  differences: `select ${differenceColumns} from reconciliation_differences where payment_id = $1 order by id`,
  alerts: `select ${alertColumns} from alerts where payment_id = $1 order by id`,
} as const;

/** The audit entry stands or falls with the reading: what was shown is always on record. */
async function readReport(
  database: Database,
  { merchantId, id }: Owner,
  rowsMax: number,
  audit: (payment: Payment) => AuditEntry,
): Promise<PaymentReport> {
  const payment = await findPayment(database, merchantId, { id });
  assert(payment, 'a payment is never removed');
  await appendAuditEntry(database, audit(payment));
  const rowsOf = async <Row>(list: keyof typeof lists): Promise<Row[]> => {
    const statement = { name: `report-${list}`, text: `${lists[list]} limit $2`, values: [id, rowsMax] };
    return (await database.query<Row>(statement)).rows;
  };
  return {
    payment,
    merchant: await findMerchant(database, merchantId),
    attempts: await rowsOf<ListedAttempt>('attempts'),
    authentications: await rowsOf<ListedAuthentication>('authentications'),
    refunds: await rowsOf<Refund>('refunds'),
    events: await rowsOf<ListedEvent>('events'),
    deliveries: await rowsOf<ListedDelivery>('deliveries'),
    decisions: await createRiskDecisions(database).listDecisions(merchantId, id),
    disputes: (await rowsOf<DisputeRow>('disputes')).map(disputeFromRow),
    differences: await rowsOf<Difference>('differences'),
    alerts: await rowsOf<Alert>('alerts'),
  };
}

async function findMerchant(database: Database, id: MerchantId): Promise<PaymentReport['merchant']> {
  const { rows } = await database.query<PaymentReport['merchant']>({
    name: 'report-merchant',
    text: 'select id, number, name from merchants where id = $1',
    values: [id],
  });
  assert(rows[0], 'a payment has a merchant');
  return rows[0];
}
