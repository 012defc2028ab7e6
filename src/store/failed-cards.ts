import { failuresCountedMax, type LimitScope } from '../domain/risk/card-limits.ts';
import type { FailedCardStore, HeldOff, RiskSweepStore } from '../usecases/ports/risk.ts';
import type { Database } from './database.ts';

interface HeldOffRow {
  readonly scope: LimitScope;
  readonly subject: Buffer;
  readonly measure: HeldOff['measure'];
  readonly limited_until: Date;
}

const heldOffMax = 10_000;

function heldOffFromRow(row: HeldOffRow): HeldOff {
  return { scope: row.scope, subject: row.subject, measure: row.measure, until: row.limited_until };
}

/** The FailedCardStore over PostgreSQL. */
export function createFailedCardStore(database: Database): FailedCardStore {
  return {
    record: (failed, now, since) => record(database, failed, now, since),
    async holdOff({ scope, subject, measure, until }) {
      await database.query({
        name: 'hold-off',
        text: `insert into card_limits (scope, subject, measure, limited_until) values ($1, $2, $3, $4)
          on conflict (scope, subject) do update set measure = $3, limited_until = $4`,
        values: [scope, subject, measure, until.toISOString()],
      });
    },
    async listHeldOff(now) {
      const { rows } = await database.query<HeldOffRow>({
        name: 'list-held-off',
        text: `select scope, subject, measure, limited_until from card_limits where limited_until > $1
          order by limited_until desc limit $2`,
        values: [now.toISOString(), heldOffMax],
      });
      return rows.map(heldOffFromRow);
    },
    async countSuccesses(merchantId, since, max) {
      const { rows } = await database.query<{ count: number }>({
        name: 'count-successes',
        text: `select count(*)::integer as count from (
            select 1 from payments
            where merchant_id = $1 and created_at >= $2 and state in ('authorized', 'captured') limit $3) found`,
        values: [merchantId, since.toISOString(), max],
      });
      return rows[0]?.count ?? 0;
    },
  };
}

/** Other cards are counted as they were before this statement, and this one is added: it counts once, however often it came. */
async function record(
  database: Database,
  failed: Parameters<FailedCardStore['record']>[0],
  now: Date,
  since: Date,
): ReturnType<FailedCardStore['record']> {
  const { rows } = await database.query<
    { scope: LimitScope; subject: Buffer; failures: number } & (
      | Pick<HeldOffRow, 'measure' | 'limited_until'>
      | { measure: null; limited_until: null }
    )
  >({
    name: 'record-failed-cards',
    text: `with given as (
        select * from unnest($1::text[], $2::bytea[], $3::bytea[]) as given (scope, subject, card)
      ), written as (
        insert into failed_cards (scope, subject, card, failed_at)
        select scope, subject, card, $4 from given order by scope, subject, card
        on conflict (scope, subject, card) do update set failed_at = excluded.failed_at
      )
      select given.scope, given.subject, limited.measure, limited.limited_until,
        1 + (select count(*)::integer from (
          select 1 from failed_cards other
          where other.scope = given.scope and other.subject = given.subject and other.card <> given.card
            and other.failed_at > $5 limit $6) others) as failures
      from given left join card_limits limited
        on limited.scope = given.scope and limited.subject = given.subject and limited.limited_until > $4`,
    values: [
      failed.map(({ scope }) => scope),
      failed.map(({ subject }) => subject),
      failed.map(({ card }) => card),
      now.toISOString(),
      since.toISOString(),
      failuresCountedMax,
    ],
  });
  return rows.map((row) => ({
    scope: row.scope,
    failures: row.failures,
    heldOff: row.measure === null ? null : heldOffFromRow(row),
  }));
}

/** The RiskSweepStore over PostgreSQL; rows that somebody works on are stepped over. */
export function createRiskSweepStore(database: Database): RiskSweepStore {
  const sweep = async (name: string, text: string, moment: Date, limit: number): Promise<number> => {
    const { rowCount } = await database.query({ name, text, values: [moment.toISOString(), limit] });
    return rowCount;
  };
  return {
    deleteExpiredCounters: (now, limit) =>
      sweep(
        'delete-expired-risk-counters',
        `delete from risk_counters where (merchant_id, dimension, value_hash, span) in (
          select merchant_id, dimension, value_hash, span from risk_counters where expires_at <= $1
          order by expires_at limit $2 for update skip locked)`,
        now,
        limit,
      ),
    deleteOldFailedCards: (before, limit) =>
      sweep(
        'delete-old-failed-cards',
        `delete from failed_cards where (scope, subject, card) in (
          select scope, subject, card from failed_cards where failed_at <= $1
          order by failed_at limit $2 for update skip locked)`,
        before,
        limit,
      ),
    deletePastLimits: (now, limit) =>
      sweep(
        'delete-past-card-limits',
        `delete from card_limits where (scope, subject) in (
          select scope, subject from card_limits where limited_until <= $1 limit $2 for update skip locked)`,
        now,
        limit,
      ),
    deletePastPace: (before, limit) =>
      sweep(
        'delete-past-card-pace',
        `delete from card_pace where (scope, subject, minute) in (
          select scope, subject, minute from card_pace where minute <= $1
          order by minute limit $2 for update skip locked)`,
        before,
        limit,
      ),
  };
}
