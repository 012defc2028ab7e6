import type { RetentionStore } from '../usecases/ports/retention.ts';
import { readCursor, writeCursor } from './cursors.ts';
import type { Database } from './database.ts';

const walk = 'purge of card numbers';

/** The RetentionStore over PostgreSQL. */
export function createRetentionStore(database: Database): RetentionStore {
  return {
    readWalk: () => readCursor(database, walk),
    writeWalk: (position, now) => writeCursor(database, walk, position, now),
    purgeCards: (batch) => purgeCards(database, batch),
  };
}

async function purgeCards(
  database: Database,
  { after, limit, endedBefore, now }: Parameters<RetentionStore['purgeCards']>[0],
): Promise<{ last: string | null; purged: number }> {
  // The faces are locked: a payment that is being opened with the card holds its own lock there, and the card is left.
  const { rows } = await database.query<{ last: string | null; looked_at: number; purged: number }>({
    name: 'purge-cards',
    text: `with batch as (
        select card_id from vault.pans where card_id > $1 order by card_id limit $2
      ),
      unneeded as (
        select batch.card_id from batch join cards on cards.id = batch.card_id
        where cards.created_at < $3
          and not exists (select from payment_methods method where method.card_id = cards.id and method.status <> 'detached')
          and not exists (select from card_tokens token
            where token.card_id = cards.id and token.used_by is null and token.expires_at > $4)
          and not exists (select from payments payment where payment.card_id = cards.id
            and (payment.state not in ('captured', 'failed', 'voided')
              or coalesce(payment.captured_at, payment.updated_at) >= $3
              or exists (select from attempts open where open.payment_id = payment.id
                and open.state in ('queued', 'sending', 'unknown', 'reversing'))))
        for update of cards skip locked
      ),
      purged as (
        delete from vault.pans using unneeded where vault.pans.card_id = unneeded.card_id returning 1
      )
      select (select max(card_id) from batch) as last, (select count(*)::integer from batch) as looked_at,
        (select count(*)::integer from purged) as purged`,
    values: [after, limit, endedBefore.toISOString(), now.toISOString()],
  });
  const row = rows[0];
  return { last: row && row.looked_at === limit ? row.last : null, purged: row?.purged ?? 0 };
}
