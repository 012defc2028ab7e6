import type { ReconciliationPurpose, ReconciliationRun } from '../usecases/ports/reconciliation.ts';

/** A row of `reconciliation_runs`, as `runColumns` selects it. */
export interface RunRow {
  readonly id: bigint;
  readonly acquirer: string;
  readonly purpose: ReconciliationPurpose;
  readonly window_from: Date;
  readonly window_to: Date;
  readonly state: 'running' | 'done';
  readonly compared_until: Date;
  readonly compared_to: string | null;
  readonly compared_count: bigint;
  readonly in_flight_count: bigint;
  readonly in_flight_since: Date | null;
  readonly started_at: Date;
  readonly finished_at: Date | null;
}

export const runColumns = `id, acquirer, purpose, window_from, window_to, state, compared_until, compared_to, compared_count, in_flight_count,
  in_flight_since, started_at, finished_at`;

export function runFromRow(row: RunRow): ReconciliationRun {
  return {
    id: row.id,
    acquirer: row.acquirer,
    purpose: row.purpose,
    from: row.window_from,
    to: row.window_to,
    state: row.state,
    comparedUntil: row.compared_until,
    comparedTo: row.compared_to,
    comparedCount: row.compared_count,
    inFlightCount: row.in_flight_count,
    inFlightSince: row.in_flight_since,
    startedAt: row.started_at,
    finishedAt: row.finished_at,
  };
}
