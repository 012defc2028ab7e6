import type {
  ListedLine,
  ReadLine,
  ReconciliationPurpose,
  ReconciliationRun,
  ReconciliationStore,
  RunStep,
} from '../usecases/ports/reconciliation.ts';
import type { Database } from './database.ts';
import { closeDifference, listUnclosed, markSeen } from './differences.ts';
import { type RunRow, runColumns, runFromRow } from './reconciliation-run-row.ts';

/** The ReconciliationStore over PostgreSQL. */
export function createReconciliationStore(database: Database): ReconciliationStore {
  return {
    holdRun: (window, now, holdSeconds) => holdRun(database, window, now, holdSeconds),
    findUnfinished: (acquirer, purpose) =>
      findRun(database, 'unfinished', acquirer, purpose, `state = 'running' order by id desc`),
    findLastDone: (acquirer, purpose, now) =>
      findRun(
        database,
        'last-done',
        acquirer,
        purpose,
        `state = 'done' and window_to <= $3 order by window_to desc, id desc`,
        now,
      ),
    listOurs: (page) => listOurs(database, page),
    countOurs: (window) => countOurs(database, window),
    findOurs: (acquirer, reference) => findOurs(database, acquirer, reference),
    advanceRun: (run, step, now, holdSeconds) => advanceRun(database, run, step, now, holdSeconds),
    finishRun: (run, now) => finishRun(database, run, now),
    releaseRun: (run) => releaseRun(database, run),
    listUnclosed: (acquirer, limit) => listUnclosed(database, acquirer, limit),
    markSeen: (id, now) => markSeen(database, id, now),
    closeDifference: (id, resolution, now) => closeDifference(database, id, resolution, now),
  };
}

async function holdRun(
  database: Database,
  window: Pick<ReconciliationRun, 'acquirer' | 'purpose' | 'from' | 'to'>,
  now: Date,
  holdSeconds: number,
): Promise<ReconciliationRun | null> {
  const values = [
    window.acquirer,
    window.purpose,
    window.from.toISOString(),
    window.to.toISOString(),
    holdSeconds,
  ];
  const taken = await database.query<RunRow>({
    name: 'take-reconciliation-run',
    text: `update reconciliation_runs set held_until = now() + make_interval(secs => $5)
      where acquirer = $1 and purpose = $2 and window_from = $3 and window_to = $4 and state = 'running'
        and held_until <= now()
      returning ${runColumns}`,
    values,
  });
  if (taken.rows[0]) return runFromRow(taken.rows[0]);
  const begun = await database.query<RunRow>({
    name: 'begin-reconciliation-run',
    text: `insert into reconciliation_runs (acquirer, purpose, window_from, window_to, state, compared_until,
        started_at, held_until)
      values ($1, $2, $3, $4, 'running', $3, $6, now() + make_interval(secs => $5))
      on conflict (acquirer, purpose, window_from, window_to) where state = 'running' do nothing
      returning ${runColumns}`,
    values: [...values, now.toISOString()],
  });
  return begun.rows[0] ? runFromRow(begun.rows[0]) : null;
}

async function findRun(
  database: Database,
  what: string,
  acquirer: string,
  purpose: ReconciliationPurpose,
  condition: string,
  ...more: Date[]
): Promise<ReconciliationRun | null> {
  const { rows } = await database.query<RunRow>({
    name: `find-reconciliation-run-${what}`,
    text: `select ${runColumns} from reconciliation_runs where acquirer = $1 and purpose = $2 and ${condition} limit 1`,
    values: [acquirer, purpose, ...more.map((time) => time.toISOString())],
  });
  return rows[0] ? runFromRow(rows[0]) : null;
}

const openStates = `('queued', 'sending', 'unknown', 'reversing')`;

const lineColumns = `a.id as reference, a.payment_id as "paymentId", a.merchant_id as "merchantId", a.state as "attemptState",
  coalesce(p.authorization_attempt_id = a.id, false) as stands, a.acquirer_reference as "acquirerReference", a.amount,
  p.currency, p.state as "paymentState", p.captured, p.refunded, p.refunding`;

async function listOurs(
  database: Database,
  page: { acquirer: string; from: Date; to: Date; after: string | null; limit: number },
): Promise<ListedLine[]> {
  const { rows } = await database.query<ListedLine>({
    // Without a name, so that it is planned for each window: a narrow one is found by time, a wide one by reference.
    name: '',
    text: `select ${lineColumns}, case when a.state in ${openStates} then a.created_at end as "openSince"
      from attempts a join payments p on p.id = a.payment_id
      where a.kind in ('authorization', 'purchase') and a.acquirer = $1 and a.created_at >= $2 and a.created_at < $3
        and a.id > $4
      order by a.id limit $5`,
    values: [page.acquirer, page.from.toISOString(), page.to.toISOString(), page.after ?? '', page.limit],
  });
  return rows;
}

