import { type TSchema, Type } from 'typebox';
import { cardBrands } from '../../../domain/card.ts';
import { oneOf, orNull, textLike, textOrNull } from '../../openapi/field-schemas.ts';
import { collectionModes, goodsTypes, networks } from '../schemas/choices.ts';
import {
  amountAsNumber,
  amountAsText,
  bankReference,
  declineCode,
  envelope,
  moment,
  momentOrNull,
  mopType,
  orderId,
  paymentId,
  refundId,
} from './fields.ts';

/** The schemas of what `views/` writes; a test run checks every answer against them. */

const orderStatus = oneOf(['payment_pending', 'payment_successful', 'failed']);
const paymentStatus = oneOf(['pending', 'captured', 'failed']);
const statusMessage = textOrNull('In words; null while nothing is to tell.');
const currency = Type.Literal('INR');

/** Contract 5.7. */
export const createdOrderSchema = envelope(
  'CreatedOrder',
  'S2S Card Payment Request created successfully',
  Type.Object({
    order_id: orderId,
    acs_template: Type.Optional(
      textLike(
        '^[0-9A-Za-z+/]+=*$',
        'Base64 of a page that leads the customer to the issuer. Left out when nothing is to be shown: then read the status.',
      ),
    ),
  }),
);

export const pendingOrderSchema = envelope(
  'PendingOrder',
  'S2S Card Payment Request created successfully',
  Type.Object({ order_id: orderId, status: Type.Literal('payment_pending') }),
);

export const createdSessionSchema = envelope(
  'CreatedSession',
  'Checkout session created successfully',
  Type.Object({
    session_id: textLike('^[0-9a-f]{64}$'),
    order_id: orderId,
    checkout_url: Type.String({ description: 'Send the customer there; lives 15 minutes.' }),
  }),
);

/** Contract 8.1. */
const statusView = Type.Object(
  {
    order_id: orderId,
    status: orderStatus,
    status_message: statusMessage,
    amount: amountAsText,
    currency,
    reference_id: Type.String(),
    created_at: moment,
    updated_at: moment,
  },
  { $id: 'OrderStatus' },
);

export const orderStatusSchema = envelope(
  'OrderStatusAnswer',
  'Order status fetched successfully',
  statusView,
);

const buyer = Type.Object(
  {
    name: textOrNull(),
    email: textOrNull(),
    phone: textOrNull(),
    address: Type.Object({
      line_1: textOrNull(),
      line_2: textOrNull(),
      city: textOrNull(),
      state: textOrNull(),
      postal_code: textOrNull(),
    }),
    pan_number: textOrNull("The buyer's tax number."),
    dob: textOrNull(),
  },
  { $id: 'Buyer' },
);

const invoice = Type.Object(
  { number: textOrNull(), date: textOrNull(), file: textOrNull('Where the file is; with credentials.') },
  { $id: 'Invoice' },
);

const settlement = Type.Object(
  { status: Type.Literal('pending'), message: Type.Null(), settlement_details: Type.Null() },
  { $id: 'Settlement', description: "Settlement is the acquirer's with you; nothing of it passes here." },
);

const order = {
  order_id: orderId,
  reference_id: Type.String(),
  amount: amountAsText,
  currency,
  opted_mop_type: mopType,
  mop_type: mopType,
  buyer,
  product: Type.Object({
    name: textOrNull(),
    description: textOrNull(),
    hs_code: textOrNull(),
    hs_code_description: textOrNull(),
    type_of_goods: orNull(oneOf(goodsTypes)),
  }),
  invoice,
  air_waybills: Type.Array(Type.Object({ number: Type.String(), file: Type.String() })),
  status: orderStatus,
  status_message: statusMessage,
  created_at: moment,
};

const orderDetail = Type.Object(
  {
    ...order,
    payments: Type.Array(
      Type.Object({
        payment_id: paymentId,
        mop_type: mopType,
        status: paymentStatus,
        status_message: statusMessage,
        error_code: declineCode,
        settlement,
        created_at: moment,
      }),
    ),
    is_testing: Type.Boolean(),
  },
  { $id: 'Order' },
);

/** Contract 8.2 and 8.4. */
export const orderSchema = envelope('OrderAnswer', 'Order fetched successfully', orderDetail);
export const uploadedSchema = envelope('UploadedDocuments', 'Documents uploaded successfully', orderDetail);

/** Contract 8.3: an envelope inside an envelope. */
export const patchedOrderSchema = envelope(
  'UpdatedOrder',
  'Order updated successfully',
  Type.Object({
    success: Type.Literal(true),
    message: Type.Literal('Order updated successfully'),
    data: Type.Object({ order_id: orderId, buyer, invoice }),
  }),
);

function paginator(row: TSchema) {
  const link = textOrNull('An absolute address, or null.');
  return {
    count: Type.Integer({ minimum: 0, description: 'All that match.' }),
    page: Type.Integer({ minimum: 1 }),
    page_size: Type.Integer({ minimum: 1 }),
    next: link,
    previous: link,
    results: Type.Array(row),
  };
}

