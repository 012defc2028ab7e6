import { Type } from 'typebox';
import { amountSchema } from '../../edge/amount-schema.ts';
import { optionalText } from './fields.ts';

/** `POST /v1/payments/{id}/capture` (contract 6.3). A null amount is refused: it must not read as "everything". */
export const captureBody = Type.Object({
  amount: Type.Optional(amountSchema('number', { description: 'Omitted: the whole amount.' })),
});

/** `POST /v1/payments/{id}/refund` (contract 6.5). */
export const refundBody = Type.Object({
  amount: Type.Optional(amountSchema('number', { description: 'Omitted: all that is left.' })),
  currency: optionalText({ maxLength: 3, pattern: '^[A-Za-z]{3}$', description: "The payment's own." }),
  reason: optionalText({ maxLength: 500, description: 'For your records.' }),
});

/** `POST /v1/customers/payment-methods/{id}/block` (contract 9.2). */
export const blockBody = Type.Object({
  reason: Type.String({ minLength: 1, maxLength: 500, description: 'For your records.' }),
});
