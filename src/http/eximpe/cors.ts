import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Mode } from '../../domain/merchant.ts';
import type { EdgeServer } from '../edge/dialect.ts';

const allowedMethods = 'GET, POST, PUT, PATCH, DELETE, OPTIONS';
const allowedHeaders =
  'Content-Type, Accept, Accept-Language, Cache-Control, X-Client-ID, X-Client-Secret, X-Merchant-ID, X-API-Version, Idempotency-Key';
const exposedHeaders = 'Idempotent-Replayed, Retry-After, X-Request-Id';
const preflightSeconds = 600;

/**
 * Answers browsers that call from a page (section 2). A preflight comes without credentials, so nothing is known of the
 * merchant yet and any origin may ask; the answer itself is opened only to the origins that the merchant registered.
 * A merchant without any, and a caller that is not known, are open to all in the sandbox and to none live.
 */
export function addCors(scope: EdgeServer, mode: Mode): void {
  scope.addHook('onRequest', async (request, reply) => {
    if (request.headers.origin === undefined) return;
    reply.header('vary', 'Origin');
    if (request.method !== 'OPTIONS') return;
    allow(reply, request.headers.origin);
    reply.headers({
      'access-control-allow-methods': allowedMethods,
      'access-control-allow-headers': allowedHeaders,
      'access-control-max-age': String(preflightSeconds),
    });
    return reply.code(204).send();
  });
  scope.addHook('onSend', async (request, reply) => {
    const { origin } = request.headers;
    if (origin === undefined || request.method === 'OPTIONS' || !mayRead(request, origin, mode)) return;
    allow(reply, origin);
    reply.header('access-control-expose-headers', exposedHeaders);
  });
}

function mayRead(request: FastifyRequest, origin: string, mode: Mode): boolean {
  const registered = request.eximpe?.merchant.settings.returnOrigins ?? [];
  return registered.length === 0 ? mode === 'sandbox' : registered.includes(origin);
}

function allow(reply: FastifyReply, origin: string): void {
  reply.header('access-control-allow-origin', origin);
}
