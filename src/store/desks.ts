import { assert } from '../lib/assert.ts';
import type { Alert, AlertDesk } from '../usecases/ports/alerts.ts';
import type { Difference, ReconciliationDesk } from '../usecases/ports/reconciliation.ts';
import type { Database } from './database.ts';
import { closeDifference, differenceColumns } from './differences.ts';
import { type RunRow, runColumns, runFromRow } from './reconciliation-run-row.ts';

const pageMax = 1000;

function checkLimit(limit: number): void {
  assert(limit > 0 && limit <= pageMax, `a page holds 1 to ${pageMax} rows`);
}

/** What operators see of reconciliation, and do about it. */
export function createReconciliationDesk(database: Database): ReconciliationDesk {
  return {
    async listRuns({ limit, before }) {
      checkLimit(limit);
      const { rows } = await database.query<RunRow & { found_count: bigint }>({
        name: 'list-reconciliation-runs',
        text: `select ${runColumns},
            (select count(*) from reconciliation_differences where run_id = run.id) as found_count
          from reconciliation_runs run where $2::bigint is null or id < $2 order by id desc limit $1`,
        values: [limit, before ?? null],
      });
      return rows.map((row) => ({ ...runFromRow(row), foundCount: row.found_count }));
    },
    async listDifferences({ limit, before, runId, unclosedOnly }) {
      checkLimit(limit);
      const { rows } = await database.query<Difference>({
        name: 'list-differences',
        text: `select ${differenceColumns} from reconciliation_differences
          where ($2::bigint is null or id < $2) and ($3::bigint is null or run_id = $3)
            and (not $4 or status <> 'closed')
          order by id desc limit $1`,
        values: [limit, before ?? null, runId ?? null, unclosedOnly ?? false],
      });
      return rows;
    },
    async assignDifference(id, owner) {
      const { rowCount } = await database.query({
        name: 'assign-difference',
        text: `update reconciliation_differences set owner = $2 where id = $1 and status <> 'closed'`,
        values: [id, owner],
      });
      return rowCount === 1;
    },
    closeDifference: (id, resolution, now) => closeDifference(database, id, resolution, now),
    async countDifferences() {
      const { rows } = await database.query<{ open: number; mending: number }>({
        name: 'count-differences',
        text: `select count(*) filter (where status = 'open')::integer as open,
            count(*) filter (where status = 'mending')::integer as mending
          from reconciliation_differences where status <> 'closed'`,
        values: [],
      });
      return rows[0] ?? { open: 0, mending: 0 };
    },
  };
}

/** What operators see of alerts; an alert is closed by whoever has dealt with it. */
export function createAlertDesk(database: Database): AlertDesk {
  return {
    async listAlerts({ limit, before, openOnly }) {
      checkLimit(limit);
      const { rows } = await database.query<Alert>({
        name: 'list-alerts',
        text: `select id, kind, merchant_id as "merchantId", payment_id as "paymentId", attempt_id as "attemptId",
            difference_id as "differenceId", message, created_at as "createdAt", closed_at as "closedAt"
          from alerts where ($2::bigint is null or id < $2) and (not $3 or closed_at is null)
          order by id desc limit $1`,
        values: [limit, before ?? null, openOnly ?? false],
      });
      return rows;
    },
    async closeAlert(id, now) {
      const { rowCount } = await database.query({
        name: 'close-alert',
        text: 'update alerts set closed_at = $2 where id = $1 and closed_at is null',
        values: [id, now.toISOString()],
      });
      return rowCount === 1;
    },
  };
}
