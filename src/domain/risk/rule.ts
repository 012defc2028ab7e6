import type { MerchantId, RiskListId, RiskRuleId } from '../ids.ts';
import { type ConditionProblem, parseCondition, type RiskCondition } from './conditions.ts';
import { answerFacts, type ListFact, requestFacts } from './facts.ts';

/** In the order in which rules are asked: the first action that has a rule which holds is the decision. */
export const riskActions = ['block', 'authenticate', 'review', 'allow'] as const;
export type RiskAction = (typeof riskActions)[number];

/** A merchant's rule: when all of its conditions hold of a payment, its action is the decision. */
export interface RiskRule {
  readonly id: RiskRuleId;
  readonly merchantId: MerchantId;
  readonly name: string;
  readonly action: RiskAction;
  readonly status: 'enabled' | 'disabled';
  readonly conditions: readonly RiskCondition[];
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** A merchant's list of values of one fact, for rules to look into. */
export interface RiskList {
  readonly id: RiskListId;
  readonly merchantId: MerchantId;
  readonly name: string;
  readonly fact: ListFact;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** Before the acquirer is asked, or when its answer has come. */
export type RiskStage = 'before_authorization' | 'after_authorization';

const conditionsMax = 10;

/** When a rule is asked: one that looks at the acquirer's answer cannot be asked before. */
export function stageOf({ conditions }: { readonly conditions: readonly RiskCondition[] }): RiskStage {
  return conditions.some(({ fact }) => answerFacts.has(fact))
    ? 'after_authorization'
    : 'before_authorization';
}

/**
 * Reads a rule's conditions in the shape that is stored, and judges how they go together with each other and with the
 * action; every problem is told.
 */
export function parseConditions(
  value: unknown,
  action: RiskAction,
): { readonly conditions: readonly RiskCondition[] } | { readonly problems: readonly ConditionProblem[] } {
  if (!Array.isArray(value) || value.length === 0 || value.length > conditionsMax)
    return { problems: [{ path: 'conditions', message: `must be 1 to ${conditionsMax} conditions` }] };
  const conditions: RiskCondition[] = [];
  const problems: ConditionProblem[] = [];
  for (const [index, entry] of value.entries()) {
    const parsed = parseCondition(entry, `conditions[${index}]`);
    if (Array.isArray(parsed)) problems.push(...parsed);
    else conditions.push(parsed);
  }
  if (problems.length === 0) problems.push(...judgeTogether(conditions, action));
  return problems.length > 0 ? { problems } : { conditions };
}

function judgeTogether(conditions: readonly RiskCondition[], action: RiskAction): ConditionProblem[] {
  if (stageOf({ conditions }) === 'before_authorization') return [];
  const problems: ConditionProblem[] = [];
  if (action !== 'block' && action !== 'review')
    problems.push({
      path: 'action',
      message: 'must be block or review in a rule about avs_result or cvc_result, which the acquirer tells',
    });
  for (const [index, { fact }] of conditions.entries()) {
    if (requestFacts.has(fact))
      problems.push({
        path: `conditions[${index}].fact`,
        message: 'is not known any more when avs_result and cvc_result are',
      });
  }
  return problems;
}
