import type { Attempt } from '../domain/attempt.ts';
import type { AttemptId, MerchantId, PaymentId } from '../domain/ids.ts';
import type { Database } from './database.ts';

export const attemptColumns = `id, payment_id as "paymentId", merchant_id as "merchantId", refund_id as "refundId",
  original_attempt_id as "originalAttemptId", only_acquirer_reference as "onlyAcquirerReference", kind, state, amount, acquirer,
  acquirer_reference as "acquirerReference", authorization_code as "authorizationCode",
  network_transaction_id as "networkTransactionId", decline_reason as "declineReason", created_at as "createdAt",
  coalesce(sent_at, created_at) as "sentAt", finished_at as "finishedAt"`;

/** The merchant's attempt of that id. */
export async function findAttempt(
  database: Database,
  merchantId: MerchantId,
  id: AttemptId,
): Promise<Attempt | null> {
  const { rows } = await database.query<Attempt>({
    name: 'find-attempt',
    text: `select ${attemptColumns} from attempts where merchant_id = $1 and id = $2`,
    values: [merchantId, id],
  });
  return rows[0] ?? null;
}

/** Whether an authorization, capture or void of the payment has no recorded end. */
export async function hasOpenOperation(
  database: Database,
  merchantId: MerchantId,
  paymentId: PaymentId,
): Promise<boolean> {
  const { rowCount } = await database.query({
    name: 'has-open-operation',
    text: `select merchant_id from attempts where merchant_id = $1 and payment_id = $2
      and state in ('queued', 'sending', 'unknown', 'reversing') and kind in ('authorization', 'purchase', 'capture', 'void')
      limit 1`,
    values: [merchantId, paymentId],
  });
  return rowCount > 0;
}
