import type { Currency } from '../../domain/currency.ts';
import type { MerchantId, PaymentId, RefundId } from '../../domain/ids.ts';
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

/** A text among a payment's `details`, by the names that lead to it. */
export interface DetailText {
  readonly path: readonly string[];
  readonly text: string;
}

export interface OrderFilter {
  readonly currency?: string | undefined;
  readonly orderNumber?: string | undefined;
  readonly orderPaymentNumber?: string | undefined;
  readonly merchantReference?: string | undefined;
  readonly states?: readonly PaymentState[] | undefined;
  readonly detailEquals?: DetailText | undefined;
  /** A part of the text, in any case. */
  readonly detailContains?: DetailText | undefined;
  /** Both inclusive. */
  readonly createdFrom?: Date | undefined;
  readonly createdTo?: Date | undefined;
}

export interface RefundFilter {
  readonly orderPaymentNumber?: string | undefined;
  readonly merchantReference?: string | undefined;
  /** Both inclusive. */
  readonly createdFrom?: Date | undefined;
  readonly createdTo?: Date | undefined;
}

export interface PagePosition {
  readonly offset: number;
  readonly limit: number;
}

/** One page of a numbered list, and how many rows there are in all. */
export interface NumberedPage<Row> {
  readonly count: number;
  readonly rows: readonly Row[];
}

/** A refund with what its own row does not say. */
export interface ListedRefund {
  readonly refund: Refund;
  readonly orderPaymentNumber: string;
  readonly currency: Currency;
}

/** What was told of an order after it was made: texts by name, in the words of its dialect. */
export type OrderAmendment = Readonly<Record<string, string>>;

/** Orders and their refunds as numbered pages, newest first, and the papers of orders. */
export interface OrderStore {
  listOrders(
    merchantId: MerchantId,
    filter: OrderFilter,
    position: PagePosition,
  ): Promise<NumberedPage<Payment>>;
  listRefunds(
    merchantId: MerchantId,
    filter: RefundFilter,
    position: PagePosition,
  ): Promise<NumberedPage<ListedRefund>>;
  /** Whose order it is; for addresses that carry a proof instead of credentials. */
  findMerchantOf(orderNumber: string): Promise<MerchantId | null>;
  /** Whether the acquirer still owes the answer to this refund. */
  isRefundUnderWay(merchantId: MerchantId, refundId: RefundId): Promise<boolean>;
  /** Later texts replace earlier ones of the same name. The order itself is not touched. */
  amendOrder(
    merchantId: MerchantId,
    paymentId: PaymentId,
    amendment: OrderAmendment,
    at: Date,
  ): Promise<void>;
  /** Empty when nothing was amended. */
  findAmendment(merchantId: MerchantId, paymentId: PaymentId): Promise<OrderAmendment>;
  /** A document that is there already under its id stays as it is. */
  insertDocument(document: OrderDocument, content: Buffer): Promise<void>;
  /** Oldest first. */
  listDocuments(merchantId: MerchantId, paymentId: PaymentId): Promise<OrderDocument[]>;
  findDocument(
    merchantId: MerchantId,
    paymentId: PaymentId,
    id: string,
  ): Promise<{ readonly document: OrderDocument; readonly content: Buffer } | null>;
}
