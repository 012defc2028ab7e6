import type { MerchantId } from '../domain/ids.ts';
import type { Database } from './database.ts';

/**
 * Runs `work` in a transaction that waits until no other holds a lock under one of the merchant's `names`. The locks are
 * taken in one order, so that nobody waits in a ring. A statement that is refused is undone alone.
 */
export function inTurn<T>(
  database: Database,
  merchantId: MerchantId,
  names: readonly string[],
  work: (database: Database) => Promise<T>,
): Promise<T> {
  return database.transaction(async (inner) => {
    await inner.query({
      name: 'take-turn',
      text: `select pg_advisory_xact_lock(turn)
        from (select distinct hashtextextended(name, 0) as turn from unnest($1::text[]) as name order by 1) turns`,
      values: [names.map((name) => `${merchantId} ${name}`)],
    });
    return work({
      query: (statement) => inner.transaction((savepoint) => savepoint.query(statement)),
      transaction: (nested) => inner.transaction(nested),
    });
  });
}