/** Ours; the real API cannot list orders. */
export const ordersSchema = envelope(
  'Orders',
  'Orders retrieved successfully',
  Type.Object(paginator(statusView)),
);

/** Contract 8.5. */
const paymentRow = Type.Object(
  {
    payment_id: paymentId,
    merchant: Type.Object({ id: Type.String(), name: Type.String() }),
    reference_id: Type.String(),
    buyer: Type.Object({ name: textOrNull(), email: textOrNull(), phone: textOrNull() }),
    order_id: orderId,
    invoice_number: textOrNull(),
    amount: Type.Object({ amount: amountAsText, total_amount: amountAsText, currency }),
    created_at: moment,
    comment: Type.Null(),
    mop_type: mopType,
    status: paymentStatus,
  },
  { $id: 'PaymentRow' },
);

export const paymentsSchema = envelope(
  'Payments',
  'Domestic payment requests retrieved successfully',
  Type.Object(paginator(paymentRow)),
);

const refundStatus = oneOf([
  'initiated',
  'processing',
  'refunded',
  'failed',
  'reversed',
  'on_hold',
  'bank_rejected_refund',
]);

const refundRow = {
  refund_id: refundId,
  refund_amount: amountAsNumber,
  refund_status: refundStatus,
  refunded_at: momentOrNull,
  message: Type.String(),
  payment_id: paymentId,
};

const refundDetail = Type.Object(
  { ...refundRow, bank_ref_num: textOrNull(), reference_id: textOrNull(), created_at: moment },
  { $id: 'Refund' },
);

export const paymentSchema = envelope(
  'PaymentAnswer',
  'Domestic payment request details retrieved successfully',
  Type.Object(
    {
      payment_id: paymentId,
      order: Type.Object(order),
      settlement,
      refund: Type.Array(refundDetail),
      collection_mode: oneOf(collectionModes),
      mop_type: mopType,
      bank_ref_num: bankReference,
      mop_detail: Type.Union([
        Type.Object({
          card_mask: textLike('^X{8,15}[0-9]{4}$', 'An X for every digit but the last four.'),
          card_holder_name: textOrNull(),
          card_issuer_country: textOrNull(),
          card_issuer_bank: textOrNull(),
        }),
        Type.Null(),
      ]),
      payment_completed_at: momentOrNull,
      status: paymentStatus,
      status_message: statusMessage,
      error_code: declineCode,
      created_date: moment,
    },
    { $id: 'Payment' },
  ),
);

/** Contract 10. */
export const savedCardSchema = envelope(
  'SavedCard',
  'Card details saved successfully',
  Type.Object({
    card_label: Type.String({ description: 'The nickname, or what may be shown of the card.' }),
    card_token: textLike('^[0-9a-f]{22}$'),
  }),
);

export const cardsSchema = envelope(
  'Cards',
  'Card details fetched successfully',
  Type.Array(
    Type.Object({
      card_token: textLike('^[0-9a-f]{22}$'),
      identifier: Type.String(),
      cardholder_name: textOrNull(),
      nickname: textOrNull(),
      card_type: mopType,
      network: oneOf(cardBrands),
      masked_pan: textLike('^X{8,15}[0-9]{4}$'),
      expiry_month: Type.Integer({ minimum: 1, maximum: 12 }),
      expiry_year: Type.Integer({ minimum: 1000, maximum: 9999 }),
    }),
  ),
);

export const deletedCardSchema = envelope(
  'DeletedCard',
  'Card details deleted successfully',
  Type.Object({}),
);

/** Contract 11. */
export const createdRefundSchema = envelope(
  'CreatedRefund',
  'Refund request processed successfully',
  Type.Object({
    refund_id: refundId,
    payment_id: paymentId,
    refund_status: refundStatus,
    message: Type.String(),
    transaction_id: Type.String(),
    bank_ref_num: textOrNull(),
    refund_amount: amountAsText,
  }),
);

export const refundSchema = envelope('RefundAnswer', 'Refund details retrieved successfully', refundDetail);

/** The paginator without an envelope. */
export const refundsSchema = Type.Object(paginator(Type.Object(refundRow)), { $id: 'Refunds' });

export const simulatedRefundSchema = envelope(
  'SimulatedRefund',
  'Refund status updated successfully',
  Type.Object({
    refund_id: refundId,
    payment_id: paymentId,
    refund_amount: amountAsText,
    refund_status: refundStatus,
    refunded_at: momentOrNull,
    message: Type.String(),
    settlement_details: Type.Object({}),
    reference_id: textOrNull(),
    created_at: moment,
  }),
);

/** Contract 12. */
export const binSchema = envelope(
  'Bin',
  'BIN lookup successful',
  Type.Object({
    bank: Type.String({ description: 'Lower case; `unknown` where nothing is known.' }),
    network: oneOf([...new Set([...networks, ...cardBrands])]),
    card_type: mopType,
    is_domestic: Type.Boolean(),
  }),
);
