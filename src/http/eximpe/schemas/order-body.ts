import { type Static, Type } from 'typebox';
import { amountSchema } from '../../edge/amount-schema.ts';
import {
  asSent,
  choiceOf,
  digits,
  type LenientMembers,
  month,
  readLeniently,
  text,
  textOrInteger,
  upperCase,
} from '../lenient-body.ts';
import { collectionModes, goodsAliases, goodsTypes, mopTypeAliases, mopTypes, networks } from './choices.ts';

const personName = "^[\\p{L}\\p{M} .,\\-'’]+$";
const placeName = "^[\\p{L}\\p{M} .'’\\-]+$";
const isoDate = '^[0-9]{4}-[0-9]{2}-[0-9]{2}$';

const description = (words: string) => ({ description: words });

/** Section 5.2: a new card (`number`) or a saved one (`token`); which members are then required is judged after. */
const cardDetails = Type.Object({
  number: Type.Optional(
    Type.String({
      pattern: '^[0-9]{12,19}$',
      ...description('12 to 19 digits; spaces and dashes are ignored.'),
    }),
  ),
  cardholder_name: Type.Optional(Type.String({ maxLength: 128 })),
  expiry_month: Type.Optional(Type.String({ pattern: '^(0[1-9]|1[0-2])$' })),
  expiry_year: Type.Optional(Type.String({ pattern: '^[0-9]{4}$' })),
  cvv: Type.Optional(
    Type.String({ pattern: '^[0-9]{3,4}$', ...description('Never stored past the outcome.') }),
  ),
  network: Type.Enum(networks),
  nickname: Type.Optional(Type.String({ maxLength: 64 })),
  identifier: Type.Optional(
    Type.String({
      maxLength: 128,
      ...description('Your key of the customer; required with token and save_card.'),
    }),
  ),
  save_card: Type.Optional(Type.Boolean(description('Save the card once the payment succeeds.'))),
  token: Type.Optional(
    Type.String({ maxLength: 64, ...description('A saved card, in the place of number, expiry and cvv.') }),
  ),
});

/** Section 5.3. Version 1 requires the whole address, version 2 only the postal code. */
const buyer = Type.Object({
  name: Type.String({ maxLength: 255, pattern: personName }),
  email: Type.String({ maxLength: 254, pattern: '^[^\\s@<>",;:]+@[^\\s@<>",;:]+\\.[^\\s@<>",;:.]+$' }),
  phone: Type.String({
    pattern: '^\\+[1-9][0-9]{1,14}$',
    ...description('E.164; spaces and dashes are ignored.'),
  }),
  address: Type.Object({
    line_1: Type.Optional(Type.String({ maxLength: 255 })),
    line_2: Type.Optional(Type.String({ maxLength: 255 })),
    city: Type.Optional(Type.String({ maxLength: 255, pattern: placeName })),
    state: Type.Optional(Type.String({ maxLength: 255, pattern: placeName })),
    postal_code: Type.String({ pattern: '^[A-Za-z0-9]{6}$' }),
  }),
  ip_address: Type.Optional(
    Type.String({ maxLength: 45, ...description("The customer's address; required for s2s card payments.") }),
  ),
  user_agent: Type.Optional(
    Type.String({
      maxLength: 2048,
      ...description("The customer's browser; required for s2s card payments."),
    }),
  ),
  pan_number: Type.Optional(Type.String({ pattern: '^[A-Z]{5}[0-9]{4}[A-Z]$' })),
  dob: Type.Optional(Type.String({ pattern: isoDate })),
});

/** Section 5.4. */
const product = Type.Object({
  name: Type.String({ maxLength: 255 }),
  description: Type.Optional(Type.String({ maxLength: 1024 })),
  type_of_goods: Type.Enum(goodsTypes),
  hs_code: Type.Optional(Type.String({ pattern: '^[0-9]{1,8}$' })),
  hs_code_description: Type.Optional(Type.String({ maxLength: 1024 })),
});

/** Section 5.5. */
const invoice = Type.Object({
  number: Type.String({ maxLength: 255, pattern: '^[A-Za-z0-9_/-]+$' }),
  date: Type.Optional(Type.String({ pattern: isoDate })),
});

/** `POST /pg/orders/` (section 5), as `readOrderBody` leaves it. */
export const orderBody = Type.Object({
  amount: amountSchema('either', description('Rupees, at most two decimals.')),
  currency: Type.Enum(['INR']),
  reference_id: Type.String({
    maxLength: 50,
    pattern: '^[A-Za-z0-9_-]+$',
    ...description('Yours; one order at a time may have it, until it fails.'),
  }),
  return_url: Type.Optional(
    Type.String({ maxLength: 2048, ...description("Where the customer's browser posts the outcome.") }),
  ),
  collection_mode: Type.Optional(Type.Enum(collectionModes, description('hosted_payment unless told.'))),
  mop_type: Type.Optional(
    Type.Enum(mopTypes, description('credit_card or debit_card with s2s; the others are not offered.')),
  ),
  card_details: Type.Optional(cardDetails),
  buyer,
  product,
  invoice: Type.Optional(invoice),
});
export type OrderBody = Static<typeof orderBody>;
export type CardDetails = Static<typeof cardDetails>;
export type InvoiceBody = Static<typeof invoice>;

const members: LenientMembers = {
  amount: text,
  currency: upperCase,
  reference_id: text,
  return_url: text,
  collection_mode: choiceOf(collectionModes),
  mop_type: choiceOf(mopTypes, mopTypeAliases),
  card_details: {
    number: digits,
    cardholder_name: text,
    expiry_month: month,
    expiry_year: textOrInteger,
    cvv: text,
    network: choiceOf(networks),
    nickname: text,
    identifier: text,
    save_card: asSent,
    token: text,
  },
  buyer: {
    name: text,
    email: text,
    phone: (value) => (typeof value === 'string' ? value.replace(/[\s()-]/g, '') : value),
    address: { line_1: text, line_2: text, city: text, state: text, postal_code: textOrInteger },
    ip_address: text,
    user_agent: text,
    pan_number: upperCase,
    dob: text,
  },
  product: {
    name: text,
    description: text,
    type_of_goods: choiceOf(goodsTypes, goodsAliases),
    hs_code: textOrInteger,
    hs_code_description: text,
  },
  invoice: { number: text, date: text },
};

/**
 * The body as `orderBody` expects it, whichever of the accepted spellings it came in. A hosted order collects its card
 * on a page of ours, so one that comes along is left out.
 */
export function readOrderBody(body: unknown): unknown {
  const read = readLeniently(body, members);
  if (typeof read === 'object' && read !== null && 'card_details' in read) {
    if (!('collection_mode' in read) || read.collection_mode === 'hosted_payment') delete read.card_details;
  }
  return read;
}
