import { type Static, Type } from 'typebox';
import { amountSchema } from '../../edge/amount-schema.ts';
import { customerIdPattern, optionalFlag, optionalText } from './fields.ts';

/** `POST /v1/payments` (contract 6.1). Unknown fields are ignored; older integrations send some. */
export const createPaymentBody = Type.Object({
  amount: amountSchema('number', { description: 'Major units, at most two decimals.' }),
  currency: Type.String({ pattern: '^[A-Za-z]{3}$', description: 'Three letters, any case.' }),
  // Not null: a page that lost its token must not silently get a hosted checkout.
  token: Type.Optional(Type.String({ minLength: 1, maxLength: 100 })),
  payment_method_id: Type.Optional(Type.String({ minLength: 1, maxLength: 100 })),
  return_url: optionalText({ maxLength: 2048 }),
  external_id: optionalText({ maxLength: 255 }),
  capture_method: Type.Optional(
    Type.Unsafe<'automatic' | 'manual' | null>({ enum: ['automatic', 'manual', null] }),
  ),
  customer_id: optionalText({ minLength: 1, maxLength: 255, pattern: customerIdPattern }),
  save_card: optionalFlag('Save the card once the payment completes.'),
  flow_id: optionalText({ minLength: 1, maxLength: 100 }),
  payment_method: Type.Optional(
    Type.Unsafe<string | { readonly type?: unknown; readonly token?: unknown } | null>({
      type: ['string', 'object', 'null'],
      description: '`"card"` or `{ "type": "card" }`.',
    }),
  ),
  metadata: Type.Optional(Type.Unsafe<Record<string, unknown> | null>({ type: ['object', 'null'] })),
  name: optionalText({ maxLength: 255, description: "The cardholder's name." }),
  email: optionalText({ maxLength: 255 }),
  tel: optionalText({ maxLength: 64 }),
  product_name: optionalText({ maxLength: 255 }),
});

export type CreatePaymentBody = Static<typeof createPaymentBody>;
