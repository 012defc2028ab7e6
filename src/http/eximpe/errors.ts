import type { FastifyRequest } from 'fastify';
import type { Refusal } from '../../domain/refusal.ts';
import { AnswerError, type DialectErrors, type ErrorAnswer } from '../edge/dialect.ts';
import type { FieldIssue } from '../edge/field-issues.ts';
import { scrubText } from '../edge/scrub.ts';
import { formatMessage } from './field-messages.ts';
import {
  choiceMessage,
  type ErrorDetails,
  FieldProblems,
  flattenDetails,
  requiredMessage,
} from './field-problems.ts';

/** Codes that this dialect answers with (section 14); those of idempotency and of roles are ours. */
export type ErrorCode =
  | 'ERR_AUTH_000'
  | 'ERR_AUTH_001'
  | 'ERR_AUTH_003'
  | 'ERR_AUTH_004'
  | 'ERR_ORDER_001'
  | 'ERR_ORDER_002'
  | 'ERR_PAYMENT_001'
  | 'ERR_PAYMENT_002'
  | 'ERR_REFUND_002'
  | 'ERR_REFUND_003'
  | 'ERR_TOKEN_002'
  | 'ERR_TOKEN_404'
  | 'ERR_TOKEN_409'
  | 'ERR_TOKEN_ACCESS'
  | 'ERR_BIN_001'
  | 'ERR_IDEMPOTENCY_001'
  | 'ERR_IDEMPOTENCY_002'
  | 'ERR_RATE_LIMIT_001'
  | 'ERR_NOT_FOUND'
  | 'ERR_NOT_OFFERED'
  | 'ERR_METHOD_NOT_ALLOWED'
  | 'ERR_PAYLOAD_TOO_LARGE'
  | 'ERR_UNSUPPORTED_MEDIA_TYPE'
  | 'ERR_SERVICE_ERROR_000';

/** An error of the general shape (section 3, shape A). */
export function errorAnswer(
  status: number,
  code: ErrorCode,
  message: string,
  details?: ErrorDetails,
  headers?: Readonly<Record<string, string>>,
): ErrorAnswer {
  const error = details === undefined ? { code, message } : { code, message, details };
  return { status, body: { success: false, error }, ...(headers && { headers }) };
}

const validationCodes: readonly (readonly [pattern: RegExp, code: ErrorCode])[] = [
  [/^\/pg\/tokens\b/, 'ERR_TOKEN_002'],
  [/^\/pg\/refunds\b/, 'ERR_REFUND_002'],
  [/^\/pg\/payments\b/, 'ERR_PAYMENT_002'],
  [/^\/pg\/bin\b/, 'ERR_BIN_001'],
];

/**
 * 400 for bad fields, under the code of the resource that the request is about. Card tokens answer with the union of
 * shapes A and B, because the real service shows B there and its own client reads A.
 */
export function validationAnswer(request: FastifyRequest, details: ErrorDetails): ErrorAnswer {
  const code = validationCodes.find(([pattern]) => pattern.test(request.url))?.[1] ?? 'ERR_ORDER_002';
  if (code !== 'ERR_TOKEN_002') return errorAnswer(400, code, 'Validation error', details);
  const errors = flattenDetails(details).map(([attr, detail]) => ({
    code: detail === requiredMessage ? 'required' : 'invalid',
    detail,
    attr,
  }));
  const error = { type: 'validation_error', errors, code, message: 'Validation error', details };
  return { status: 400, body: { success: false, error } };
}

/** Ends the request with 429 when the core refused it because too many cards were tried. */
export function throwIfRateLimited(refusal: Refusal): void {
  if (refusal.code !== 'rate_limited') return;
  const headers = { 'retry-after': String(refusal.retryAfterSeconds ?? 1) };
  throw new AnswerError(errorAnswer(429, 'ERR_RATE_LIMIT_001', refusal.message, undefined, headers));
}

/** Ends the request with 400 when `problems` holds any. */
export function throwProblems(request: FastifyRequest, problems: FieldProblems): void {
  if (!problems.none) throw new AnswerError(validationAnswer(request, problems.details));
}

/** Ends the request with 400 about one field. */
export function throwProblem(request: FastifyRequest, path: string, message: string): never {
  const problems = new FieldProblems();
  problems.add(path, message);
  throw new AnswerError(validationAnswer(request, problems.details));
}

/** How the edge's findings are worded in this dialect. */
export const eximpeErrors: DialectErrors = {
  notFound: () => errorAnswer(404, 'ERR_NOT_FOUND', 'There is nothing at this address.'),
  methodNotAllowed: (_request, allowed) =>
    errorAnswer(405, 'ERR_METHOD_NOT_ALLOWED', `This address answers only ${allowed.join(', ')}.`),
  malformed: (request, reason) =>
    validationAnswer(request, {
      error: reason === 'bad_url' ? 'Write the address in percent-encoded UTF-8.' : 'JSON parse error',
    }),
  validation: (request, issues) => {
    const problems = new FieldProblems();
    for (const issue of issues) problems.add(issue.path || 'error', issueMessage(request, issue));
    return validationAnswer(request, problems.details);
  },
  payloadTooLarge: () => errorAnswer(413, 'ERR_PAYLOAD_TOO_LARGE', 'The request body is too large.'),
  unsupportedMediaType: () =>
    errorAnswer(415, 'ERR_UNSUPPORTED_MEDIA_TYPE', 'Send the body as application/json in UTF-8.'),
  unavailable: () =>
    errorAnswer(503, 'ERR_SERVICE_ERROR_000', 'Payment gateway error', {
      error: 'The service is not ready. Please try again shortly',
    }),
  internal: () =>
    errorAnswer(500, 'ERR_SERVICE_ERROR_000', 'Payment gateway error', {
      error: 'An unexpected error occurred. Please try again later',
    }),
};

function issueMessage(request: FastifyRequest, issue: FieldIssue): string {
  switch (issue.kind) {
    case 'missing':
      return requiredMessage;
    case 'enum': {
      const value = valueAt(issue.place === 'query' ? request.query : request.body, issue.path);
      return typeof value === 'string' ? choiceMessage(scrubText(value)) : 'Not a valid choice.';
    }
    case 'length':
      if (issue.message === 'must not be empty') return requiredMessage;
      return issue.message.startsWith('must be at most')
        ? `Ensure this field has no more than ${issue.limit} characters.`
        : `Ensure this field has at least ${issue.limit} characters.`;
    case 'pattern':
      return formatMessage(issue.path);
    default:
      return `${issue.message.charAt(0).toUpperCase()}${issue.message.slice(1)}.`;
  }
}

function valueAt(object: unknown, path: string): unknown {
  let value = object;
  for (const name of path.split('.')) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined;
    value = (value as Record<string, unknown>)[name];
  }
  return value;
}