async function countOurs(
  database: Database,
  window: { acquirer: string; from: Date; to: Date },
): Promise<number> {
  const { rows } = await database.query<{ count: number }>({
    name: '',
    text: `select count(*)::integer as count from attempts
      where kind in ('authorization', 'purchase') and acquirer = $1 and created_at >= $2 and created_at < $3`,
    values: [window.acquirer, window.from.toISOString(), window.to.toISOString()],
  });
  return rows[0]?.count ?? 0;
}

async function findOurs(database: Database, acquirer: string, reference: string): Promise<ReadLine | null> {
  const { rows } = await database.query<ReadLine>({
    name: 'find-reconciliation-line',
    text: `select ${lineColumns}, p.version,
        (select min(open.created_at) from attempts open where open.payment_id = p.id and open.state in ${openStates})
          as "openSince"
      from attempts a join payments p on p.id = a.payment_id
      where a.kind in ('authorization', 'purchase') and a.acquirer = $1 and a.id = $2`,
    values: [acquirer, reference],
  });
  return rows[0] ?? null;
}

async function advanceRun(
  database: Database,
  run: ReconciliationRun,
  step: RunStep,
  now: Date,
  holdSeconds: number,
): Promise<ReconciliationRun | null> {
  const { rows } = await database.query<RunRow>({
    name: 'advance-reconciliation-run',
    text: `with run as (
        update reconciliation_runs set compared_until = $4, compared_to = $5, compared_count = compared_count + $6,
          in_flight_count = in_flight_count + $7, in_flight_since = least(in_flight_since, $8),
          held_until = now() + make_interval(secs => $9)
        where id = $1 and state = 'running' and compared_until = $2 and compared_to is not distinct from $3
        returning *
      ),
      given as (
        select * from jsonb_to_recordset($10) as given (reference text, "acquirerReference" text, cause text,
          "merchantId" text, "paymentId" text, "attemptId" text, ours jsonb, theirs jsonb, owner text, status text, message text)
      ),
      difference as (
        insert into reconciliation_differences (run_id, acquirer, reference, acquirer_reference, cause, merchant_id,
          payment_id, attempt_id, ours, theirs, owner, status, found_at, seen_at)
        select run.id, run.acquirer, reference, "acquirerReference", cause, "merchantId", "paymentId", "attemptId", ours,
          theirs, owner, status, $11, $11
        from given, run
        on conflict (acquirer, reference, acquirer_reference, cause) where status <> 'closed'
          do update set seen_at = excluded.seen_at
        returning id, reference, acquirer_reference, cause, merchant_id, payment_id
      ),
      alert as (
        insert into alerts (kind, merchant_id, payment_id, message, created_at, difference_id)
        select 'reconciliation_difference', difference.merchant_id, difference.payment_id, given.message, $11, difference.id
        from difference join given on given.reference = difference.reference and given.cause = difference.cause
          and given."acquirerReference" = difference.acquirer_reference
        on conflict (difference_id) where difference_id is not null do nothing
      )
      select ${runColumns} from run`,
    values: [
      run.id,
      run.comparedUntil.toISOString(),
      run.comparedTo,
      step.comparedUntil.toISOString(),
      step.comparedTo,
      step.compared,
      step.inFlight,
      step.inFlightSince?.toISOString() ?? null,
      holdSeconds,
      JSON.stringify(step.found),
      now.toISOString(),
    ],
  });
  return rows[0] ? runFromRow(rows[0]) : null;
}

/** Runs of the time just passed are many: those that found nothing are forgotten after a day. */
async function finishRun(
  database: Database,
  run: ReconciliationRun,
  now: Date,
): Promise<ReconciliationRun | null> {
  const { rows } = await database.query<RunRow>({
    name: 'finish-reconciliation-run',
    text: `with done as (
        update reconciliation_runs set state = 'done', finished_at = $3
        where id = $1 and state = 'running' and compared_to is not distinct from $2
        returning *
      ),
      forgotten as (
        delete from reconciliation_runs old using done
        where old.acquirer = done.acquirer and old.purpose = 'recent' and old.state = 'done' and old.id <> done.id
          and old.window_to < done.window_to - interval '1 day'
          and not exists (select from reconciliation_differences where run_id = old.id)
      )
      select ${runColumns} from done`,
    values: [run.id, run.comparedTo, now.toISOString()],
  });
  return rows[0] ? runFromRow(rows[0]) : null;
}

async function releaseRun(database: Database, run: ReconciliationRun): Promise<void> {
  await database.query({
    name: 'release-reconciliation-run',
    text: `update reconciliation_runs set held_until = now()
      where id = $1 and state = 'running' and compared_to is not distinct from $2`,
    values: [run.id, run.comparedTo],
  });
}
