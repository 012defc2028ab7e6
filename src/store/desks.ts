import { assert } from '../lib/assert.ts';
import type { Alert, AlertDesk } from '../usecases/ports/alerts.ts';
import type { AuditEntry } from '../usecases/ports/audit.ts';
import type { DisputeDesk } from '../usecases/ports/disputes.ts';
import type { Difference, ReconciliationDesk } from '../usecases/ports/reconciliation.ts';
import { appendAuditEntry } from './audit-log.ts';
import type { Database } from './database.ts';
import { closeDifference, differenceColumns } from './differences.ts';
import { type DisputeRow, disputeColumns, disputeFromRow } from './disputes.ts';
import { type RunRow, runColumns, runFromRow } from './reconciliation-run-row.ts';

const pageMax = 1000;

export const alertColumns = `id, kind, merchant_id as "merchantId", payment_id as "paymentId", attempt_id as "attemptId",
  difference_id as "differenceId", message, created_at as "createdAt", closed_at as "closedAt"`;

function checkLimit(limit: number): void {
  assert(limit > 0 && limit <= pageMax, `a page holds 1 to ${pageMax} rows`);
}

/** Does `act` and writes its audit entry in one commit; nothing is written when it had nothing to do. */
function audited(
  database: Database,
  audit: AuditEntry,
  act: (database: Database) => Promise<boolean>,
): Promise<boolean> {
  return database.transaction(async (inner) => {
    const done = await act(inner);
    if (done) await appendAuditEntry(inner, audit);
    return done;
  });
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
    assignDifference: (id, owner, audit) =>
      audited(database, audit, async (inner) => {
        const { rowCount } = await inner.query({
          name: 'assign-difference',
          text: `update reconciliation_differences set owner = $2 where id = $1 and status <> 'closed'`,
          values: [id, owner],
        });
        return rowCount === 1;
      }),
    closeDifference: (id, resolution, now, audit) =>
      audited(database, audit, (inner) => closeDifference(inner, id, resolution, now)),
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
        text: `select ${alertColumns} from alerts where ($2::bigint is null or id < $2) and (not $3 or closed_at is null)
          order by id desc limit $1`,
        values: [limit, before ?? null, openOnly ?? false],
      });
      return rows;
    },
    async closeAlert(id, now, audit) {
      const closed = await audited(database, audit, async (inner) => {
        const { rowCount } = await inner.query({
          name: 'close-alert',
          text: `update alerts set closed_at = $2 where id = $1 and closed_at is null and not exists (
            select from reconciliation_differences difference
            where difference.id = alerts.difference_id and difference.status <> 'closed')`,
          values: [id, now.toISOString()],
        });
        return rowCount === 1;
      });
      if (closed) return 'closed';
      const { rows } = await database.query({
        name: 'is-alert-open',
        text: 'select id from alerts where id = $1 and closed_at is null',
        values: [id],
      });
      return rows.length === 0 ? 'not_open' : 'difference_open';
    },
  };
}

/** What operators see of disputes. */
export function createDisputeDesk(database: Database): DisputeDesk {
  return {
    async listDisputes({ limit, after }) {
      checkLimit(limit);
      const { rows } = await database.query<DisputeRow>({
        name: 'list-disputes',
        text: `select ${disputeColumns} from disputes
          where $2::timestamptz is null or (received_at, acquirer_dispute_id) < ($2, $3)
          order by received_at desc, acquirer_dispute_id desc limit $1`,
        values: [limit, after?.receivedAt ?? null, after?.id ?? null],
      });
      return rows.map(disputeFromRow);
    },
  };
}
