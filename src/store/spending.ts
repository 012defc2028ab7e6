import type { Currency } from '../domain/currency.ts';
import type { MerchantId } from '../domain/ids.ts';
import type { Database } from './database.ts';

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
    text: `select
        coalesce(sum(p.amount) filter (where c.fingerprint = $4), 0) as by_card,
        coalesce(sum(p.amount) filter (where lower(p.email) = lower($5)), 0) as by_email
      from payments p left join cards c on c.id = p.card_id
      where p.merchant_id = $1 and p.flow_id = $6 and p.currency = $2 and p.created_at >= $3
        and p.state in ('authenticating', 'authorizing', 'authorized', 'captured')`,
    values: [merchantId, currency, since.toISOString(), by.fingerprint, by.email, flowId],
  });
  return { byCard: BigInt(rows[0]?.by_card ?? 0), byEmail: BigInt(rows[0]?.by_email ?? 0) };
}
