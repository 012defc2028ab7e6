import { type TSchema, Type } from 'typebox';
import { oneOf, orNull, textLike, textOrNull } from '../../openapi/field-schemas.ts';
import { cardMopTypes } from '../schemas/choices.ts';

const microseconds = '^\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}:\\d{2}\\.\\d{6}Z$';

/** `2026-03-04T09:14:02.118000Z`: UTC, always with microseconds. */
export const moment: TSchema = Type.String({ format: 'date-time', pattern: microseconds });
export const momentOrNull: TSchema = Type.Unsafe({
  type: ['string', 'null'],
  format: 'date-time',
  pattern: microseconds,
});

export const orderId = textLike('^OD[0-9]{10}$');
export const paymentId = textLike('^PR[0-9]{10}$');
export const refundId = textLike('^RF[0-9]{10}$');

/** Rupees with two decimals. */
export const amountAsText = textLike('^[0-9]+\\.[0-9]{2}$', 'Rupees, with two decimals.');
export const amountAsNumber = Type.Number({ minimum: 0, description: 'Rupees, in their shortest form.' });

export const mopType = oneOf(cardMopTypes);
export const bankReference = textOrNull("The bank's reference, `{order_id}-{payment_id}`; null before.");
export const declineCode = orNull(
  oneOf(
    ['CARD_DECLINED', 'INSUFFICIENT_FUNDS', 'EXPIRED_CARD', 'INVALID_CVV', '3DS_FAILED', 'NETWORK_ERROR'],
    'Why the payment failed; null while it has not.',
  ),
);

/** The envelope of every success but the refund list. */
export function envelope(name: string, message: string, payload: TSchema) {
  return Type.Object(
    { success: Type.Literal(true), message: Type.Literal(message), data: payload },
    { $id: name },
  );
}
