import type { MerchantId, PaymentId, RiskRuleId } from '../ids.ts';
import type { RiskFacts } from './facts.ts';
import type { RiskAction, RiskStage } from './rule.ts';

/**
 * Why a decision fell as it did: a rule held; none did; the check failed and the merchant's choice was taken; or so
 * many cards were declined of late that cardholders must authenticate.
 */
export type DecisionReason = 'rule' | 'no_rule' | 'check_failed' | 'declines_jumped';

/** What was decided about a payment at one stage, and what was looked at. */
export interface RiskDecision {
  readonly paymentId: PaymentId;
  readonly merchantId: MerchantId;
  readonly stage: RiskStage;
  readonly action: RiskAction;
  readonly reason: DecisionReason;
  /** The rule as it was called then; null unless one held. */
  readonly rule: { readonly id: RiskRuleId; readonly name: string } | null;
  readonly facts: RiskFacts;
  readonly decidedAt: Date;
}

/** Where a review stands; only decisions to review have one. */
export type ReviewState = 'open' | 'approved' | 'refused';

/** The facts as JSON can hold them: the amount as a text of minor units. */
export function factsToJson(facts: RiskFacts): Record<string, unknown> {
  return { ...facts, amount: facts.amount.toString() };
}
