import type { MerchantId, PaymentId } from '../domain/ids.ts';
import type { OrderAmendment } from '../usecases/ports/orders.ts';
import type { Database } from './database.ts';

export async function amendOrder(
  database: Database,
  merchantId: MerchantId,
  paymentId: PaymentId,
  amendment: OrderAmendment,
  at: Date,
): Promise<void> {
  await database.query({
    name: 'amend-order',
    text: `insert into order_amendments (payment_id, merchant_id, amendment, updated_at) values ($1, $2, $3, $4)
      on conflict (payment_id) do update set amendment = order_amendments.amendment || excluded.amendment,
        updated_at = excluded.updated_at
      where order_amendments.merchant_id = excluded.merchant_id
      returning sallyport_own(merchant_id, $2)`,
    values: [paymentId, merchantId, JSON.stringify(amendment), at.toISOString()],
  });
}

export async function findAmendment(
  database: Database,
  merchantId: MerchantId,
  paymentId: PaymentId,
): Promise<OrderAmendment> {
  const { rows } = await database.query<{ amendment: OrderAmendment }>({
    name: 'find-order-amendment',
    text: 'select merchant_id, amendment from order_amendments where merchant_id = $1 and payment_id = $2',
    values: [merchantId, paymentId],
  });
  return rows[0]?.amendment ?? {};
}
