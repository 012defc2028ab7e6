import type { Difference } from '../usecases/ports/reconciliation.ts';
import type { Database } from './database.ts';

export const differenceColumns = `id, run_id as "runId", acquirer, reference, acquirer_reference as "acquirerReference", cause,
  merchant_id as "merchantId", payment_id as "paymentId", attempt_id as "attemptId", ours, theirs, owner, status, resolution,
  found_at as "foundAt", seen_at as "seenAt", closed_at as "closedAt"`;

/** Differences that nobody has closed, the one that was not looked at for longest first. */
export async function listUnclosed(
  database: Database,
  acquirer: string,
  limit: number,
): Promise<Difference[]> {
  const { rows } = await database.query<Difference>({
    name: 'list-unclosed-differences',
    text: `select ${differenceColumns} from reconciliation_differences
      where acquirer = $1 and status <> 'closed' order by seen_at, id limit $2`,
    values: [acquirer, limit],
  });
  return rows;
}

export async function markSeen(database: Database, id: bigint, now: Date): Promise<void> {
  await database.query({
    name: 'mark-difference-seen',
    text: `update reconciliation_differences set seen_at = $2 where id = $1 and status <> 'closed'`,
    values: [id, now.toISOString()],
  });
}

/** Closes a difference together with its alert; false when it is closed already. */
export async function closeDifference(
  database: Database,
  id: bigint,
  resolution: string,
  now: Date,
): Promise<boolean> {
  const { rowCount } = await database.query({
    name: 'close-difference',
    text: `with closed as (
        update reconciliation_differences set status = 'closed', resolution = $2, closed_at = $3
        where id = $1 and status <> 'closed' returning id
      ),
      alert as (
        update alerts set closed_at = $3 from closed where alerts.difference_id = closed.id and alerts.closed_at is null
      )
      select 1 from closed`,
    values: [id, resolution, now.toISOString()],
  });
  return rowCount === 1;
}
