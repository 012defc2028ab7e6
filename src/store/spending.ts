import type { Currency } from '../domain/currency.ts';
import type { MerchantId } from '../domain/ids.ts';
import type { Database } from './database.ts';

const conditions = `p.merchant_id = $1 and p.flow_id = $6 and p.currency = $2 and p.created_at >= $3
  and p.state in ('authenticating', 'authorizing', 'authorized', 'captured')`;

/**
 * Minor units of the payments made through one flow since `since` that are not lost, by card and by e-mail address; null
 * counts nothing. What waits for the cardholder counts too: nothing asks again when the issuer has said yes.
 */
export async function spentSince(
  database: Database,
  merchantId: MerchantId,
  flowId: string,
  currency: Currency,
  since: Date,
  by: { readonly fingerprint: Buffer | null; readonly email: string | null },
): Promise<{ byCard: bigint; byEmail: bigint }> {
  const { rows } = await database.query<{ by_card: string; by_email: string }>({
    name: 'spent-since',
    // Two sums, each found by an index of its own: a merchant's payments of a month may be a million.
    text: `select
        (select coalesce(sum(p.amount), 0) from cards c join payments p on p.card_id = c.id
          where c.merchant_id = $1 and c.fingerprint = $4 and ${conditions}) as by_card,
        (select coalesce(sum(p.amount), 0) from payments p
          where lower(p.email) = lower($5) and ${conditions}) as by_email`,
    values: [merchantId, currency, since.toISOString(), by.fingerprint, by.email, flowId],
  });
  return { byCard: BigInt(rows[0]?.by_card ?? 0), byEmail: BigInt(rows[0]?.by_email ?? 0) };
}
