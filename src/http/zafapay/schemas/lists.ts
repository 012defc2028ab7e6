import { Type } from 'typebox';
import { paymentStatuses } from '../views/payment-status.ts';

const pageQuery = {
  limit: Type.Optional(Type.String({ pattern: '^[0-9]{1,3}$', description: '1 to 100, 20 unless told.' })),
  cursor: Type.Optional(Type.String({ maxLength: 200, description: 'next_cursor of the page before.' })),
};

/** `GET /v1/events`. */
export const listEventsQuery = Type.Object(pageQuery);

/** `GET /v1/payments`. */
export const listPaymentsQuery = Type.Object({
  ...pageQuery,
  external_id: Type.Optional(Type.String({ minLength: 1, maxLength: 255 })),
  status: Type.Optional(Type.Unsafe<(typeof paymentStatuses)[number]>({ enum: [...paymentStatuses] })),
  customer_id: Type.Optional(Type.String({ minLength: 1, maxLength: 255 })),
  created_after: Type.Optional(
    Type.String({ maxLength: 40, description: 'ISO 8601 with a zone; later ones only.' }),
  ),
});
