import { Type } from 'typebox';
import { cardBrands } from '../../../domain/card.ts';
import { oneOf, orNull, textOrNull } from '../../openapi/field-schemas.ts';
import { wireEvents } from '../event-names.ts';
import { amountAsText, currencyCode, id, metadata, moment } from './fields.ts';
import { pageOf } from './schemas.ts';

const wire = Object.values(wireEvents);
/** The core's own types that this wire has no word for; lists show them, webhooks of this format do not. */
const coreEvents = [
  'payment.authentication_required',
  'refund.initiated',
  'refund.processing',
  'refund.failed',
  'refund.reversed',
  'refund.on_hold',
  'refund.rejected_by_bank',
];

const failure = Type.Object(
  {
    code: Type.String(),
    category: oneOf([
      'soft_decline',
      'hard_decline',
      'technical_error',
      'authentication_error',
      'invalid_card_data',
    ]),
    message: Type.String(),
    recommended_action: oneOf([
      'use_different_card',
      'retry_later',
      'authenticate',
      'retry_authentication',
      'check_card_details',
      'contact_support',
    ]),
  },
  { $id: 'Failure' },
);

/** Contract 10.3: what is not known or not given is left out. */
const facts = {
  transaction_id: id('tx_'),
  merchant_id: Type.String(),
  merchant_name: Type.String(),
  amount: amountAsText(),
  amount_refunded: Type.Optional(amountAsText('Given back so far; in payment.refunded only.')),
  currency: currencyCode,
  external_id: Type.Optional(Type.String()),
  payment_method: Type.String(),
  payment_method_id: Type.Optional(id('pmi_', 'When a card was saved, or a saved one charged.')),
  save_card: Type.Optional(Type.Literal(true, { description: 'When the card was saved.' })),
  is_recurring: Type.Boolean(),
  customer_id: Type.Optional(Type.String()),
  email: Type.Optional(Type.String()),
  tel: Type.Optional(Type.String()),
  product_name: Type.Optional(Type.String()),
  card_brand: Type.Optional(oneOf(cardBrands)),
  card_last4: Type.Optional(Type.String({ pattern: '^[0-9]{4}$' })),
  card_country: Type.Optional(Type.String({ pattern: '^[A-Z]{2}$' })),
  card_funding: Type.Optional(oneOf(['credit', 'debit', 'prepaid'])),
  cardholder_name: Type.Optional(Type.String()),
  card_exp_month: Type.Optional(Type.Integer({ minimum: 1, maximum: 12 })),
  card_exp_year: Type.Optional(Type.Integer({ minimum: 1000, maximum: 9999 })),
  error: Type.Optional(failure),
  metadata,
  created_at: moment("The payment's."),
};

/** The body of a webhook of this format. */
export const webhookSchema = Type.Object(
  {
    event: oneOf(wire.map(({ name }) => name)),
    ...facts,
    status: oneOf(
      wire.map(({ status }) => status),
      'succeeded here is completed on the API.',
    ),
    timestamp: moment('When the event happened; the same on every retry.'),
  },
  { $id: 'Webhook' },
);

const eventSchema = {
  id: id('evt_', 'Also the webhook-id of its deliveries in the standard format.'),
  type: oneOf([...wire.map(({ name }) => name), ...coreEvents]),
  sequence: Type.Integer({ minimum: 1, description: 'Counts the events of one payment, without gaps.' }),
  transaction_id: id('tx_'),
  order_id: textOrNull('The OD… of an EximPe order, else null.'),
  created_at: moment(),
  data: Type.Object({
    ...facts,
    status: Type.String(),
    refund: Type.Optional(
      Type.Object({
        id: id('orf_'),
        amount: amountAsText(),
        status: oneOf(['pending', 'succeeded', 'failed']),
        reason: textOrNull(),
        created_at: moment(),
      }),
    ),
  }),
};

export const eventsSchema = pageOf('Events', Type.Object(eventSchema, { $id: 'Event' }));

