import { Type } from 'typebox';
import type { AnswerDescription } from '../../openapi/description.ts';
import { oneOf } from '../../openapi/field-schemas.ts';
import { type ErrorCode, errorCodes } from '../errors.ts';
import { id } from './fields.ts';

const types = [...new Set(Object.values(errorCodes).map(([, type]) => type))];

/** Contract 11. */
export const errorObjectSchema = Type.Object(
  {
    type: oneOf(types),
    code: oneOf(Object.keys(errorCodes), 'Stable; branch on this.'),
    message: Type.String({ description: 'For people; may change.' }),
    request_id: id('req_', 'Quote it when you ask about the request; also in `X-Request-Id`.'),
    param: Type.Optional(Type.String({ description: 'The first bad field.' })),
    details: Type.Optional(
      Type.Array(
        Type.Object({
          param: Type.String({ description: 'Empty for the whole body.' }),
          message: Type.String(),
        }),
        { description: 'Every bad field, all at once.' },
      ),
    ),
  },
  { $id: 'ErrorObject' },
);

export const errorSchema = Type.Object({ error: errorObjectSchema }, { $id: 'Error' });

/** The envelope with only those codes that an operation can answer under one status. */
export function errorWith(codes: readonly ErrorCode[]) {
  return Type.Intersect([
    errorSchema,
    Type.Unsafe({ properties: { error: { properties: { code: { enum: [...codes] } } } } }),
  ]);
}

const names = (codes: readonly ErrorCode[]) => codes.map((code) => `\`${code}\``).join(', ');

/** An error answer; its description lists the codes. */
export function errorsOf(
  codes: readonly ErrorCode[],
  headers: readonly string[] = [],
  words = '',
): AnswerDescription {
  return {
    description: `${words === '' ? '' : `${words} `}${names(codes)}`,
    schema: errorWith(codes),
    headers: ['X-Request-Id', ...headers],
  };
}

/** The same for an answer that several operations give, published once under `name`. */
function shared(
  name: string,
  codes: readonly ErrorCode[],
  words: string,
  headers: readonly string[] = [],
): AnswerDescription & { readonly name: string } {
  return { name, ...errorsOf(codes, headers, words) };
}

/** What every operation may answer besides its own. */
export const readAnswers: Readonly<Record<number, AnswerDescription>> = {
  401: shared('Unauthorized', ['unauthorized'], 'No key, or one that is not valid here:', [
    'WWW-Authenticate',
  ]),
  403: shared('Forbidden', ['forbidden', 'merchant_not_active'], 'A key that may not do this:'),
  429: shared('TooManyRequests', ['rate_limit_exceeded'], 'Too many requests:', ['Retry-After']),
  500: shared('ServerError', ['internal_error'], 'Our mistake; ask for the outcome before trying again:'),
  503: shared('Unavailable', ['internal_error'], 'Not ready; try again shortly:', ['Retry-After']),
};

const tooLarge = shared('TooLarge', ['validation_error'], 'The body is larger than 64 kB:');
const unsupportedMedia = shared('UnsupportedMedia', ['validation_error'], 'The body is not JSON in UTF-8:');

/** The same for an operation that reads a body. */
export const bodyAnswers: Readonly<Record<number, AnswerDescription>> = {
  ...readAnswers,
  413: tooLarge,
  415: unsupportedMedia,
};

/** What an address may answer that is no operation. */
export const elsewhere = {
  400: shared('UnreadableAddress', ['validation_error'], 'The address itself cannot be read:'),
  404: shared('UnknownAddress', ['not_found'], 'There is no such address:'),
  405: shared('WrongMethod', ['not_supported'], 'The address answers other methods:', ['Allow']),
  413: tooLarge,
  415: unsupportedMedia,
};

export const notFound = shared(
  'NotFound',
  ['not_found'],
  "Unknown, or another merchant's, which is told the same:",
);

export const keyInUse = shared(
  'KeyInUse',
  ['idempotency_key_in_use'],
  'The first request under this Idempotency-Key has no final answer yet:',
  ['Retry-After'],
);
