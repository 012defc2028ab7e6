import { minorUnits } from '../../domain/money.ts';
import type { AcquirerDispute, AcquirerRecords, BookedAuthorization } from '../../usecases/ports/acquirer.ts';
import type { HttpAnswer } from './response.ts';

type Unknown = { readonly kind: 'unknown'; readonly cause: string };

/** Gets an address of the bank. */
export type Get = (path: string) => Promise<HttpAnswer | Unknown>;

/** The simulated bank's own records (sandbox/bank/wire.ts). */
export function createRecords(get: Get): AcquirerRecords {
  return {
    async listAuthorizations({ from, to, after, limit }) {
      const query = new URLSearchParams({
        from: from.toISOString(),
        to: to.toISOString(),
        after: after ?? '',
        limit: String(limit),
      });
      const body = readBody(await get(`/statement?${query}`));
      if (isUnknown(body)) return body;
      const authorizations = readAll(body.lines, readLine);
      if (authorizations === undefined || typeof body.last !== 'boolean') return nonsense;
      return { kind: 'page', authorizations, last: body.last };
    },
    async findAuthorizations(reference) {
      const body = readBody(await get(`/statement/${encodeURIComponent(reference)}`));
      if (isUnknown(body)) return body;
      const authorizations = readAll(body.lines, readLine);
      return authorizations === undefined ? nonsense : { kind: 'found', authorizations };
    },
    async listDisputes({ after, limit }) {
      const query = new URLSearchParams({ after: after ?? '0', limit: String(limit) });
      const body = readBody(await get(`/disputes?${query}`));
      if (isUnknown(body)) return body;
      const disputes = readAll(body.disputes, readDispute);
      const { next } = body;
      if (disputes === undefined || (next !== null && typeof next !== 'string')) return nonsense;
      return { kind: 'page', disputes, next };
    },
  };
}

const nonsense: Unknown = { kind: 'unknown', cause: "the bank's answer makes no sense" };

function isUnknown(body: Record<string, unknown> | Unknown): body is Unknown {
  return body.kind === 'unknown';
}

function readBody(answer: HttpAnswer | Unknown): Record<string, unknown> | Unknown {
  if ('kind' in answer) return answer;
  if (answer.status !== 200)
    return { kind: 'unknown', cause: `the bank answered with status ${answer.status}` };
  try {
    const body: unknown = JSON.parse(answer.body);
    return isRecord(body) ? body : nonsense;
  } catch {
    return nonsense;
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Every element as `read` reads it; undefined when one of them makes no sense. */
function readAll<T>(
  list: unknown,
  read: (fields: Record<string, unknown>) => T | undefined,
): T[] | undefined {
  if (!Array.isArray(list)) return undefined;
  const all: T[] = [];
  for (const element of list) {
    const one = isRecord(element) ? read(element) : undefined;
    if (one === undefined) return undefined;
    all.push(one);
  }
  return all;
}

const states: ReadonlySet<unknown> = new Set<BookedAuthorization['state']>([
  'authorized',
  'captured',
  'voided',
  'reversed',
  'refunded',
  'declined',
]);

function readLine(fields: Record<string, unknown>): BookedAuthorization | undefined {
  const { reference, id, status, amount, currency, captured, refunded } = fields;
  if (typeof reference !== 'string' || typeof id !== 'string' || typeof currency !== 'string')
    return undefined;
  if (!states.has(status) || !isCount(amount) || !isCount(captured) || !isCount(refunded)) return undefined;
  return {
    reference,
    acquirerReference: id,
    state: status as BookedAuthorization['state'],
    amount: minorUnits(BigInt(amount)),
    currency,
    captured: minorUnits(BigInt(captured)),
    refunded: minorUnits(BigInt(refunded)),
  };
}

function readDispute(fields: Record<string, unknown>): AcquirerDispute | undefined {
  const { id, reference, amount, currency, reasonCode, raisedAt } = fields;
  if (typeof id !== 'string' || typeof reference !== 'string' || typeof currency !== 'string')
    return undefined;
  if (!isCount(amount) || typeof raisedAt !== 'string') return undefined;
  const raised = new Date(raisedAt);
  if (Number.isNaN(raised.getTime())) return undefined;
  return {
    id,
    reference,
    amount: minorUnits(BigInt(amount)),
    currency,
    reasonCode: typeof reasonCode === 'string' ? reasonCode : null,
    raisedAt: raised,
  };
}

function isCount(value: unknown): value is string {
  return typeof value === 'string' && /^[0-9]{1,18}$/.test(value);
}
