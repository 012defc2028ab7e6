import type { AttemptId, MerchantId } from '../domain/ids.ts';
import { addSeconds } from '../lib/clock.ts';
import type { DueAttempt, ResolutionStore } from '../usecases/ports/resolution.ts';
import type { Database } from './database.ts';

/** The ResolutionStore over PostgreSQL. */
export function createResolutionStore(database: Database): ResolutionStore {
  return {
    claimDue: (now, limit, timing) => claimDue(database, now, limit, timing),
    postpone: (merchantId, id, at) => postpone(database, merchantId, id, at),
    countOpen: () => countOpen(database),
  };
}

async function claimDue(
  database: Database,
  now: Date,
  limit: number,
  timing: { queuedSeconds: number; sendingSeconds: number; leaseSeconds: number },
): Promise<DueAttempt[]> {
  const { rows } = await database.query<DueAttempt>({
    name: 'claim-due-attempts',
    text: `with due as (
        select id from attempts
        where state in ('queued', 'sending', 'unknown') and coalesce(next_inquiry_at, created_at) <= $1
          and (next_inquiry_at is not null
            or (state = 'queued' and created_at <= $2) or (state = 'sending' and created_at <= $3))
        order by coalesce(next_inquiry_at, created_at) limit $5 for update skip locked
      )
      update attempts set next_inquiry_at = $4, inquiries = inquiries + 1 from due where attempts.id = due.id
      returning attempts.id, attempts.merchant_id as "merchantId", attempts.state, attempts.inquiries`,
    values: [
      now.toISOString(),
      addSeconds(now, -timing.queuedSeconds).toISOString(),
      addSeconds(now, -timing.sendingSeconds).toISOString(),
      addSeconds(now, timing.leaseSeconds).toISOString(),
      limit,
    ],
  });
  return rows;
}

async function postpone(database: Database, merchantId: MerchantId, id: AttemptId, at: Date): Promise<void> {
  await database.query({
    name: 'postpone-attempt',
    text: `update attempts set next_inquiry_at = $3
      where merchant_id = $1 and id = $2 and state in ('queued', 'sending', 'unknown')`,
    values: [merchantId, id, at.toISOString()],
  });
}

async function countOpen(
  database: Database,
): Promise<{ attempts: number; oldestSince: Date | null; alerts: number }> {
  const { rows } = await database.query<{ attempts: number; oldest: Date | null; alerts: number }>({
    name: 'count-open-attempts',
    text: `select
        (select count(*)::integer from attempts where state in ('queued', 'sending', 'unknown', 'reversing')) as attempts,
        (select min(created_at) from attempts where state in ('queued', 'sending', 'unknown', 'reversing')) as oldest,
        (select count(*)::integer from alerts where closed_at is null) as alerts`,
    values: [],
  });
  const row = rows[0];
  return { attempts: row?.attempts ?? 0, oldestSince: row?.oldest ?? null, alerts: row?.alerts ?? 0 };
}
