import type { MerchantId, PaymentId, RiskRuleId } from '../domain/ids.ts';
import type { Payment } from '../domain/payment.ts';
import { factsToJson, type ReviewState, type RiskDecision } from '../domain/risk/decision.ts';
import type { RiskStore, StoredDecision } from '../usecases/ports/risk.ts';
import type { Database } from './database.ts';
import type { Parameters } from './parameters.ts';

/**
 * Writes decisions about the payment's present card as one query of its commit. A stage that is decided stays as it is,
 * and so does what was decided about earlier cards of its hosted page.
 */
export function insertRiskDecisions(
  parameters: Parameters,
  source: string,
  payment: Payment,
  decisions: readonly RiskDecision[],
): string {
  const rows = decisions.map((decision) => ({
    payment_id: decision.paymentId,
    merchant_id: decision.merchantId,
    stage: decision.stage,
    action: decision.action,
    reason: decision.reason,
    rule_id: decision.rule?.id ?? null,
    rule_name: decision.rule?.name ?? null,
    facts: factsToJson(decision.facts),
    review_state: decision.action === 'review' ? 'open' : null,
    created_at: decision.decidedAt.toISOString(),
    card_tried: payment.hosted?.cardsTried ?? 0,
  }));
  return `insert into risk_decisions
      (payment_id, merchant_id, stage, action, reason, rule_id, rule_name, facts, review_state, created_at, card_tried)
    select decided.* from ${source}, jsonb_to_recordset(${parameters.json(JSON.stringify(rows))}) as decided (
      payment_id text, merchant_id text, stage text, action text, reason text, rule_id text, rule_name text,
      facts jsonb, review_state text, created_at timestamptz, card_tried smallint)
    on conflict (payment_id, stage, card_tried) do nothing returning 1`;
}

interface DecisionRow {
  readonly payment_id: PaymentId;
  readonly merchant_id: MerchantId;
  readonly stage: RiskDecision['stage'];
  readonly action: RiskDecision['action'];
  readonly reason: RiskDecision['reason'];
  readonly rule_id: RiskRuleId | null;
  readonly rule_name: string | null;
  readonly facts: Record<string, unknown>;
  readonly review_state: ReviewState | null;
  readonly reviewed_at: Date | null;
  readonly created_at: Date;
  readonly superseded: boolean;
}

const columns = `d.payment_id, d.merchant_id, d.stage, d.action, d.reason, d.rule_id, d.rule_name, d.facts, d.review_state,
  d.reviewed_at, d.created_at, d.card_tried <> p.cards_tried as superseded`;

const decisionsAndPayments = 'risk_decisions d join payments p on p.id = d.payment_id';

function decisionFromRow(row: DecisionRow): StoredDecision {
  return {
    paymentId: row.payment_id,
    merchantId: row.merchant_id,
    stage: row.stage,
    action: row.action,
    reason: row.reason,
    rule: row.rule_id === null ? null : { id: row.rule_id, name: row.rule_name ?? '' },
    facts: row.facts,
    decidedAt: row.created_at,
    review: row.review_state,
    reviewedAt: row.reviewed_at,
    superseded: row.superseded,
  };
}

/** The part of the RiskStore that reads decisions and closes reviews. */
export function createRiskDecisions(
  database: Database,
): Pick<RiskStore, 'listDecisions' | 'listOpenReviews' | 'closeReview'> {
  return {
    async listDecisions(merchantId, paymentId) {
      const { rows } = await database.query<DecisionRow>({
        name: 'list-risk-decisions',
        text: `select ${columns} from ${decisionsAndPayments} where d.merchant_id = $1 and d.payment_id = $2
          order by d.card_tried, d.stage desc`,
        values: [merchantId, paymentId],
      });
      return rows.map(decisionFromRow);
    },
    async listOpenReviews(merchantId, page) {
      const { rows } = await database.query<DecisionRow>({
        name: 'list-open-reviews',
        text: `select ${columns} from ${decisionsAndPayments}
          where d.merchant_id = $1 and d.review_state = 'open' and d.card_tried = p.cards_tried
            and p.state in ('authorized', 'captured')
            and ($2::timestamptz is null or (d.created_at, d.payment_id) < ($2, $3))
          order by d.created_at desc, d.payment_id desc limit $4`,
        values: [merchantId, page.after?.createdAt ?? null, page.after?.id ?? null, page.limit],
      });
      return rows.map(decisionFromRow);
    },
    async closeReview(merchantId, paymentId, state, at) {
      const { rowCount } = await database.query({
        name: 'close-review',
        text: `update risk_decisions set review_state = $3, reviewed_at = $4
          where merchant_id = $1 and payment_id = $2 and review_state = 'open'
            and card_tried = (select cards_tried from payments where id = $2 and merchant_id = $1)`,
        values: [merchantId, paymentId, state, at.toISOString()],
      });
      return rowCount > 0;
    },
  };
}
