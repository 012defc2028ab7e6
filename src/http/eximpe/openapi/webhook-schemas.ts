import { type TSchema, Type } from 'typebox';
import { oneOf, textLike, textOrNull } from '../../openapi/field-schemas.ts';
import { amountAsNumber, momentOrNull } from './fields.ts';

const eventTime = textLike(
  '^\\d{4}-\\d{2}-\\d{2}[ T]\\d{2}:\\d{2}:\\d{2}(\\.\\d{6}Z)?$',
  'UTC without a zone; ISO 8601 with microseconds for orders made under version 2.',
);
/** Payments of the other dialect are called by their own id. */
const orderId = textLike('^(OD[0-9]{10}|tx_[0-9A-Za-z]+)$');
const paymentId = textLike('^(PR[0-9]{10}|tx_[0-9A-Za-z]+)$');

function envelope(name: string, event: string, payload: TSchema): TSchema {
  return Type.Object(
    {
      data: payload,
      event_time: eventTime,
      event_type: Type.Literal(event),
      sequence_number: Type.String({
        format: 'uuid',
        description: 'The same on every try: what to know repetitions by.',
      }),
      version: oneOf(['1.0', '1.0.0', '2.0.0']),
    },
    { $id: name },
  );
}

/** Contract 13.3: lower-case values, or upper where the account or version 2 wants them. */
const payment = {
  amount: amountAsNumber,
  merchant_reference_id: textOrNull('Your reference of the order.'),
  message: Type.String(),
  mop_type: oneOf(['credit_card', 'debit_card', 'CREDIT_CARD', 'DEBIT_CARD']),
  order_id: orderId,
  payment_completed_at: momentOrNull,
  payment_id: paymentId,
  subscription_id: Type.Null(),
  utr: Type.Null(),
  virtual_account_id: Type.Null(),
};

export const paymentSuccessfulSchema = envelope(
  'PaymentSuccessful',
  'PAYMENT_SUCCESSFUL',
  Type.Object({
    ...payment,
    bank_ref_num: Type.String(),
    card_token: Type.Optional(Type.String({ description: 'When the payment saved its card.' })),
    extended_status: Type.Literal('SUCCESS'),
    masked_pan: Type.Optional(textOrNull()),
    payment_message: Type.Null(),
    status: oneOf(['captured', 'CAPTURED']),
  }),
);

export const paymentFailedSchema = envelope(
  'PaymentFailed',
  'PAYMENT_FAILED',
  Type.Object({
    ...payment,
    bank_ref_num: Type.Null(),
    extended_status: Type.Literal('FAILED'),
    payment_message: textOrNull('The reason as a code.'),
    status: oneOf(['failed', 'FAILED']),
  }),
);

const refund = {
  bank_arn: textOrNull(),
  comments: textOrNull(),
  order_id: orderId,
  order_reference_id: textOrNull(),
  payment_id: paymentId,
  refund_amount: amountAsNumber,
  refund_completed_at: momentOrNull,
  refund_id: textLike('^(RF[0-9]{10}|orf_[0-9A-Za-z]+)$'),
  refund_reference_id: textLike('^[0-9a-f]{32}$'),
};

const refundsOf = (more: Record<string, TSchema> = {}) =>
  Type.Object({ refunds: Type.Array(Type.Object({ ...refund, ...more }), { minItems: 1, maxItems: 1 }) });

/** Contract 13.4. */
export const paymentRefundedSchema = envelope(
  'PaymentRefunded',
  'PAYMENT_REFUNDED',
  refundsOf({ amount: amountAsNumber, payment_request_id: paymentId }),
);
export const refundFailedSchema = envelope('RefundFailed', 'REFUND_FAILED', refundsOf());
export const refundStatusUpdateSchema = envelope(
  'RefundStatusUpdate',
  'REFUND_STATUS_UPDATE',
  refundsOf({ refund_status: oneOf(['PROCESSING', 'REVERSED', 'ON_HOLD', 'BANK_REJECTED_REFUND']) }),
);

/** Contract 13.5: flat. */
export const disputeUpdatedSchema = Type.Object(
  {
    chargeback_amount: amountAsNumber,
    chargeback_id: textLike('^CB[0-9]{10}$'),
    chargeback_status: Type.Literal('NEW'),
    chargeback_type: Type.String(),
    event_type: Type.Literal('DISPUTE_UPDATED'),
    order_id: orderId,
    payment_id: paymentId,
    raised_on: Type.String(),
    reason_description: Type.String(),
    reply_before: Type.Null(),
  },
  { $id: 'DisputeUpdated' },
);
