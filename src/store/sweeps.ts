import type { MerchantId, PaymentId } from '../domain/ids.ts';
import { addSeconds } from '../lib/clock.ts';
import type { SweepStore } from '../usecases/ports/sweeps.ts';
import type { Database } from './database.ts';

/** What is past its time, in PostgreSQL. */
export function createSweepStore(database: Database): SweepStore {
  return {
    listExpiring: (now, limit, except) => listExpiring(database, now, limit, except),
    deleteExpiredTokens: (now, limit) => deleteExpiredTokens(database, now, limit),
    async deleteExpiredCvcs(now, limit) {
      const { rowCount } = await database.query({
        name: 'delete-expired-cvcs',
        text: `delete from vault.cvcs where card_id in (
          select card_id from vault.cvcs where expires_at <= $1 order by expires_at limit $2 for update skip locked)`,
        values: [now, limit],
      });
      return rowCount;
    },
    async deleteExpiredIdempotencyKeys(now, limit) {
      const { rowCount } = await database.query({
        name: 'delete-expired-idempotency-keys',
        text: `delete from idempotency_keys where (merchant_id, key_hash) in (
          select merchant_id, key_hash from idempotency_keys where expires_at <= $1
          order by expires_at limit $2 for update skip locked)`,
        values: [now, limit],
      });
      return rowCount;
    },
    endClosedDeliveries: (now, limit) => endClosedDeliveries(database, now, limit),
    oldestDueDelivery: (now) => oldestDueDelivery(database, now),
  };
}

async function listExpiring(
  database: Database,
  now: Date,
  limit: number,
  except: readonly PaymentId[],
): Promise<{ merchantId: MerchantId; paymentId: PaymentId }[]> {
  // Two queries joined by `union all`, so that each has its own partial index to walk.
  const { rows } = await database.query<{ merchantId: MerchantId; paymentId: PaymentId }>({
    name: 'list-expiring-payments',
    text: `(select merchant_id as "merchantId", id as "paymentId" from payments
        where state in ('awaiting_card', 'authenticating') and expires_at <= $1 and id <> all ($3::text[])
        order by expires_at limit $2)
      union all
      (select payment.merchant_id, payment.id from payments payment
        where payment.state = 'authorized' and payment.capture_before <= $1 and payment.id <> all ($3::text[])
          and not exists (
            select 1 from attempts open
            where open.payment_id = payment.id and open.state in ('queued', 'sending', 'unknown', 'reversing')
              and open.kind in ('authorization', 'purchase', 'capture', 'void'))
        order by payment.capture_before limit $2)
      limit $2`,
    values: [now, limit, except],
  });
  return rows;
}

/** For a day after its end a token is still known as expired, which tells its merchant more than an unknown one. */
const expiredTokensKeptSeconds = 24 * 60 * 60;

/** A token in use by nobody is the only row that its card was made for; the check is there for the day that changes. */
async function deleteExpiredTokens(database: Database, now: Date, limit: number): Promise<number> {
  const { rows } = await database.query<{ deleted: number }>({
    name: 'delete-expired-tokens',
    text: `with expired as (
        select id, card_id from card_tokens where used_by is null and expires_at <= $1
        order by expires_at limit $2 for update skip locked
      ),
      token as (
        delete from card_tokens using expired where card_tokens.id = expired.id returning card_tokens.card_id
      ),
      card as (
        delete from cards using token
        where cards.id = token.card_id
          and not exists (select 1 from payments where payments.card_id = cards.id)
          and not exists (select 1 from payment_methods where payment_methods.card_id = cards.id)
          and not exists (
            select 1 from card_tokens other
            where other.card_id = cards.id and other.id not in (select id from expired))
        returning cards.id
      ),
      pan as (delete from vault.pans using card where vault.pans.card_id = card.id),
      cvc as (delete from vault.cvcs using card where vault.cvcs.card_id = card.id)
      select count(*)::integer as deleted from token`,
    values: [addSeconds(now, -expiredTokensKeptSeconds), limit],
  });
  return rows[0]?.deleted ?? 0;
}

/** A claim ends such deliveries too, but few at a time: it leaves room for endpoints that live. */
async function endClosedDeliveries(database: Database, now: Date, limit: number): Promise<number> {
  const { rowCount } = await database.query({
    name: 'end-closed-deliveries',
    text: `update webhook_deliveries delivery
      set state = 'failed', next_try_at = null, finished_at = $1, last_error = 'the endpoint is ' || closed.status
      from (
        select due.id, endpoint.status from webhook_endpoints endpoint
        cross join lateral (
          select id from webhook_deliveries
          where endpoint_id = endpoint.id and state = 'pending' and next_try_at <= $1
          order by next_try_at limit $2 for update skip locked
        ) due
        where endpoint.status <> 'enabled' limit $2
      ) closed
      where delivery.id = closed.id`,
    values: [now, limit],
  });
  return rowCount;
}

async function oldestDueDelivery(database: Database, now: Date): Promise<Date | null> {
  const { rows } = await database.query<{ oldest: Date | null }>({
    name: 'oldest-due-delivery',
    text: `with recursive waiting as (
        (select endpoint_id, next_try_at from webhook_deliveries where state = 'pending'
          order by endpoint_id, next_try_at limit 1)
        union all
        select following.endpoint_id, following.next_try_at from waiting
        cross join lateral (
          select next.endpoint_id, next.next_try_at from webhook_deliveries next
          where next.state = 'pending' and next.endpoint_id > waiting.endpoint_id
          order by next.endpoint_id, next.next_try_at limit 1
        ) following
      )
      select min(next_try_at) as oldest from waiting where next_try_at <= $1`,
    values: [now],
  });
  return rows[0]?.oldest ?? null;
}
