import { Type } from 'typebox';
import { pageQuery } from '../pagination.ts';

const text = Type.Optional(Type.String({ maxLength: 255 }));

/** Filters of `GET /pg/payments/` (section 8.5), and of our own `GET /pg/orders/`. */
export const paymentsQuery = Type.Object({
  ...pageQuery,
  currency: text,
  merchant_id: text,
  payment_id: text,
  order_id: text,
  reference_id: text,
  buyer_name: text,
  mop_type: text,
  status: text,
  from_created_at: text,
  to_created_at: text,
});

/** Filters of `GET /pg/refunds/` (section 11.2). */
export const refundsQuery = Type.Object({
  ...pageQuery,
  payment_id: text,
  reference_id: text,
  merchant_id: text,
  from_date: text,
  to_date: text,
});
