import type { Book } from './book.ts';
import { authorizationId } from './book.ts';

/** Visa's "other fraud, card-absent environment". */
const reasonCode = '10.4';

/** Notes that the cardholder disputes an authorization; a second dispute of the same one is not noted. */
export async function raiseDispute(
  book: Book,
  dispute: { authorization: bigint; amount: bigint; currency: string },
  now: Date,
): Promise<void> {
  await book.query(
    `insert into sandbox_bank.disputes (authorization_number, amount, currency, reason_code, raised_at)
     values ($1, $2, $3, $4, $5) on conflict (authorization_number) do nothing`,
    [dispute.authorization.toString(), dispute.amount.toString(), dispute.currency, reasonCode, now],
  );
}

/** A dispute as the bank reports it; amounts are minor units. */
export interface DisputeEntry {
  readonly id: string;
  readonly authorization: string;
  readonly reference: string;
  readonly merchantReference: string;
  readonly amount: string;
  readonly currency: string;
  readonly reasonCode: string;
  readonly raisedAt: string;
}

interface DisputeRow {
  number: string;
  authorization_number: string;
  reference: string;
  merchant_reference: string;
  amount: string;
  currency: string;
  reason_code: string;
  raised_at: Date;
}

/** Disputes after a cursor, oldest first; `next` is the cursor of the next page, null when there is none yet. */
export async function listDisputes(
  book: Book,
  page: { after: bigint; limit: number },
): Promise<{ disputes: DisputeEntry[]; next: string | null }> {
  const result = await book.query<DisputeRow>(
    `select d.number::text as number, d.authorization_number::text as authorization_number, a.reference, a.merchant_reference,
            d.amount::text as amount, d.currency, d.reason_code, d.raised_at
       from sandbox_bank.disputes d
       join sandbox_bank.authorizations a on a.number = d.authorization_number
      where d.number > $1 order by d.number limit $2`,
    [page.after.toString(), page.limit],
  );
  return { disputes: result.rows.map(toEntry), next: result.rows.at(-1)?.number ?? null };
}

function toEntry(row: DisputeRow): DisputeEntry {
  return {
    id: `sbd_${row.number}`,
    authorization: authorizationId(BigInt(row.authorization_number)),
    reference: row.reference,
    merchantReference: row.merchant_reference,
    amount: row.amount,
    currency: row.currency,
    reasonCode: row.reason_code,
    raisedAt: row.raised_at.toISOString(),
  };
}
