import type { IncomingMessage, ServerResponse } from 'node:http';
import type {
  FastifyBaseLogger,
  FastifyInstance,
  FastifyReply,
  FastifyRequest,
  FastifyTypeProvider,
  RawServerDefault,
} from 'fastify';
import type { Static, TSchema } from 'typebox';
import { StrictJsonError, type StrictJsonReason } from '../../lib/strict-json.ts';
import { type FieldIssue, fieldIssues } from './field-issues.ts';
import { MalformedFormError } from './form-body.ts';
import { UnsupportedMediaTypeError } from './json-body.ts';

/** Handlers receive what their TypeBox schemas describe. */
export interface TypeBoxProvider extends FastifyTypeProvider {
  readonly validator: this['schema'] extends TSchema ? Static<this['schema']> : unknown;
  readonly serializer: unknown;
}

export type EdgeServer = FastifyInstance<
  RawServerDefault,
  IncomingMessage,
  ServerResponse,
  FastifyBaseLogger,
  TypeBoxProvider
>;

/** An error as a dialect writes it; `body` is serialised as JSON. */
export interface ErrorAnswer {
  readonly status: number;
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

export type MalformedReason = StrictJsonReason | 'bad_url' | 'bad_request';

/** How a dialect words what the edge finds; `request.id` is the `req_…` to quote. */
export interface DialectErrors {
  notFound(request: FastifyRequest): ErrorAnswer;
  /** The edge adds the header `Allow`. */
  methodNotAllowed(request: FastifyRequest, allowed: readonly string[]): ErrorAnswer;
  malformed(request: FastifyRequest, reason: MalformedReason): ErrorAnswer;
  validation(request: FastifyRequest, issues: readonly FieldIssue[]): ErrorAnswer;
  payloadTooLarge(request: FastifyRequest): ErrorAnswer;
  unsupportedMediaType(request: FastifyRequest): ErrorAnswer;
  /** Something we lean on cannot be reached; the edge adds the header `Retry-After`. */
  unavailable(request: FastifyRequest): ErrorAnswer;
  internal(request: FastifyRequest): ErrorAnswer;
}

/** Thrown in a hook or handler to end the request with `answer`; it is an answer, so it is not logged as an error. */
export class AnswerError extends Error {
  override readonly name = 'AnswerError';
  readonly answer: ErrorAnswer;

