import { type Static, Type } from 'typebox';
import { amountSchema } from '../../edge/amount-schema.ts';
import { customerIdPattern, optionalFlag, optionalText } from './fields.ts';

/** `POST /v1/payments` (contract 6.1). Unknown fields are ignored; older integrations send some. */
export const createPaymentBody = Type.Object({
  amount: amountSchema('number', { description: 'Major units, at most two decimals.' }),
  currency: Type.String({ pattern: '^[A-Za-z]{3}$', description: 'Three letters, any case.' }),
  // Not null: a page that lost its token must not silently get a hosted checkout.
  token: Type.Optional(
    Type.String({ minLength: 1, maxLength: 100, description: 'Server to server: the card, `tok_…`.' }),
  ),
  payment_method_id: Type.Optional(
    Type.String({
      minLength: 1,
      maxLength: 100,
      description: 'A saved card of the customer, `pmi_…`; charged without the customer.',
    }),
  ),
  return_url: optionalText({
    maxLength: 2048,
    description: 'With `token`: where the customer lands after 3-D Secure, with `status` in the query.',
  }),
  external_id: optionalText({
    maxLength: 255,
    description: 'Your own id of the order; comes back in answers and webhooks.',
  }),
  capture_method: Type.Optional(
    Type.Unsafe<'automatic' | 'manual' | null>({
      enum: ['automatic', 'manual', null],
      description: "`manual` holds the amount until you capture it; the flow's setting without it.",
    }),
  ),
  customer_id: optionalText({
    minLength: 1,
    maxLength: 255,
    pattern: customerIdPattern,
    description: 'Your own id of the customer; needed with `save_card` and `payment_method_id`.',
  }),
  save_card: optionalFlag('Save the card once the payment completes.'),
  flow_id: optionalText({ minLength: 1, maxLength: 100, description: 'Your default flow without it.' }),
  payment_method: Type.Optional(
    Type.Unsafe<string | { readonly type?: unknown; readonly token?: unknown } | null>({
      type: ['string', 'object', 'null'],
      description: '`"card"` or `{ "type": "card" }`.',
    }),
  ),
  metadata: Type.Optional(
    Type.Unsafe<Record<string, unknown> | null>({
      type: ['object', 'null'],
      description: 'Yours: at most 50 keys with texts, numbers, true, false or null; 8 KiB in all.',
    }),
  ),
  name: optionalText({ maxLength: 255, description: "The cardholder's name." }),
  email: optionalText({ maxLength: 255, description: "The customer's." }),
  tel: optionalText({ maxLength: 64, description: "The customer's." }),
  product_name: optionalText({ maxLength: 255, description: 'Shown at checkout.' }),
});

export type CreatePaymentBody = Static<typeof createPaymentBody>;
