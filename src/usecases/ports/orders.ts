import type { Currency } from '../../domain/currency.ts';
import type { MerchantId, PaymentId } from '../../domain/ids.ts';
import type { Payment, PaymentState } from '../../domain/payment.ts';
import type { Refund } from '../../domain/refund.ts';

/** A paper that belongs to an order: its invoice, or the air waybill of a shipment. */
export interface OrderDocument {
  /** 32 lower-case hex characters. */
  readonly id: string;
  readonly paymentId: PaymentId;
  readonly merchantId: MerchantId;
  readonly kind: 'invoice' | 'awb';
  /** The number on the paper. */
  readonly identifier: string;
  readonly mediaType: 'application/pdf' | 'image/jpeg';
  readonly createdAt: Date;
}

export interface OrderFilter {
  readonly currency?: Currency | undefined;
  readonly orderNumber?: string | undefined;
  readonly orderPaymentNumber?: string | undefined;
  readonly merchantReference?: string | undefined;
  /** A part of the buyer's name, in any case. */
  readonly buyerName?: string | undefined;
  readonly mopType?: string | undefined;
  readonly states?: readonly PaymentState[] | undefined;
  /** Both inclusive. */
  readonly createdFrom?: Date | undefined;
  readonly createdTo?: Date | undefined;
}

export interface RefundFilter {
  readonly orderPaymentNumber?: string | undefined;
  readonly merchantReference?: string | undefined;
  readonly createdFrom?: Date | undefined;
  readonly createdTo?: Date | undefined;
}

/** One page of a numbered list, and how many rows there are in all. */
export interface NumberedPage<Row> {
  readonly count: number;
  readonly rows: readonly Row[];
}

export interface PagePosition {
  readonly offset: number;
  readonly limit: number;
}

/** Payments and refunds as order-based dialects list them, newest first, and the papers of orders. */
export interface OrderStore {
  listOrders(merchantId: MerchantId, filter: OrderFilter, page: PagePosition): Promise<NumberedPage<Payment>>;
  listRefunds(
    merchantId: MerchantId,
    filter: RefundFilter,
    page: PagePosition,
  ): Promise<
    NumberedPage<{
      readonly refund: Refund;
      readonly orderPaymentNumber: string;
      readonly currency: Currency;
    }>
  >;
  /** Whose order it is; for addresses that carry a proof instead of credentials. */
  findMerchantOf(orderNumber: string): Promise<MerchantId | null>;
  insertDocument(document: OrderDocument, content: Buffer): Promise<void>;
  listDocuments(merchantId: MerchantId, paymentId: PaymentId): Promise<OrderDocument[]>;
  findDocument(
    merchantId: MerchantId,
    id: string,
  ): Promise<{ readonly document: OrderDocument; readonly content: Buffer } | null>;
}
