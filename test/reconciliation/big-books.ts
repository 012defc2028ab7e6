import type { Pool } from 'pg';

/** What is wrong between the two books, by the number of the row. */
export const seededDifferences = [
  { row: 11, cause: 'at_bank_only' },
  { row: 5_012, cause: 'ours_only' },
  { row: 10_013, cause: 'amount_differs' },
  { row: 20_014, cause: 'currency_differs' },
  { row: 30_015, cause: 'state_differs' },
  { row: 40_016, cause: 'captured_differs' },
  { row: 50_017, cause: 'refunded_differs' },
  { row: 60_018, cause: 'two_authorizations_for_one_attempt' },
  { row: 70_019, cause: 'live_at_bank_but_failed_here' },
  { row: 99_999, cause: 'ours_only' },
] as const;

/** How a row is called in both books: scattered, as random references are. */
const reference = `'att_' || substr(md5(n::text), 1, 22)`;

/** Every second is as busy as the next: `rows` authorizations, spread over one day from `from`. */
const bookedAt = `($2::timestamptz + make_interval(secs => 86000.0 * n / $1))`;

/**
 * Fills both books with `rows` captured payments of the demonstration merchant and the differences above. The secondary
 * indexes of `payments` are dropped first: they are not what is measured, and building them takes longer than the rest.
 */
export async function fillBooks(pool: Pool, rows: number, from: Date): Promise<void> {
  await dropSecondaryIndexes(pool, 'payments');
  const client = await pool.connect();
  const values = [rows, from.toISOString()];
  try {
    await client.query('set statement_timeout = 0');
    await client.query('set synchronous_commit = off');
    await client.query(
      `insert into payments (id, merchant_id, version, event_count, dialect, state, amount, currency, captured, capture_method,
         flow_id, source, initiator, authorization_attempt_id, acquirer, acquirer_reference, captured_at, created_at, updated_at)
       select 'tx_' || n, 'mer_demo', 2, 1, 'test', 'captured', 1000 + n % 900, 'USD', 1000 + n % 900, 'automatic',
         'flow_default', 'direct', 'cardholder', ${reference}, 'simulator', 'sba_' || n, ${bookedAt}, ${bookedAt}, ${bookedAt}
       from generate_series(1, $1::integer) n`,
      values,
    );
    await client.query(
      `insert into attempts (id, payment_id, merchant_id, kind, state, amount, acquirer, acquirer_reference, created_at, finished_at)
       select ${reference}, 'tx_' || n, 'mer_demo', 'purchase', 'approved', 1000 + n % 900, 'simulator', 'sba_' || n,
         ${bookedAt}, ${bookedAt}
       from generate_series(1, $1::integer) n`,
      values,
    );
    await client.query(
      `insert into sandbox_bank.authorizations (number, reference, merchant_reference, kind, initiator, card, authenticated,
         amount, currency, status, response_code, captured, created_at) overriding system value
       select n, ${reference}, 'tx_' || n, 'purchase', 'cardholder', '424242-4242', false, 1000 + n % 900, 'USD', 'captured',
         '00', 1000 + n % 900, ${bookedAt}
       from generate_series(1, $1::integer) n`,
      values,
    );
    await seedDifferences(client, rows);
    // As autovacuum does in time: without it the indexes by time do not know the new pages.
    await client.query('vacuum (analyze) payments, attempts, sandbox_bank.authorizations');
  } finally {
    await client.query('reset all');
    client.release();
  }
}

async function dropSecondaryIndexes(pool: Pool, table: string): Promise<void> {
  const { rows } = await pool.query<{ name: string }>(
    `select index.relname as name from pg_index i join pg_class index on index.oid = i.indexrelid
     where i.indrelid = $1::regclass and not i.indisprimary and not exists (
       select from pg_constraint where conindid = i.indexrelid)`,
    [table],
  );
  for (const { name } of rows) await pool.query(`drop index ${name}`);
}

const statements: Readonly<Record<(typeof seededDifferences)[number]['cause'], readonly string[]>> = {
  at_bank_only: [
    `delete from attempts where payment_id = 'tx_' || $1::integer`,
    `delete from payments where id = 'tx_' || $1::integer`,
  ],
  ours_only: ['delete from sandbox_bank.authorizations where number = $1::integer'],
  amount_differs: ['update sandbox_bank.authorizations set amount = amount + 1 where number = $1::integer'],
  currency_differs: [`update sandbox_bank.authorizations set currency = 'EUR' where number = $1::integer`],
  state_differs: [
    `update sandbox_bank.authorizations set status = 'voided', captured = 0 where number = $1::integer`,
  ],
  captured_differs: [
    'update sandbox_bank.authorizations set captured = captured - 1 where number = $1::integer',
  ],
  refunded_differs: ['update sandbox_bank.authorizations set refunded = 7 where number = $1::integer'],
  two_authorizations_for_one_attempt: [
    `insert into sandbox_bank.authorizations (number, reference, copy, merchant_reference, kind, initiator, card, authenticated,
       amount, currency, status, response_code, captured, created_at) overriding system value
     select -number, reference, 1, merchant_reference, kind, initiator, card, authenticated, amount, currency, status,
       response_code, captured, created_at
     from sandbox_bank.authorizations where number = $1::integer`,
  ],
  live_at_bank_but_failed_here: [
    `update payments set state = 'failed', failure_reason = 'do_not_honor', captured = 0, captured_at = null,
       authorization_attempt_id = null, acquirer_reference = null where id = 'tx_' || $1::integer`,
    `update attempts set state = 'declined', decline_reason = 'do_not_honor' where payment_id = 'tx_' || $1::integer`,
  ],
};

async function seedDifferences(
  client: { query(text: string, values: unknown[]): Promise<unknown> },
  rows: number,
): Promise<void> {
  for (const { row, cause } of seededDifferences) {
    if (row > rows) continue;
    for (const statement of statements[cause]) await client.query(statement, [row]);
  }
}
