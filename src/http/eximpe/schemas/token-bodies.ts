import { type Static, Type } from 'typebox';
import {
  asSent,
  choiceOf,
  digits,
  type LenientMembers,
  month,
  readLeniently,
  text,
  textOrInteger,
} from '../lenient-body.ts';
import { cardMopTypes, mopTypeAliases, networks } from './choices.ts';

const identifier = Type.String({ maxLength: 128, description: 'Your key of the customer.' });

/** `POST /pg/tokens/` (section 10.1), as `readSaveCardBody` leaves it; the number comes under either of two names. */
export const saveCardBody = Type.Object({
  identifier,
  card_number: Type.Optional(Type.String({ pattern: '^[0-9]{12,19}$' })),
  number: Type.Optional(Type.String({ pattern: '^[0-9]{12,19}$' })),
  cardholder_name: Type.String({ maxLength: 128 }),
  expiry_month: Type.String({ pattern: '^(0[1-9]|1[0-2])$' }),
  expiry_year: Type.String({ pattern: '^[0-9]{4}$' }),
  network: Type.Enum(networks),
  card_type: Type.Optional(Type.Enum(cardMopTypes)),
  cvv: Type.Optional(Type.String({ pattern: '^[0-9]{3,4}$', description: 'Checked and forgotten.' })),
  nickname: Type.Optional(Type.String({ maxLength: 64 })),
  authorization_reference_number: Type.Optional(Type.String({ maxLength: 128 })),
  card_holder_consent: Type.Optional(Type.Boolean()),
});
export type SaveCardBody = Static<typeof saveCardBody>;

const saveCardMembers: LenientMembers = {
  identifier: text,
  card_number: digits,
  number: digits,
  cardholder_name: text,
  expiry_month: month,
  expiry_year: textOrInteger,
  network: choiceOf(networks),
  card_type: choiceOf(cardMopTypes, mopTypeAliases),
  cvv: text,
  nickname: text,
  authorization_reference_number: textOrInteger,
  card_holder_consent: asSent,
};

export function readSaveCardBody(body: unknown): unknown {
  return readLeniently(body, saveCardMembers);
}

/** `GET /pg/tokens/?identifier=` (section 10.2). */
export const listCardsQuery = Type.Object({ identifier: Type.String({ minLength: 1, maxLength: 128 }) });

/** `POST` and `DELETE /pg/tokens/delete/` (section 10.3). */
export const deleteCardBody = Type.Object({ card_token: Type.String({ maxLength: 64 }), identifier });
export type DeleteCardBody = Static<typeof deleteCardBody>;

export function readDeleteCardBody(body: unknown): unknown {
  return readLeniently(body, { card_token: text, identifier: text });
}