  constructor(answer: ErrorAnswer) {
    super(`the request is answered with ${answer.status}`);
    this.answer = answer;
  }
}

/** Part of the server's own state that dialects share. */
export interface EdgeState {
  readonly dialects: { readonly prefix: string; readonly errors: DialectErrors }[];
  readonly rootErrors: DialectErrors;
  /** Whether an exception means that the database, or another thing we need, cannot be reached at the moment. */
  readonly isUnavailable: (error: unknown) => boolean;
}

declare module 'fastify' {
  interface FastifyInstance {
    edge: EdgeState;
  }
  interface FastifyRequest {
    /** When the request arrived, by the injected clock. */
    receivedAt: Date;
    /** Set by whoever authenticates the request; goes to the log line. */
    merchantId: string | null;
  }
}

const retryAfterSeconds = 5;
const bodyMethods = new Set(['POST', 'PUT', 'PATCH', 'DELETE']);

/**
 * Puts the routes of `plugin` under `prefix` in a scope of their own, whose every error is worded by `errors`: unknown
 * paths and methods, unreadable bodies, bad fields, and exceptions. A missing body arrives as `{}`, so that each
 * required field is reported and a route without any needs none.
 */
export function registerDialect(
  server: EdgeServer,
  prefix: `/${string}`,
  errors: DialectErrors,
  plugin: (scope: EdgeServer) => void | Promise<void>,
): void {
  server.edge.dialects.push({ prefix, errors });
  server.register(
    async (scope: EdgeServer) => {
      const routes = collectRoutes(scope);
      scope.setErrorHandler((error, request, reply) => answerError(error, errors, request, reply));
      scope.setNotFoundHandler((request, reply) => answerUnknown(routes, errors, request, reply));
      scope.addHook('preValidation', async (request) => {
        if (request.body === undefined && bodyMethods.has(request.method)) request.body = {};
      });
      await plugin(scope);
    },
    { prefix },
  );
}

/** The words for an error on a path that reached no route: those of the dialect whose prefix it has. */
export function errorsForPath(edge: EdgeState, url: string): DialectErrors {
  const path = url.split('?', 1)[0] ?? '';
  const dialect = edge.dialects.find(({ prefix }) => path === prefix || path.startsWith(`${prefix}/`));
  return dialect?.errors ?? edge.rootErrors;
}

/** Sends `answer`; caches must not keep errors about cards and credentials. */
export function sendAnswer(reply: FastifyReply, answer: ErrorAnswer): FastifyReply {
  reply.code(answer.status).headers({ 'cache-control': 'no-store', ...answer.headers });
  return reply.send(answer.body);
}

/** Turns whatever was thrown into the dialect's answer; only unexpected exceptions are logged, and none is shown. */
export function answerError(
  error: unknown,
  errors: DialectErrors,
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply {
  if (error instanceof AnswerError) return sendAnswer(reply, error.answer);
  if (error instanceof StrictJsonError) return sendAnswer(reply, errors.malformed(request, error.reason));
  if (error instanceof UnsupportedMediaTypeError)
    return sendAnswer(reply, errors.unsupportedMediaType(request));
  if (error instanceof MalformedFormError) return sendAnswer(reply, errors.malformed(request, 'bad_request'));
  const thrown = (error ?? {}) as {
    code?: unknown;
    statusCode?: unknown;
    validation?: unknown;
    validationContext?: string;
  };
  if (Array.isArray(thrown.validation)) {
    return sendAnswer(
      reply,
      errors.validation(request, fieldIssues(thrown.validation, thrown.validationContext)),
    );
  }
  if (thrown.code === 'FST_ERR_CTP_BODY_TOO_LARGE') return sendAnswer(reply, errors.payloadTooLarge(request));
  if (thrown.code === 'FST_ERR_CTP_INVALID_MEDIA_TYPE')
    return sendAnswer(reply, errors.unsupportedMediaType(request));
  if (isFrameworkRefusal(thrown)) return sendAnswer(reply, errors.malformed(request, 'bad_request'));
  if (request.server.edge.isUnavailable(error)) {
    request.log.warn({ err: error }, 'a service that this request needs cannot be reached');
    reply.header('retry-after', String(retryAfterSeconds));
    return sendAnswer(reply, errors.unavailable(request));
  }
  request.log.error({ err: error }, 'the request failed unexpectedly');
  return sendAnswer(reply, errors.internal(request));
}

/** Fastify's own refusals of a request that is broken as HTTP: a wrong length, a body cut off. */
function isFrameworkRefusal(thrown: { code?: unknown; statusCode?: unknown }): boolean {
  if (thrown.code === 'ECONNRESET' && thrown.statusCode === 400) return true;
  return (
    typeof thrown.code === 'string' && thrown.code.startsWith('FST_ERR_CTP_') && thrown.statusCode === 400
  );
}

interface KnownRoute {
  readonly pattern: RegExp;
  readonly methods: readonly string[];
}

/** Fastify answers a wrong method as an unknown path; to tell them apart the scope's routes are kept as patterns. */
function collectRoutes(scope: EdgeServer): KnownRoute[] {
  const routes: KnownRoute[] = [];
  scope.addHook('onRoute', (route) => {
    const source = route.url
      .replace(/[.+?^${}()|[\]\\]/g, '\\$&')
      .replace(/:[A-Za-z0-9_]+/g, '[^/]+')
      .replaceAll('*', '.*');
    routes.push({ pattern: new RegExp(`^${source}$`), methods: [route.method].flat() });
  });
  return routes;
}

function answerUnknown(
  routes: readonly KnownRoute[],
  errors: DialectErrors,
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply {
  const path = request.url.split('?', 1)[0] ?? '';
  const allowed = [
    ...new Set(routes.filter(({ pattern }) => pattern.test(path)).flatMap(({ methods }) => methods)),
  ];
  if (allowed.length === 0) return sendAnswer(reply, errors.notFound(request));
  reply.header('allow', allowed.join(', '));
  return sendAnswer(reply, errors.methodNotAllowed(request, allowed));
}
