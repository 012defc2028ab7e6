import { Type } from 'typebox';
import type { AnswerDescription } from '../../openapi/description.ts';
import type { ErrorCode } from '../errors.ts';

/** Contract 3, shape A: a message for each bad field; nested input has nested messages. */
const detailsSchema = Type.Unsafe({
  $id: 'ErrorDetails',
  type: 'object',
  additionalProperties: { anyOf: [{ type: 'string' }, { $ref: '#/components/schemas/ErrorDetails' }] },
  description: 'A message for each bad field.',
});

const general = {
  code: Type.String({ description: 'Stable; branch on this.' }),
  message: Type.String({ description: 'For people; may change.' }),
  details: Type.Optional(detailsSchema),
};

const errorSchema = Type.Object(
  { success: Type.Literal(false), error: Type.Object(general) },
  { $id: 'Error' },
);

/** Contract 3, shape B and A in one: what card tokens answer to bad fields. */
const tokenErrorSchema = Type.Object(
  {
    success: Type.Literal(false),
    error: Type.Object({
      type: Type.Literal('validation_error'),
      errors: Type.Array(
        Type.Object({
          code: Type.Unsafe({ type: 'string', enum: ['required', 'invalid'] }),
          detail: Type.String(),
          attr: Type.String({ description: 'The field, its parents before it with points.' }),
        }),
      ),
      code: Type.String(),
      message: Type.String(),
      details: detailsSchema,
    }),
  },
  { $id: 'TokenError' },
);

const only = (codes: readonly ErrorCode[]) =>
  Type.Unsafe({ properties: { error: { properties: { code: { enum: [...codes] } } } } });

const names = (codes: readonly ErrorCode[]) => codes.map((code) => `\`${code}\``).join(', ');

/** An error answer of shape A; its description lists the codes. */
export function errorsOf(
  codes: readonly ErrorCode[],
  words: string,
  headers: readonly string[] = [],
): AnswerDescription {
  return {
    description: `${words} ${names(codes)}`,
    schema: Type.Intersect([errorSchema, only(codes)]),
    headers: ['X-Request-Id', ...headers],
  };
}

function shared(
  name: string,
  codes: readonly ErrorCode[],
  words: string,
  headers: readonly string[] = [],
): AnswerDescription & { readonly name: string } {
  return { name, ...errorsOf(codes, words, headers) };
}

/** What every operation may answer besides its own. */
export const readAnswers: Readonly<Record<number, AnswerDescription>> = {
  401: shared('Unauthorized', ['ERR_AUTH_000', 'ERR_AUTH_001'], 'Credentials are missing, or wrong:'),
  500: shared('ServerError', ['ERR_SERVICE_ERROR_000'], 'Our mistake; look before you try again:'),
  503: shared('Unavailable', ['ERR_SERVICE_ERROR_000'], 'Not ready; try again shortly:', ['Retry-After']),
};

const tooLarge = shared('TooLarge', ['ERR_PAYLOAD_TOO_LARGE'], 'The body is too large:');
const unsupportedMedia = shared(
  'UnsupportedMedia',
  ['ERR_UNSUPPORTED_MEDIA_TYPE'],
  'The body is not JSON in UTF-8:',
);
const forbidden = shared('Forbidden', ['ERR_AUTH_004'], 'Credentials that may only read:');

/** The same for an operation that reads a body. */
export const bodyAnswers: Readonly<Record<number, AnswerDescription>> = {
  ...readAnswers,
  403: forbidden,
  413: tooLarge,
  415: unsupportedMedia,
};

/** Of operations that take a card. */
export const tooManyCards = shared(
  'TooManyCards',
  ['ERR_RATE_LIMIT_001'],
  'Too many cards that failed were tried; listed test cards never meet this in the sandbox:',
  ['Retry-After'],
);

const badFields =
  'Fields that are not valid, each told in `details`; also an API version that is not spoken:';

/** 400 of a resource, under its own code; `keyed` where an Idempotency-Key may be that of another request. */
export const orderInvalid = shared('OrderInvalid', ['ERR_ORDER_002'], badFields);
export const orderInvalidKeyed = shared(
  'OrderInvalidOrKeyReused',
  ['ERR_ORDER_002', 'ERR_IDEMPOTENCY_001'],
  badFields,
);
export const paymentInvalid = shared('PaymentInvalid', ['ERR_PAYMENT_002'], badFields);
export const refundInvalid = shared('RefundInvalid', ['ERR_REFUND_002'], badFields);
export const refundInvalidKeyed = shared(
  'RefundInvalidOrKeyReused',
  ['ERR_REFUND_002', 'ERR_IDEMPOTENCY_001'],
  badFields,
);
export const binInvalid = shared('BinInvalid', ['ERR_BIN_001', 'ERR_IDEMPOTENCY_001'], badFields);

export const tokenInvalid: AnswerDescription & { readonly name: string } = {
  name: 'TokenInvalid',
  description: `${badFields} \`ERR_TOKEN_002\`, in both of the shapes that readers know; \`ERR_IDEMPOTENCY_001\` in the general one`,
  schema: Type.Union([
    Type.Intersect([tokenErrorSchema, only(['ERR_TOKEN_002'])]),
    Type.Intersect([errorSchema, only(['ERR_IDEMPOTENCY_001'])]),
  ]),
  headers: ['X-Request-Id'],
};

export const orderUnknown = shared(
  'OrderNotFound',
  ['ERR_ORDER_001'],
  "Unknown, or another merchant's, which is told the same:",
);
export const paymentUnknown = shared('PaymentNotFound', ['ERR_PAYMENT_001'], 'Unknown:');
export const refundUnknown = shared('RefundNotFound', ['ERR_REFUND_003'], 'Unknown:');
export const cardUnknown = shared(
  'CardNotFound',
  ['ERR_TOKEN_404', 'ERR_TOKEN_ACCESS'],
  'No such card, or not of this identifier:',
);

export const keyInUse = shared(
  'KeyInUse',
  ['ERR_IDEMPOTENCY_002'],
  'The first request under this Idempotency-Key has no final answer yet:',
  ['Retry-After'],
);

/** What an address may answer that is no operation. */
export const elsewhere = {
  204: {
    name: 'Preflight',
    description: 'To a browser that asks with OPTIONS whether a page may call.',
    schema: null,
    headers: ['X-Request-Id'],
  },
  400: shared('UnreadableAddress', ['ERR_ORDER_002', 'ERR_TOKEN_002'], 'The address cannot be read:'),
  401: shared('Unauthorized', ['ERR_AUTH_000', 'ERR_AUTH_001'], 'Credentials are missing, or wrong:'),
  403: shared('ForPsps', ['ERR_AUTH_003', 'ERR_AUTH_004'], 'For PSP accounts, or for those who may write:'),
  404: shared('UnknownAddress', ['ERR_NOT_FOUND'], 'There is no such address:'),
  405: shared('WrongMethod', ['ERR_METHOD_NOT_ALLOWED'], 'The address answers other methods:', ['Allow']),
  413: tooLarge,
  415: unsupportedMedia,
  501: shared('NotOffered', ['ERR_NOT_OFFERED'], 'A family of the real API that is not about cards:'),
};
