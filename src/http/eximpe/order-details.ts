import type { Payment } from '../../domain/payment.ts';
import { type CardMopType, isCardMopType } from './schemas/choices.ts';
import type { InvoiceBody, OrderBody } from './schemas/order-body.ts';

/** What this dialect alone knows of a payment, kept in `payment.details`: the order as it was sent, without its card. */
export interface OrderDetails {
  /** The version that the order was created under, `1.0.0`. */
  readonly api_version: string;
  readonly collection_mode: 'hosted_payment' | 's2s';
  readonly mop_type: CardMopType | null;
  readonly nickname: string | null;
  readonly buyer: OrderBody['buyer'];
  readonly product: OrderBody['product'];
  readonly invoice: InvoiceBody | null;
}

/** The order behind a payment of this dialect; null for payments of others. */
export function orderDetailsOf(payment: Payment): OrderDetails | null {
  // Written by `create-order` and by nobody else.
  return payment.dialect === 'eximpe' ? (payment.details as unknown as OrderDetails) : null;
}

/** Credit or debit card: as the merchant said, else as the card's range says. */
export function mopTypeOf(payment: Payment): CardMopType {
  const sent = orderDetailsOf(payment)?.mop_type;
  if (sent !== undefined && sent !== null && isCardMopType(sent)) return sent;
  return payment.card?.funding === 'debit' || payment.card?.funding === 'prepaid'
    ? 'debit_card'
    : 'credit_card';
}
