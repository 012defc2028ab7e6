import type { FastifyReply, FastifyRequest } from 'fastify';

/** All that is ever written about a request: no header, no body, no query string. */
export interface RequestLog {
  readonly requestId: string;
  readonly method: string;
  /** The pattern, `/v1/payments/:id`; `unmatched` when no route was met. */
  readonly route: string;
  readonly path: string;
  readonly status: number;
  readonly durationMs: number;
  readonly merchantId: string | null;
  readonly remoteAddress: string;
}

const quietRoutes = new Set(['/healthz', '/readyz', '/metrics']);
const pathLengthMax = 200;
/** Our ids are shorter than this; what is longer is a bearer secret of a page's address. */
const segmentLengthMax = 40;

/** Writes the line of an answered request and returns what it holds; routine checks of health go to `debug`. */
export function logRequest(request: FastifyRequest, reply: FastifyReply): RequestLog {
  const answered: RequestLog = {
    requestId: request.id,
    method: request.method,
    route: request.routeOptions.url ?? 'unmatched',
    path: loggedPath(request.url),
    status: reply.statusCode,
    durationMs: Math.round(reply.elapsedTime * 100) / 100,
    merchantId: request.merchantId,
    remoteAddress: request.ip,
  };
  // The request's own logger already names the request on every line.
  const { requestId: _named, ...line } = answered;
  if (quietRoutes.has(answered.route)) request.log.debug(line, 'answered');
  else request.log.info(line, 'answered');
  return answered;
}

function loggedPath(url: string): string {
  const path = (url.split('?', 1)[0] ?? '').slice(0, pathLengthMax);
  if (path.length <= segmentLengthMax) return path;
  return path
    .split('/')
    .map((segment) => (segment.length > segmentLengthMax ? `${segment.slice(0, 6)}…` : segment))
    .join('/');
}
