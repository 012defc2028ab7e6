import type { MerchantId, PaymentId, RefundId } from './ids.ts';
import type { MinorUnits } from './money.ts';

/** `refunded` and `failed` are where a refund normally ends; the others are what banks add on the way. */
export type RefundState =
  | 'initiated'
  | 'processing'
  | 'refunded'
  | 'failed'
  | 'reversed'
  | 'on_hold'
  | 'rejected_by_bank';

export interface Refund {
  readonly id: RefundId;
  /** The number by which an order-based dialect calls the refund; null elsewhere. */
  readonly number: string | null;
  readonly paymentId: PaymentId;
  readonly merchantId: MerchantId;
  readonly amount: MinorUnits;
  readonly fee: MinorUnits;
  readonly state: RefundState;
  readonly reason: string | null;
  readonly merchantReference: string | null;
  readonly message: string | null;
  readonly acquirerReference: string | null;
  readonly createdAt: Date;
  readonly updatedAt: Date;
  readonly refundedAt: Date | null;
}
