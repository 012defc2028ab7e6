import type { MerchantId, PaymentId, RefundId } from '../domain/ids.ts';
import type { Refund } from '../domain/refund.ts';
import type { Database } from './database.ts';

export const refundColumns = `id, number, payment_id as "paymentId", merchant_id as "merchantId", amount, fee, state, reason,
  merchant_reference as "merchantReference", message, acquirer_reference as "acquirerReference", created_at as "createdAt",
  updated_at as "updatedAt", refunded_at as "refundedAt"`;

/** The merchant's refund of that id or number. */
export async function findRefund(
  database: Database,
  merchantId: MerchantId,
  name: { readonly id: RefundId } | { readonly number: string },
): Promise<Refund | null> {
  const [column, value] = 'id' in name ? ['id', name.id] : ['number', name.number];
  const { rows } = await database.query<Refund>({
    name: `find-refund-by-${column}`,
    text: `select ${refundColumns} from refunds where merchant_id = $1 and ${column} = $2`,
    values: [merchantId, value],
  });
  return rows[0] ?? null;
}

/** The refunds of one payment, oldest first. */
export async function listRefundsOf(
  database: Database,
  merchantId: MerchantId,
  paymentId: PaymentId,
): Promise<Refund[]> {
  const { rows } = await database.query<Refund>({
    name: 'list-refunds-of',
    text: `select ${refundColumns} from refunds where merchant_id = $1 and payment_id = $2 order by created_at, id`,
    values: [merchantId, paymentId],
  });
  return rows;
}

/** The refunds of several payments, oldest first. */
export async function listRefundsOfMany(
  database: Database,
  merchantId: MerchantId,
  paymentIds: readonly PaymentId[],
): Promise<Refund[]> {
  const { rows } = await database.query<Refund>({
    name: 'list-refunds-of-many',
    text: `select ${refundColumns} from refunds where merchant_id = $1 and payment_id = any ($2) order by created_at, id`,
    values: [merchantId, paymentIds],
  });
  return rows;
}
