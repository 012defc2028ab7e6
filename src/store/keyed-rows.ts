import type { MerchantId } from '../domain/ids.ts';
import { coalesce } from '../lib/coalesce.ts';
import type { Database } from './database.ts';

/** Most rows read by one statement. */
const rowsReadMax = 64;

export interface KeyedRowsQuery {
  readonly name: string;
  /** The columns to read, and the tables with their joins; the table of the key goes by `keyed`. */
  readonly columns: string;
  readonly from: string;
  readonly keyed: string;
}

/**
 * Reads a merchant's row by its id; those that are asked for while one statement is under way are read together by the
 * next. Null for an unknown id and for another merchant's alike.
 */
export function keyedRows<Row extends object>(
  database: Database,
  { name, columns, from, keyed }: KeyedRowsQuery,
): (merchantId: MerchantId, id: string) => Promise<Row | null> {
  const read = coalesce(async (asked: readonly { merchantId: MerchantId; id: string }[]) => {
    const { rows } = await database.query<Row & { place: number }>({
      name,
      // Lateral and limited, so that each row is looked up by key whatever the planner believes of the tables' sizes. The
      // arrays come by subqueries: seeing their lengths, the planner would plan anew at every execution.
      text: `select asked.place::integer, found.*
        from unnest((select $1::text[]), (select $2::text[])) with ordinality as asked (merchant_id, id, place)
        cross join lateral (
          select ${columns} from ${from} where ${keyed}.merchant_id = asked.merchant_id and ${keyed}.id = asked.id limit 1) found`,
      values: [asked.map(({ merchantId }) => merchantId), asked.map(({ id }) => id)],
    });
    const found = new Map(rows.map((row) => [row.place, row]));
    return asked.map((_, index) => found.get(index + 1) ?? null);
  }, rowsReadMax);
  return (merchantId, id) => read({ merchantId, id });
}
