import { type Static, Type } from 'typebox';
import { optionalText } from './fields.ts';

/** Forms often send dates as text; `"03"` and 3 are the same month. */
const wholeNumber = (pattern: string, description: string) =>
  Type.Unsafe<number | string>({ type: ['integer', 'string'], pattern, description });

/** `POST /v1/tokens` (contract 5.1). */
export const createTokenBody = Type.Object({
  card: Type.Object({
    number: Type.String({ maxLength: 64, description: '12 to 19 digits; spaces and dashes are ignored.' }),
    exp_month: wholeNumber('^[0-9]{1,2}$', '1 to 12.'),
    exp_year: wholeNumber('^[0-9]{4}$', 'Four digits.'),
    cvc: Type.String({ maxLength: 16, description: 'Three digits, four for Amex.' }),
    cardholder_name: optionalText({ maxLength: 255 }),
  }),
});

export type CreateTokenBody = Static<typeof createTokenBody>;
