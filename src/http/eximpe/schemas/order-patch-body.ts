import { type Static, Type } from 'typebox';
import { type LenientMembers, readLeniently, text, upperCase } from '../lenient-body.ts';

const isoDate = '^[0-9]{4}-[0-9]{2}-[0-9]{2}$';

/** `PATCH /pg/orders/{order_id}/` (section 8.3): what may still be told of an order. */
export const orderPatchBody = Type.Object({
  buyer: Type.Optional(
    Type.Object({
      pan_number: Type.Optional(Type.String({ pattern: '^[A-Z]{5}[0-9]{4}[A-Z]$' })),
      dob: Type.Optional(Type.String({ pattern: isoDate })),
    }),
  ),
  invoice: Type.Optional(
    Type.Object({
      number: Type.Optional(Type.String({ maxLength: 255, pattern: '^[A-Za-z0-9_/-]+$' })),
      date: Type.Optional(Type.String({ pattern: isoDate })),
    }),
  ),
});
export type OrderPatchBody = Static<typeof orderPatchBody>;

const members: LenientMembers = {
  buyer: { pan_number: upperCase, dob: text },
  invoice: { number: text, date: text },
};

export function readOrderPatchBody(body: unknown): unknown {
  return readLeniently(body, members);
}
