import { Type } from 'typebox';
import type { AnswerDescription } from '../../openapi/description.ts';
import { type ErrorCode, errorCodes } from '../errors.ts';
import { id, oneOf } from './fields.ts';

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

const locked = {
  401: errorsOf(['unauthorized'], ['WWW-Authenticate'], 'No key, or one that is not valid here:'),
  403: errorsOf(['forbidden', 'merchant_not_active'], [], 'A key that may not do this:'),
  429: errorsOf(['rate_limit_exceeded'], ['Retry-After'], 'Too many requests:'),
  500: errorsOf(['internal_error'], [], 'Our mistake; ask for the outcome before trying again:'),
  503: errorsOf(['internal_error'], ['Retry-After'], 'Not ready; try again shortly:'),
};

/** What every operation may answer besides its own. */
export const readAnswers: Readonly<Record<number, AnswerDescription>> = locked;

/** The same for an operation that reads a body. */
export const bodyAnswers: Readonly<Record<number, AnswerDescription>> = {
  ...locked,
  413: errorsOf(['validation_error'], [], 'The body is larger than 64 kB:'),
  415: errorsOf(['validation_error'], [], 'The body is not JSON in UTF-8:'),
};

export const notFound: AnswerDescription = errorsOf(
  ['not_found'],
  [],
  "Unknown, or another merchant's, which is told the same:",
);

export const keyInUse: AnswerDescription = errorsOf(
  ['idempotency_key_in_use'],
  ['Retry-After'],
  'The first request under this Idempotency-Key has no final answer yet:',
);
