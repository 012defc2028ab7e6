/**
 * The bank's own protocol: JSON over HTTP, `x-api-key` on every call, amounts as strings of minor units.
 *
 * | call | body | answer |
 * |---|---|---|
 * | POST /authorizations | AuthorizationMessage | Answer |
 * | POST /captures, /voids, /refunds | FollowUpMessage | Answer |
 * | POST /reversals | ReversalMessage | Answer |
 * | GET /messages/{reference} | | `{ "answer": Answer }`, or 404 when nothing was received |
 * | GET /authorizations?after={number}&limit= | | `{ "authorizations": [BookEntry], "next": number or null }` |
 * | GET /statement?from=&to=&after={reference}&limit= | | `{ "lines": [StatementLine], "last": boolean }`, in the byte order of references |
 * | GET /statement/{reference} | | `{ "lines": [StatementLine] }` |
 * | GET /disputes?after={number}&limit= | | `{ "disputes": [Dispute], "next": number or null }` |
 * | POST /directory/areq | AReq | ARes |
 *
 * A message is answered once: the same reference again gets the first answer again.
 */
export interface AuthorizationMessage {
  readonly reference: string;
  readonly merchantReference: string;
  readonly kind: 'authorization' | 'purchase';
  readonly initiator: 'cardholder' | 'merchant';
  readonly amount: bigint;
  readonly currency: string;
  readonly cardNumber: string;
  readonly cvcGiven: boolean;
  readonly networkTransactionId: string | null;
  readonly proof: ProofMessage | null;
}

export interface ProofMessage {
  readonly transStatus: string;
  readonly authenticationValue: string | null;
  readonly dsTransactionId: string | null;
}

export interface FollowUpMessage {
  readonly reference: string;
  readonly authorization: string;
  readonly amount: bigint;
  readonly currency: string;
}

export interface ReversalMessage {
  readonly reference: string;
  readonly original: string;
  /** Undoes only this authorization of those under `original`; null undoes all of them. */
  readonly authorization: string | null;
}

/** The bank's answer on the wire; `result` and `responseCode` say the same, and the latter says why. */
export interface Answer {
  readonly result: 'approved' | 'declined';
  readonly responseCode: string;
  /** The bank's name of the refund (`re_…`) or else of the authorization; null when there is none. */
  readonly id: string | null;
  readonly amount: string;
  readonly currency: string;
  readonly authorizationCode: string | null;
  readonly networkTransactionId: string | null;
  readonly avsResult: string | null;
  readonly cvcResult: string | null;
}

/** A message that cannot be read; `message` names the field. */
export class MessageError extends Error {
  readonly code = 'invalid_message';
}

/** Reads the body of POST /authorizations. @throws {MessageError} */
export function parseAuthorizationMessage(body: unknown): AuthorizationMessage {
  const fields = record(body, 'body');
  const card = record(fields.card, 'card');
  const cardNumber = text(card, 'number');
  if (!/^[0-9]{12,19}$/.test(cardNumber)) throw new MessageError('card.number: expected 12 to 19 digits');
  const proof = fields.proof === null || fields.proof === undefined ? null : record(fields.proof, 'proof');
  return {
    reference: reference(fields, 'reference'),
    merchantReference: text(fields, 'merchantReference'),
    kind: oneOf(fields, 'kind', ['authorization', 'purchase']),
    initiator: oneOf(fields, 'initiator', ['cardholder', 'merchant']),
    ...money(fields),
    cardNumber,
    cvcGiven: optionalText(card, 'cvc') !== null,
    networkTransactionId: optionalText(fields, 'networkTransactionId'),
    proof: proof && {
      transStatus: text(proof, 'transStatus'),
      authenticationValue: optionalText(proof, 'authenticationValue'),
      dsTransactionId: optionalText(proof, 'dsTransactionId'),
    },
  };
}

/** Reads the body of POST /captures, /voids and /refunds. @throws {MessageError} */
export function parseFollowUpMessage(body: unknown): FollowUpMessage {
  const fields = record(body, 'body');
  return {
    reference: reference(fields, 'reference'),
    authorization: text(fields, 'authorization'),
    ...money(fields),
  };
}

/** Reads the body of POST /reversals. @throws {MessageError} */
export function parseReversalMessage(body: unknown): ReversalMessage {
  const fields = record(body, 'body');
  return {
    reference: reference(fields, 'reference'),
    original: reference(fields, 'original'),
    authorization: optionalText(fields, 'authorization'),
  };
}

function record(value: unknown, name: string): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new MessageError(`${name}: expected an object`);
  }
  return value as Record<string, unknown>;
}

function text(fields: Record<string, unknown>, name: string): string {
  const value = fields[name];
  if (typeof value !== 'string' || value === '' || value.length > 200) {
    throw new MessageError(`${name}: expected a text of 1 to 200 characters`);
  }
  return value;
}

function optionalText(fields: Record<string, unknown>, name: string): string | null {
  return fields[name] === null || fields[name] === undefined ? null : text(fields, name);
}

function reference(fields: Record<string, unknown>, name: string): string {
  const value = text(fields, name);
  if (!/^[0-9A-Za-z_-]{1,80}$/.test(value)) {
    throw new MessageError(`${name}: expected 1 to 80 letters, digits, "_" or "-"`);
  }
  return value;
}

function money(fields: Record<string, unknown>): { amount: bigint; currency: string } {
  const amount = text(fields, 'amount');
  const currency = text(fields, 'currency');
  if (!/^[1-9][0-9]{0,17}$/.test(amount))
    throw new MessageError('amount: expected minor units, without a point');
  if (!/^[A-Z]{3}$/.test(currency)) throw new MessageError('currency: expected three capital letters');
  return { amount: BigInt(amount), currency };
}

function oneOf<Name extends string>(
  fields: Record<string, unknown>,
  name: string,
  allowed: readonly [Name, ...Name[]],
): Name {
  const found = allowed.find((candidate) => candidate === fields[name]);
  if (found === undefined) throw new MessageError(`${name}: expected one of ${allowed.join(', ')}`);
  return found;
}
