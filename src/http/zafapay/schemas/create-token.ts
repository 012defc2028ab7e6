import { type Static, Type } from 'typebox';
import { optionalText } from './fields.ts';

/** Forms often send dates as text; `"03"` and 3 are the same month. */
const wholeNumber = (pattern: string) =>
  Type.Unsafe<number | string>({ type: ['integer', 'string'], pattern });

/** `POST /v1/tokens` (contract 5.1). */
export const createTokenBody = Type.Object({
  card: Type.Object({
    number: Type.String({ maxLength: 64 }),
    exp_month: wholeNumber('^[0-9]{1,2}$'),
    exp_year: wholeNumber('^[0-9]{4}$'),
    cvc: Type.String({ maxLength: 16 }),
    cardholder_name: optionalText({ maxLength: 255 }),
  }),
});

export type CreateTokenBody = Static<typeof createTokenBody>;
