import type { FastifyRequest } from 'fastify';
import type { DialectErrors, ErrorAnswer } from './dialect.ts';

/** Errors on paths that belong to no dialect: the sandbox, health checks, pages that are gone. */
export const plainErrors: DialectErrors = {
  notFound: (request) => plain(request, 404, 'not_found', 'There is nothing at this address.'),
  methodNotAllowed: (request, allowed) =>
    plain(request, 405, 'method_not_allowed', `This address answers only ${allowed.join(', ')}.`),
  malformed: (request) => plain(request, 400, 'malformed', 'The request could not be read.'),
  validation: (request, issues) => {
    const details = issues.map(({ path, message }) => ({ param: path, message }));
    return plain(request, 400, 'validation_error', 'The request has fields that are not valid.', { details });
  },
  payloadTooLarge: (request) => plain(request, 413, 'too_large', 'The request body is too large.'),
  unsupportedMediaType: (request) =>
    plain(request, 415, 'unsupported_media_type', 'Send the body as application/json in UTF-8.'),
  unavailable: (request) =>
    plain(request, 503, 'unavailable', 'The service is not ready. Try again shortly.'),
  internal: (request) => plain(request, 500, 'internal_error', 'Something went wrong on our side.'),
};

function plain(
  request: FastifyRequest,
  status: number,
  code: string,
  message: string,
  more: object = {},
): ErrorAnswer {
  return { status, body: { error: { code, message, request_id: request.id, ...more } } };
}
