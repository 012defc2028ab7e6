import type { MerchantId, PaymentId, RefundId } from '../domain/ids.ts';
import type { Clock } from '../lib/clock.ts';
import type {
  EarlierRequest,
  IdempotencyClaim,
  IdempotencyStore,
  StoredAnswer,
  TransactionalStores,
} from '../usecases/ports/store.ts';
import { createCardStore } from './cards.ts';
import type { Database } from './database.ts';
import { createRiskRuleStore } from './risk-rules.ts';
import { createWebhookStore } from './webhooks.ts';

interface KeyRow {
  readonly request_hash: Buffer;
  readonly payment_id: PaymentId | null;
  readonly refund_id: RefundId | null;
  readonly answer_status: number | null;
  readonly answer_body: string | null;
}

/** Undoes a transaction of which the key was claimed by somebody else. */
class KeySeen extends Error {}

/** The IdempotencyStore over PostgreSQL. */
export function createIdempotencyStore(database: Database, clock: Clock): IdempotencyStore {
  return {
    find: (merchantId, claim) => findKey(database, merchantId, claim),
    keepAnswer: (merchantId, keyHash, answer) => keepAnswer(database, merchantId, keyHash, answer),
    async runOnce(merchantId, claim, work) {
      const earlier = await findKey(database, merchantId, claim);
      if (earlier) return earlier;
      try {
        return { kind: 'ran', answer: await runInTransaction(database, merchantId, claim, work, clock) };
      } catch (error) {
        if (!(error instanceof KeySeen)) throw error;
        return (
          (await findKey(database, merchantId, claim)) ?? {
            kind: 'unanswered',
            paymentId: null,
            refundId: null,
          }
        );
      }
    },
  };
}

async function findKey(
  database: Database,
  merchantId: MerchantId,
  claim: IdempotencyClaim,
): Promise<EarlierRequest | null> {
  const { rows } = await database.query<KeyRow>({
    name: 'find-idempotency-key',
    text: `select merchant_id, request_hash, payment_id, refund_id, answer_status, answer_body from idempotency_keys
      where merchant_id = $1 and key_hash = $2`,
    values: [merchantId, claim.keyHash],
  });
  const row = rows[0];
  if (!row) return null;
  if (!row.request_hash.equals(claim.requestHash)) return { kind: 'other_request' };
  if (row.answer_status !== null && row.answer_body !== null) {
    return { kind: 'answered', answer: { status: row.answer_status, body: row.answer_body } };
  }
  return { kind: 'unanswered', paymentId: row.payment_id, refundId: row.refund_id };
}

async function keepAnswer(
  database: Database,
  merchantId: MerchantId,
  keyHash: Buffer,
  answer: StoredAnswer,
): Promise<StoredAnswer> {
  const keep = () =>
    database.query<{ kept: number; status: number | null; body: string | null }>({
      name: 'keep-answer',
      text: `with kept as (
          update idempotency_keys set answer_status = $3, answer_body = $4
          where merchant_id = $1 and key_hash = $2 and answer_status is null
          returning sallyport_own(merchant_id, $1)
        )
        select merchant_id, answer_status as status, answer_body as body, (select count(*)::integer from kept) as kept
        from idempotency_keys where merchant_id = $1 and key_hash = $2`,
      values: [merchantId, keyHash, answer.status, answer.body],
    });
  // The query sees the row as it was when it began: an answer here was kept earlier.
  const [row] = (await keep()).rows;
  if (!row || row.kept === 1) return answer;
  // It waited for somebody who kept theirs meanwhile, and only now can that be seen.
  const { status, body } = row.status === null ? ((await keep()).rows[0] ?? row) : row;
  return status === null || body === null ? answer : { status, body };
}

/** The key's row makes equal requests wait at its unique index until this transaction ends. */
async function runInTransaction(
  database: Database,
  merchantId: MerchantId,
  claim: IdempotencyClaim,
  work: (stores: TransactionalStores) => Promise<StoredAnswer>,
  clock: Clock,
): Promise<StoredAnswer> {
  return await database.transaction(async (inner) => {
    const { rowCount } = await inner.query({
      name: 'claim-key',
      text: `insert into idempotency_keys (merchant_id, key_hash, request_hash, created_at, expires_at)
        values ($1, $2, $3, $4, $5) on conflict (merchant_id, key_hash) do nothing`,
      values: [
        merchantId,
        claim.keyHash,
        claim.requestHash,
        clock.now().toISOString(),
        claim.expiresAt.toISOString(),
      ],
    });
    if (rowCount === 0) throw new KeySeen();
    const answer = await work({
      cards: createCardStore(inner),
      webhooks: createWebhookStore(inner),
      riskRules: createRiskRuleStore(inner),
    });
    await keepAnswer(inner, merchantId, claim.keyHash, answer);
    return answer;
  });
}
