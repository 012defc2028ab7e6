import type { Socket } from 'node:net';
import fastify, { type FastifyBaseLogger, type FastifyInstance, LogController } from 'fastify';
import type { Clock } from '../../lib/clock.ts';
import { type Random, randomBase62, systemRandom } from '../../lib/random.ts';
import { defaultLiteralNumberKeys } from '../../lib/strict-json.ts';
import { isConnectionError } from './connection-errors.ts';
import { answerError, type DialectErrors, type EdgeServer, errorsForPath, sendAnswer } from './dialect.ts';
import { addJsonBodyParser } from './json-body.ts';
import { plainErrors } from './plain-errors.ts';
import { logRequest, type RequestLog } from './request-log.ts';
import { createSchemaCompiler } from './schema-validation.ts';

export interface HttpServerOptions {
  readonly log: FastifyBaseLogger;
  readonly clock: Clock;
  readonly random?: Random;
  /** Bytes of a body, 64 kB unless told. */
  readonly maxBodyBytes?: number;
  /** From the first byte of a request to its last, 15 s unless told; a slower one is answered 408 and cut off. */
  readonly requestTimeoutMs?: number;
  /** From the first byte of a request to the end of its headers, 10 s unless told. */
  readonly headersTimeoutMs?: number;
  /** Keys whose JSON numbers keep their literal; see `parseStrictJson`. */
  readonly literalNumberKeys?: ReadonlySet<string>;
  /** Proxies whose `X-Forwarded-*` are believed: addresses or networks; none unless told. */
  readonly trustedProxies?: readonly string[];
  readonly rootErrors?: DialectErrors;
  /** Which exceptions answer 503 with `Retry-After`; `isConnectionError` unless told. */
  readonly isUnavailable?: (error: unknown) => boolean;
  /** Told of each answer, for metrics. */
  readonly observeRequest?: (answered: RequestLog) => void;
}

/** A merchant's id of a customer: 255 characters, each of which may be escaped as nine. */
const pathSegmentLengthMax = 255 * 9;
/** A load balancer in front usually keeps idle connections for 60 s; the side that listens must keep them longer. */
const keepAliveTimeoutMs = 72_000;

/**
 * A server that takes nothing for granted about a request: strict JSON, strict schemas, small bodies, short waits. It
 * gives every answer an `X-Request-Id` of its own making and writes one log line for it. Responses are plain
 * `JSON.stringify`: a response schema documents, and never drops or changes a member.
 */
export function createHttpServer(options: HttpServerOptions): EdgeServer {
  const random = options.random ?? systemRandom;
  const requestTimeoutMs = options.requestTimeoutMs ?? 15_000;
  const server = fastify({
    loggerInstance: options.log,
    logController: new LogController({ disableRequestLogging: true, requestIdLogLabel: 'requestId' }),
    bodyLimit: options.maxBodyBytes ?? 64 * 1024,
    requestTimeout: requestTimeoutMs,
    keepAliveTimeout: keepAliveTimeoutMs,
    http: {
      headersTimeout: Math.min(options.headersTimeoutMs ?? 10_000, requestTimeoutMs),
      // Node looks for requests past their time only this often; its default of 30 s would make 15 s mean 45.
      connectionsCheckingInterval: Math.min(1000, requestTimeoutMs),
    },
    trustProxy: options.trustedProxies ? [...options.trustedProxies] : false,
    requestIdHeader: false,
    genReqId: () => newRequestId(random),
    routerOptions: {
      ignoreTrailingSlash: false,
      ignoreDuplicateSlashes: false,
      caseSensitive: true,
      maxParamLength: pathSegmentLengthMax,
    },
    clientErrorHandler: (error, socket) => refuseBrokenRequest(error, socket, newRequestId(random)),
    frameworkErrors: (error, request, reply) => {
      const errors = errorsForPath(request.server.edge, request.raw.url ?? '');
      const tooLong = error.code === 'FST_ERR_MAX_PARAM_LENGTH';
      reply.header('x-request-id', request.id);
      sendAnswer(reply, tooLong ? errors.notFound(request) : errors.malformed(request, 'bad_url'));
    },
  }) as unknown as EdgeServer;
  const rootErrors = options.rootErrors ?? plainErrors;
  server.decorate('edge', {
    dialects: [],
    rootErrors,
    isUnavailable: options.isUnavailable ?? isConnectionError,
  });
  server.setValidatorCompiler(createSchemaCompiler());
  server.setSerializerCompiler(() => (body) => JSON.stringify(body));
  addJsonBodyParser(
    server as unknown as FastifyInstance,
    options.literalNumberKeys ?? defaultLiteralNumberKeys,
  );
  server.setErrorHandler((error, request, reply) => answerError(error, rootErrors, request, reply));
  server.setNotFoundHandler((request, reply) => sendAnswer(reply, rootErrors.notFound(request)));
  addRequestFacts(server, options);
  return server;
}

/** `req_` and 22 letters or digits. */
function newRequestId(random: Random): string {
  return `req_${randomBase62(random, 22)}`;
}

function addRequestFacts(server: EdgeServer, { clock, observeRequest }: HttpServerOptions): void {
  server.decorateRequest('receivedAt');
  server.decorateRequest('merchantId', null);
  server.addHook('onRequest', (request, reply, done) => {
    request.receivedAt = clock.now();
    reply.header('x-request-id', request.id);
    done();
  });
  server.addHook('onResponse', (request, reply, done) => {
    const answered = logRequest(request, reply);
    observeRequest?.(answered);
    done();
  });
}

const brokenRequestStatus: Record<string, string> = {
  ERR_HTTP_REQUEST_TIMEOUT: '408 Request Timeout',
  HPE_HEADER_OVERFLOW: '431 Request Header Fields Too Large',
};

/** Answers what is not HTTP, or not in time: no route or dialect is known then, so the answer has no body. */
function refuseBrokenRequest(error: { readonly code?: string }, socket: Socket, requestId: string): void {
  if (error.code === 'ECONNRESET' || socket.destroyed) return;
  if (!socket.writable) {
    socket.destroy();
    return;
  }
  const status = brokenRequestStatus[error.code ?? ''] ?? '400 Bad Request';
  socket.end(
    `HTTP/1.1 ${status}\r\nX-Request-Id: ${requestId}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`,
    () => socket.destroy(),
  );
}
