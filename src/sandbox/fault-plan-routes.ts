import type { FastifyInstance } from 'fastify';
import type { Pool } from 'pg';
import { beginPlan, endPlan, type FaultPlan, readPlan } from './bank/fault-plan.ts';
import { faults as allFaults, type Fault } from './cards.ts';
import { SandboxRequestError } from './request-error.ts';

const authorizationsDefault = 1000;
const authorizationsMax = 1_000_000;

/**
 * `POST /sandbox/faults {seed, share, faults?, authorizations?}` begins a plan of faults for cards that are approved
 * otherwise, `GET` shows it, `DELETE` ends it.
 */
export function addFaultPlanRoutes(scope: FastifyInstance, pool: Pool): void {
  scope.get('/sandbox/faults', async (_request, reply) => reply.send({ plan: await readPlan(pool) }));
  scope.post('/sandbox/faults', async (request, reply) => {
    await beginPlan(pool, parsePlan(request.body));
    return reply.send({ plan: await readPlan(pool) });
  });
  scope.delete('/sandbox/faults', async (_request, reply) => {
    await endPlan(pool);
    return reply.send({ plan: null });
  });
}

function parsePlan(body: unknown): FaultPlan {
  const fields = typeof body === 'object' && body !== null ? (body as Record<string, unknown>) : {};
  return {
    seed: numberOf('seed', fields.seed, Number.isSafeInteger, 'a whole number'),
    share: numberOf('share', fields.share, (share) => share >= 0 && share <= 1, 'a number from 0 to 1'),
    faults: faultsOf(fields.faults),
    authorizations: numberOf(
      'authorizations',
      fields.authorizations ?? authorizationsDefault,
      (count) => Number.isInteger(count) && count >= 1 && count <= authorizationsMax,
      `a whole number from 1 to ${authorizationsMax}`,
    ),
  };
}

function numberOf(name: string, value: unknown, fits: (value: number) => boolean, expected: string): number {
  if (typeof value !== 'number' || !fits(value))
    throw new SandboxRequestError(`${name}: expected ${expected}`);
  return value;
}

function faultsOf(value: unknown): readonly Fault[] {
  if (value === undefined) return allFaults;
  const names: readonly unknown[] = Array.isArray(value) ? value : [];
  const wanted = allFaults.filter((fault) => names.includes(fault));
  if (wanted.length === 0 || wanted.length !== names.length)
    throw new SandboxRequestError(`faults: expected some of ${allFaults.join(', ')}, each once`);
  return wanted;
}
