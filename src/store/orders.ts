import type { Currency } from '../domain/currency.ts';
import type { MerchantId } from '../domain/ids.ts';
import type { Payment } from '../domain/payment.ts';
import type { Refund } from '../domain/refund.ts';
import { assert } from '../lib/assert.ts';
import type {
  ListedRefund,
  NumberedPage,
  OrderFilter,
  OrderStore,
  PagePosition,
  RefundFilter,
} from '../usecases/ports/orders.ts';
import type { Database } from './database.ts';
import { amendOrder, findAmendment } from './order-amendments.ts';
import { findDocument, insertDocument, listDocuments } from './order-documents.ts';
import { type PaymentRow, paymentColumns, paymentFromRow } from './payment-row.ts';

/** The OrderStore over PostgreSQL. */
export function createOrderStore(database: Database): OrderStore {
  return {
    listOrders: (merchantId, filter, position) => listOrders(database, merchantId, filter, position),
    listRefunds: (merchantId, filter, position) => listRefunds(database, merchantId, filter, position),
    findMerchantOf: (orderNumber) => findMerchantOf(database, orderNumber),
    isRefundUnderWay: (merchantId, refundId) => isRefundUnderWay(database, merchantId, refundId),
    amendOrder: (merchantId, paymentId, amendment, at) =>
      amendOrder(database, merchantId, paymentId, amendment, at),
    findAmendment: (merchantId, paymentId) => findAmendment(database, merchantId, paymentId),
    insertDocument: (document, content) => insertDocument(database, document, content),
    listDocuments: (merchantId, paymentId) => listDocuments(database, merchantId, paymentId),
    findDocument: (merchantId, paymentId, id) => findDocument(database, merchantId, paymentId, id),
  };
}

const orderConditions = `p.merchant_id = $1 and p.order_number is not null
  and ($2::text is null or p.currency = $2)
  and ($3::text is null or p.order_number = $3)
  and ($4::text is null or p.order_payment_number = $4)
  and ($5::text is null or p.merchant_reference = $5)
  and ($6::text[] is null or p.state = any ($6))
  and ($7::text[] is null or p.details #>> $7 = $8)
  and ($9::text[] is null or position(lower($10) in lower(p.details #>> $9)) > 0)
  and ($11::timestamptz is null or p.created_at >= $11)
  and ($12::timestamptz is null or p.created_at <= $12)`;

async function listOrders(
  database: Database,
  merchantId: MerchantId,
  filter: OrderFilter,
  position: PagePosition,
): Promise<NumberedPage<Payment>> {
  checkPosition(position);
  const values = [
    merchantId,
    filter.currency ?? null,
    filter.orderNumber ?? null,
    filter.orderPaymentNumber ?? null,
    filter.merchantReference ?? null,
    filter.states ?? null,
    filter.detailEquals?.path ?? null,
    filter.detailEquals?.text ?? null,
    filter.detailContains?.path ?? null,
    filter.detailContains?.text ?? null,
    filter.createdFrom?.toISOString() ?? null,
    filter.createdTo?.toISOString() ?? null,
  ];
  const counted = await database.query<{ count: number }>({
    name: 'count-orders',
    text: `select count(*)::integer as count from payments p where ${orderConditions}`,
    values,
  });
  const { rows } = await database.query<PaymentRow>({
    name: 'list-orders',
    text: `select ${paymentColumns} from payments p left join cards c on c.id = p.card_id
      where ${orderConditions} order by p.created_at desc, p.id desc limit $13 offset $14`,
    values: [...values, position.limit, position.offset],
  });
  return { count: counted.rows[0]?.count ?? 0, rows: rows.map(paymentFromRow) };
}

const refundConditions = `r.merchant_id = $1 and p.order_payment_number is not null and r.number is not null
  and ($2::text is null or p.order_payment_number = $2)
  and ($3::text is null or r.merchant_reference = $3)
  and ($4::timestamptz is null or r.created_at >= $4)
  and ($5::timestamptz is null or r.created_at <= $5)`;

interface ListedRefundRow extends Refund {
  readonly orderPaymentNumber: string;
  readonly currency: Currency;
}

async function listRefunds(
  database: Database,
  merchantId: MerchantId,
  filter: RefundFilter,
  position: PagePosition,
): Promise<NumberedPage<ListedRefund>> {
  checkPosition(position);
  const values = [
    merchantId,
    filter.orderPaymentNumber ?? null,
    filter.merchantReference ?? null,
    filter.createdFrom?.toISOString() ?? null,
    filter.createdTo?.toISOString() ?? null,
  ];
  const counted = await database.query<{ count: number }>({
    name: 'count-refunds',
    text: `select count(*)::integer as count from refunds r join payments p on p.id = r.payment_id where ${refundConditions}`,
    values,
  });
  const { rows } = await database.query<ListedRefundRow>({
    name: 'list-refunds',
    text: `select r.id, r.number, r.payment_id as "paymentId", r.merchant_id as "merchantId", r.amount, r.fee, r.state,
        r.reason, r.merchant_reference as "merchantReference", r.message, r.acquirer_reference as "acquirerReference",
        r.created_at as "createdAt", r.updated_at as "updatedAt", r.refunded_at as "refundedAt",
        p.order_payment_number as "orderPaymentNumber", p.currency
      from refunds r join payments p on p.id = r.payment_id
      where ${refundConditions} order by r.created_at desc, r.id desc limit $6 offset $7`,
    values: [...values, position.limit, position.offset],
  });
  return {
    count: counted.rows[0]?.count ?? 0,
    rows: rows.map(({ orderPaymentNumber, currency, ...refund }) => ({
      refund,
      orderPaymentNumber,
      currency,
    })),
  };
}

function checkPosition({ limit, offset }: PagePosition): void {
  assert(limit > 0 && limit <= 1000 && offset >= 0, 'a page holds 1 to 1000 rows');
}

async function findMerchantOf(database: Database, orderNumber: string): Promise<MerchantId | null> {
  const { rows } = await database.query<{ merchantId: MerchantId }>({
    name: 'find-merchant-of-order',
    text: 'select merchant_id as "merchantId" from payments where order_number = $1',
    values: [orderNumber],
  });
  return rows[0]?.merchantId ?? null;
}

async function isRefundUnderWay(
  database: Database,
  merchantId: MerchantId,
  refundId: string,
): Promise<boolean> {
  const { rows } = await database.query({
    name: 'is-refund-under-way',
    text: `select merchant_id from attempts
      where merchant_id = $1 and refund_id = $2 and state in ('queued', 'sending', 'unknown', 'reversing')`,
    values: [merchantId, refundId],
  });
  return rows.length > 0;
}
