import type { FastifyInstance } from 'fastify';
import type { Pool } from 'pg';
import type { Clock } from '../lib/clock.ts';
import { readBook } from './bank/entries.ts';
import { sandboxCards } from './cards.ts';
import { addFaultPlanRoutes } from './fault-plan-routes.ts';
import { SandboxRequestError } from './request-error.ts';

/** Moves the gateway's clock; its store belongs to whoever mounts these routes. */
export interface MovableClock {
  /** Moves the clock forward and returns the time that it then shows. */
  advance(seconds: number): Promise<Date>;
}

export interface SandboxRoutesOptions {
  readonly pool: Pool;
  readonly clock: Clock;
  readonly movableClock: MovableClock;
}

const limitDefault = 100;
const limitMax = 1000;
/** Ten years: further than any timer of ours. */
const advanceSecondsMax = 10 * 366 * 24 * 3600;

/**
 * What the sandbox shows of itself: `GET /sandbox/cards`, `GET /sandbox/acquirer/authorizations` (the bank's own book),
 * `POST /sandbox/clock` and plans of faults under `/sandbox/faults`. Mounted in sandbox mode only; elsewhere these addresses are unknown.
 */
export function registerSandboxRoutes(
  server: Pick<FastifyInstance, 'register'>,
  options: SandboxRoutesOptions,
): void {
  server.register(async (scope: FastifyInstance) => {
    scope.setErrorHandler((error: Error, request, reply) => {
      if (error instanceof SandboxRequestError) {
        return reply.code(400).send({
          error: {
            type: 'invalid_request_error',
            code: 'validation_error',
            message: error.message,
            request_id: request.id,
          },
        });
      }
      throw error;
    });
    scope.get('/sandbox/cards', async (_request, reply) => reply.send({ cards: sandboxCards }));
    scope.get('/sandbox/acquirer/authorizations', async (request, reply) => {
      const query = request.query as Record<string, unknown>;
      const filter = {
        reference: filterOf(query, 'reference'),
        merchantReference: filterOf(query, 'merchant_reference'),
        after: BigInt(digitsOf(query, 'cursor') ?? '0'),
        limit: limitOf(query),
      };
      return reply.send(await readBook(options.pool, filter, options.clock.now()));
    });
    addFaultPlanRoutes(scope, options.pool);
    scope.post('/sandbox/clock', async (request, reply) => {
      const now = await options.movableClock.advance(advanceSecondsOf(request.body));
      return reply.send({ now: now.toISOString() });
    });
  });
}

function filterOf(query: Record<string, unknown>, name: string): string | null {
  const value = query[name];
  if (value === undefined || value === '') return null;
  if (typeof value !== 'string' || value.length > 200 || value.includes('\0')) {
    throw new SandboxRequestError(`${name}: expected one text of at most 200 characters`);
  }
  return value;
}

function digitsOf(query: Record<string, unknown>, name: string): string | null {
  const value = filterOf(query, name);
  if (value !== null && !/^[0-9]{1,18}$/.test(value)) {
    throw new SandboxRequestError(`${name}: expected digits, as an earlier answer gave them`);
  }
  return value;
}

function limitOf(query: Record<string, unknown>): number {
  const limit = Number(digitsOf(query, 'limit') ?? limitDefault);
  if (limit < 1 || limit > limitMax) throw new SandboxRequestError(`limit: expected 1 to ${limitMax}`);
  return limit;
}

function advanceSecondsOf(body: unknown): number {
  const seconds =
    typeof body === 'object' && body !== null ? (body as Record<string, unknown>).advance_seconds : undefined;
  if (
    typeof seconds !== 'number' ||
    !Number.isFinite(seconds) ||
    seconds < 0 ||
    seconds > advanceSecondsMax
  ) {
    throw new SandboxRequestError(`advance_seconds: expected a number from 0 to ${advanceSecondsMax}`);
  }
  return seconds;
}
