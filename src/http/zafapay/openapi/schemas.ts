import { type TSchema, Type } from 'typebox';
import { cardBrands } from '../../../domain/card.ts';
import { oneOf, orNull, textOrNull } from '../../openapi/field-schemas.ts';
import { paymentStatuses } from '../views/payment-status.ts';
import { errorObjectSchema } from './errors.ts';
import { amountAsNumber, amountAsText, currencyCode, id, metadata, moment } from './fields.ts';

/** The schemas of what `views/` writes; a test run checks every answer against them. */

export const paymentStatus = Type.Unsafe({
  $id: 'PaymentStatus',
  type: 'string',
  enum: [...paymentStatuses],
  description:
    'pending: the customer has still to act, or the outcome is not known yet. requires_action: waits for 3-D Secure. authorized: waits for capture. failed, canceled and refunded are final.',
});

const brand = oneOf(cardBrands);
const month = Type.Integer({ minimum: 1, maximum: 12 });
const year = Type.Integer({ minimum: 1000, maximum: 9999 });

/** Contract 5.1. */
export const tokenSchema = Type.Object(
  {
    id: id('tok_', 'Good for one payment, for thirty minutes.'),
    card: Type.Object({
      bin: Type.String({ pattern: '^[0-9]{6}$', description: 'The first six digits.' }),
      last4: Type.String({ pattern: '^[0-9]{4}$' }),
      brand,
      exp_month: month,
      exp_year: year,
    }),
    connector_id: id('conn_'),
    created_at: moment(),
    expires_at: moment(),
  },
  { $id: 'Token' },
);

const createdPayment = {
  id: id('req_', 'The payment request.'),
  transaction_id: id('tx_', 'The transaction: what captures, refunds and webhooks speak of.'),
  status: paymentStatus,
  amount: amountAsNumber(),
  currency: currencyCode,
  external_id: textOrNull('Your own id of the order.'),
  metadata,
  flow_id: Type.String(),
  payment_type: oneOf(
    ['single', 'initial', 'recurring', 'token'],
    'single and initial: hosted checkout, without and with saving the card. token: server to server. recurring: a saved card.',
  ),
  payment_method_id: Type.Optional(id('pmi_', 'The saved card.')),
  payment_url: Type.Optional(Type.String({ description: 'Hosted checkout: send the customer there.' })),
  redirect_url: Type.Optional(
    Type.String({ description: 'Beside requires_action: send the customer there.' }),
  ),
  created_at: moment(),
};

/** Contract 6.1. */
export const createdPaymentSchema = Type.Object(createdPayment, { $id: 'CreatedPayment' });

export const errorCode = orNull(
  oneOf(
    [
      'card_declined',
      'insufficient_funds',
      'processing_error',
      'issuer_unavailable',
      'authentication_required',
      'authentication_failed',
      'expired_card',
      'incorrect_number',
      'incorrect_cvc',
      'lost_card',
      'stolen_card',
      'do_not_honor',
      'fraud_suspected',
      'unknown_error',
    ],
    'Why a payment failed; null while it has not.',
  ),
);

export const failedPaymentSchema = Type.Object(
  {
    ...createdPayment,
    status: oneOf(['failed']),
    error_code: errorCode,
    error: errorObjectSchema,
  },
  { $id: 'FailedPayment' },
);

const paymentRefund = Type.Object({
  id: id('orf_'),
  amount: amountAsText(),
  status: oneOf(['pending', 'succeeded', 'failed']),
  reason: textOrNull(),
  created_at: moment(),
});

/** Contract 6.2. */
export const paymentSchema = Type.Object(
  {
    id: id('tx_'),
    request_id: id('req_'),
    status: paymentStatus,
    amount: amountAsText(),
    currency: currencyCode,
    capture_method: oneOf(['automatic', 'manual']),
    external_id: textOrNull('Your own id of the order.'),
    payment_method: textOrNull('`card`; null until a card was presented.'),
    amount_refunded: amountAsText('Given back so far; `"0"` before the first refund.'),
    original_amount: textOrNull('Nothing is converted here: null.'),
    original_currency: textOrNull(),
    applied_rate: textOrNull(),
    card_brand: orNull(brand),
    card_last4: Type.Unsafe({ type: ['string', 'null'], pattern: '^[0-9]{4}$' }),
    cardholder_name: textOrNull(),
    card_exp_month: orNull(month),
    card_exp_year: orNull(year),
    card_country: Type.Unsafe({
      type: ['string', 'null'],
      pattern: '^[A-Z]{2}$',
      description: 'Of the issuer, ISO 3166-1 alpha-2.',
    }),
    card_funding: orNull(oneOf(['credit', 'debit', 'prepaid'])),
    payment_method_id: Type.Unsafe({ type: ['string', 'null'], pattern: '^pmi_[0-9A-Za-z]+$' }),
    is_recurring: Type.Boolean(),
    customer_id: textOrNull('Your own id of the customer.'),
    email: textOrNull(),
    tel: textOrNull(),
    product_name: textOrNull(),
    error_code: errorCode,
    refunds: Type.Array(paymentRefund),
    metadata,
    created_at: moment(),
    updated_at: moment(),
  },
  { $id: 'Payment' },
);

/** Contract 6.3 and 6.4. */
export const followUpSchema = Type.Object(
  {
    id: id('tx_'),
    status: paymentStatus,
    amount: amountAsNumber("The payment's amount, which a partial capture makes smaller."),
  },
  { $id: 'FollowUp' },
);

/** Contract 6.5. */
export const refundSchema = Type.Object(
  {
    id: id('orf_'),
    transaction_id: id('tx_'),
    amount: amountAsText(),
    status: oneOf(['pending', 'succeeded', 'failed']),
    psp_refund_id: textOrNull("The acquirer's own id; null until it has given one."),
    refund_fee: amountAsText(),
  },
  { $id: 'Refund' },
);

/** Contract 9.2. */
const paymentMethodSchema = Type.Object(
  {
    id: id('pmi_'),
    type: oneOf(['card']),
    connector_id: id('conn_'),
    card: Type.Object({ brand, last4: Type.String(), exp_month: month, exp_year: year }),
    is_default: Type.Boolean(),
    status: oneOf(['active', 'blocked']),
    blocked_reason: textOrNull(),
    created_at: moment(),
  },
  { $id: 'PaymentMethod' },
);

export const paymentMethodsSchema = Type.Object(
  { customer_id: Type.String(), payment_methods: Type.Array(paymentMethodSchema) },
  { $id: 'PaymentMethods' },
);

export const paymentMethodStatusSchema = Type.Object(
  {
    id: id('pmi_'),
    status: oneOf(['active', 'blocked', 'detached']),
    blocked_reason: Type.Optional(Type.String({ description: 'Beside blocked only.' })),
    updated_at: moment(),
  },
  { $id: 'PaymentMethodStatus' },
);

/** A page of a list, newest first. */
export function pageOf(name: string, row: TSchema) {
  return Type.Object(
    {
      data: Type.Array(row),
      next_cursor: textOrNull('Send it as `cursor` for the next page; null on the last.'),
    },
    { $id: name },
  );
}
