import type { FastifyRequest } from 'fastify';
import { AnswerError, type DialectErrors, type ErrorAnswer } from '../edge/dialect.ts';
import type { FieldIssue } from '../edge/field-issues.ts';

export type ErrorType = 'authentication_error' | 'invalid_request_error' | 'payment_error' | 'api_error';

/** Every code of the contract's section 11 with its status and type. */
export const errorCodes = {
  unauthorized: [401, 'authentication_error'],
  merchant_not_active: [403, 'authentication_error'],
  forbidden: [403, 'authentication_error'],
  validation_error: [400, 'invalid_request_error'],
  invalid_amount: [400, 'invalid_request_error'],
  amount_below_minimum: [400, 'invalid_request_error'],
  amount_above_maximum: [400, 'invalid_request_error'],
  unsupported_currency: [400, 'invalid_request_error'],
  payment_failed: [400, 'payment_error'],
  invalid_status: [400, 'invalid_request_error'],
  invalid_state: [400, 'invalid_request_error'],
  invalid_transaction: [400, 'invalid_request_error'],
  not_supported: [400, 'invalid_request_error'],
  capture_failed: [400, 'payment_error'],
  refund_failed: [400, 'payment_error'],
  card_limit_exceeded: [400, 'payment_error'],
  email_limit_exceeded: [400, 'payment_error'],
  recurring_not_supported: [400, 'invalid_request_error'],
  tokenization_failed: [400, 'payment_error'],
  payment_token_expired: [400, 'invalid_request_error'],
  payment_token_already_used: [400, 'invalid_request_error'],
  not_found: [404, 'invalid_request_error'],
  flow_not_found: [404, 'invalid_request_error'],
  no_default_flow: [404, 'invalid_request_error'],
  connector_config_not_found: [404, 'invalid_request_error'],
  flow_not_active: [400, 'invalid_request_error'],
  connector_config_disabled: [400, 'invalid_request_error'],
  idempotency_key_mismatch: [400, 'invalid_request_error'],
  idempotency_key_in_use: [409, 'invalid_request_error'],
  internal_error: [500, 'api_error'],
  gateway_error: [502, 'api_error'],
  rate_limit_exceeded: [429, 'api_error'],
} as const satisfies Record<string, readonly [status: number, type: ErrorType]>;

export type ErrorCode = keyof typeof errorCodes;

export interface ErrorDetail {
  readonly param: string;
  readonly message: string;
}

export interface ErrorExtras {
  readonly param?: string | undefined;
  readonly details?: readonly ErrorDetail[];
  readonly headers?: Readonly<Record<string, string>>;
  /** Where HTTP has a more exact word than the code's usual status. */
  readonly status?: number;
}

/** The `error` object of the contract's section 11. */
export function errorObject(
  requestId: string,
  code: ErrorCode,
  message: string,
  { param, details }: Pick<ErrorExtras, 'param' | 'details'> = {},
): object {
  return {
    type: errorCodes[code][1],
    code,
    message,
    request_id: requestId,
    ...(param !== undefined && { param }),
    ...(details && { details }),
  };
}

/** An error as it goes out: the code's status and the envelope `{error}`. */
export function errorAnswer(
  request: { readonly id: string },
  code: ErrorCode,
  message: string,
  extras: ErrorExtras = {},
): ErrorAnswer {
  return {
    status: extras.status ?? errorCodes[code][0],
    body: { error: errorObject(request.id, code, message, extras) },
    ...(extras.headers && { headers: extras.headers }),
  };
}

/** The same, to be thrown. */
export function errorToThrow(
  request: { readonly id: string },
  code: ErrorCode,
  message: string,
  extras: ErrorExtras = {},
): AnswerError {
  return new AnswerError(errorAnswer(request, code, message, extras));
}

/** A bad field: where it stands in the request, and a predicate about it, or else a whole sentence. */
export interface Issue extends Pick<FieldIssue, 'path' | 'message'> {
  readonly isSentence?: true;
}

/** Refuses bad fields, all at once; `message` and `param` tell the first. */
export function validationAnswer(request: { readonly id: string }, issues: readonly Issue[]): ErrorAnswer {
  const details = issues.map(({ path, message }) => ({ param: path, message }));
  const [first = { path: '', message: 'is not valid' } as Issue] = issues;
  const subject = first.path === '' ? 'The request body' : first.path;
  const message = first.isSentence ? first.message : `${subject} ${first.message}.`;
  return errorAnswer(request, 'validation_error', message, {
    param: first.path === '' ? undefined : first.path,
    details,
  });
}

const malformedBody = 'The request could not be read: send a JSON object in UTF-8 that names each key once.';
const malformedAddress = 'The address could not be read: write it in percent-encoded UTF-8.';

/** How the edge's findings read in this dialect. */
export const zafapayErrors: DialectErrors = {
  notFound: (request) => errorAnswer(request, 'not_found', 'There is no such endpoint.'),
  methodNotAllowed: (request, allowed) =>
    errorAnswer(request, 'not_supported', `This endpoint answers only ${allowed.join(', ')}.`, {
      status: 405,
    }),
  malformed: (request, reason) =>
    errorAnswer(request, 'validation_error', reason === 'bad_url' ? malformedAddress : malformedBody),
  validation: validationAnswer,
  payloadTooLarge: (request) =>
    errorAnswer(request, 'validation_error', 'The request body is too large.', { status: 413 }),
  unsupportedMediaType: (request) =>
    errorAnswer(request, 'validation_error', 'Send the body as application/json in UTF-8.', { status: 415 }),
  unavailable: (request) =>
    errorAnswer(request, 'internal_error', 'The service is not ready. Try again shortly.', { status: 503 }),
  internal: (request: FastifyRequest) =>
    errorAnswer(
      request,
      'internal_error',
      'Something went wrong on our side. Ask for the outcome before trying again.',
    ),
};
