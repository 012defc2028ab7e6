import type { Payment } from '../../../domain/payment.ts';

/** The bank's reference of a captured card payment, `{order_id}-{payment_id}` (section 4); null before. */
export function bankReferenceOf(payment: Payment): string | null {
  if (payment.status.state !== 'captured') return null;
  return `${payment.orderNumber ?? payment.id}-${payment.orderPaymentNumber ?? payment.id}`;
}