const deliverySchema = Type.Object(
  {
    id: id('dlv_'),
    endpoint_id: id('whe_'),
    status: oneOf(['pending', 'delivered', 'failed']),
    attempts: Type.Integer({ minimum: 0 }),
    next_attempt_at: orNull(moment()),
    response_status: Type.Unsafe({ type: ['integer', 'null'] }),
    error: textOrNull(),
  },
  { $id: 'Delivery' },
);

export const eventDetailSchema = Type.Object(
  { ...eventSchema, deliveries: Type.Array(deliverySchema) },
  { $id: 'EventDetail' },
);

export const resentSchema = Type.Object(
  { id: id('evt_'), deliveries: Type.Integer({ minimum: 0, description: 'How many are under way again.' }) },
  { $id: 'Resent' },
);

const endpoint = {
  id: id('whe_'),
  url: Type.String(),
  format: oneOf(['zafapay', 'eximpe', 'standard']),
  events: Type.Unsafe({
    type: ['array', 'null'],
    items: { type: 'string' },
    description: "The filter; null for the format's default.",
  }),
  status: oneOf(['enabled', 'disabled']),
  created_at: moment(),
  updated_at: moment(),
};

export const endpointSchema = Type.Object(endpoint, { $id: 'WebhookEndpoint' });

/** The secret is told once; a replay under the same Idempotency-Key masks it. */
export const endpointWithSecretSchema = Type.Object(
  {
    ...endpoint,
    secret: Type.Unsafe({
      type: ['string', 'null'],
      pattern: '^whsec_',
      description: "Told once: keep it. Null for `eximpe`, which signs with the merchant's encryption key.",
    }),
  },
  { $id: 'WebhookEndpointWithSecret' },
);

export const endpointsSchema = Type.Object({ data: Type.Array(endpointSchema) }, { $id: 'WebhookEndpoints' });

export const deletedSchema = Type.Object(
  { id: id('whe_'), deleted: Type.Literal(true) },
  { $id: 'DeletedWebhookEndpoint' },
);

/** Webhooks of the format `standard` (Standard Webhooks 1.0.0). */
export const standardWebhookSchema = Type.Object(
  {
    type: Type.String(),
    timestamp: moment(),
    data: Type.Object({
      transaction_id: id('tx_'),
      order_id: textOrNull(),
      sequence: Type.Integer({ minimum: 1 }),
      status: oneOf([
        'awaiting_card',
        'authenticating',
        'authorizing',
        'authorized',
        'captured',
        'failed',
        'voided',
      ]),
      amount: amountAsText(),
      currency: Type.String({ pattern: '^[A-Z]{3}$' }),
      amount_captured: textOrNull(),
      amount_refunded: textOrNull(),
      capture_method: oneOf(['automatic', 'manual']),
      merchant_reference: textOrNull(),
      customer_id: textOrNull(),
      payment_method_id: textOrNull(),
      initiator: oneOf(['cardholder', 'merchant']),
      card: Type.Union([
        Type.Object({
          brand: oneOf(cardBrands),
          last4: Type.String(),
          exp_month: Type.Integer(),
          exp_year: Type.Integer(),
          country: textOrNull(),
          funding: textOrNull(),
        }),
        Type.Null(),
      ]),
      failure: Type.Union([Type.Object({ reason: Type.String(), message: Type.String() }), Type.Null()]),
      void_cause: textOrNull(),
      refund: Type.Union([
        Type.Object({
          id: id('orf_'),
          refund_id: textOrNull(),
          amount: amountAsText(),
          status: Type.String(),
          reason: textOrNull(),
          merchant_reference: textOrNull(),
          created_at: moment(),
        }),
        Type.Null(),
      ]),
      metadata,
      metadata_omitted: Type.Optional(Type.Literal(true, { description: 'Too large for a webhook.' })),
      created_at: moment(),
    }),
  },
  { $id: 'StandardWebhook' },
);
