import type { Pool } from 'pg';
import { type AuthorizationStatus, authorizationId } from './book.ts';
import { bookDue } from './late.ts';

/** A line of the statement that merchants' gateways compare their own book with; amounts are texts of minor units. */
export interface StatementLine {
  readonly reference: string;
  readonly id: string;
  readonly status: AuthorizationStatus;
  readonly amount: string;
  readonly currency: string;
  readonly captured: string;
  readonly refunded: string;
}

export interface StatementWindow {
  readonly from: Date;
  readonly to: Date;
  /** The reference after which the page begins; empty for the first. */
  readonly after: string;
  readonly limit: number;
}

interface LineRow extends Omit<StatementLine, 'id'> {
  readonly number: string;
}

const columns =
  'number::text as number, reference, status, amount::text as amount, currency, captured::text as captured, refunded::text as refunded';

/** What was booked in a window of time, in the byte order of references; a page holds all lines of its last reference. */
export async function readStatement(
  pool: Pool,
  { from, to, after, limit }: StatementWindow,
  now: Date,
): Promise<{ lines: StatementLine[]; last: boolean }> {
  await bookDue(pool, now);
  // Not a named statement: each window is planned for its own width.
  const result = await pool.query<LineRow>(
    `select * from (
       select ${columns} from sandbox_bank.authorizations
        where created_at >= $1 and created_at < $2 and reference > $3
        order by reference fetch first $4 rows with ties
     ) page order by reference, number::bigint`,
    [from, to, after, limit],
  );
  return { lines: result.rows.map(toLine), last: result.rows.length < limit };
}

/** Every line under one reference. */
export async function readStatementOf(pool: Pool, reference: string, now: Date): Promise<StatementLine[]> {
  await bookDue(pool, now);
  const result = await pool.query<LineRow>({
    name: 'sandbox_bank_statement_of',
    text: `select ${columns} from sandbox_bank.authorizations where reference = $1 order by copy`,
    values: [reference],
  });
  return result.rows.map(toLine);
}

function toLine({ number, ...line }: LineRow): StatementLine {
  return { ...line, id: authorizationId(BigInt(number)) };
}
