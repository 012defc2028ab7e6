import { type Currency, parseCurrency } from '../../../domain/currency.ts';
import { type MinorUnits, minorUnits } from '../../../domain/money.ts';
import type { RiskCondition } from '../../../domain/risk/conditions.ts';
import type { RiskList, RiskRule } from '../../../domain/risk/rule.ts';
import type { StoredDecision } from '../../../usecases/ports/risk.ts';
import { amountNumber, amountString, currencyWord } from './amount.ts';

export function viewRule(rule: RiskRule): object {
  return {
    id: rule.id,
    name: rule.name,
    action: rule.action,
    status: rule.status,
    conditions: rule.conditions.map(viewCondition),
    created_at: rule.createdAt.toISOString(),
    updated_at: rule.updatedAt.toISOString(),
  };
}

function viewCondition(condition: RiskCondition): object {
  if (condition.fact === 'amount') {
    const { fact, operator, amount, currency } = condition;
    return { fact, operator, amount: amountNumber(amount, currency), currency: currencyWord(currency) };
  }
  if ('values' in condition && condition.fact === 'currency')
    return { ...condition, values: condition.values.map((code) => code.toLowerCase()) };
  return condition;
}

export function viewList(list: RiskList): object {
  return {
    id: list.id,
    name: list.name,
    fact: list.fact,
    created_at: list.createdAt.toISOString(),
    updated_at: list.updatedAt.toISOString(),
  };
}

/** A decision with what was looked at; the amount in major units, as everywhere in this dialect. */
export function viewDecision(decision: StoredDecision): object {
  return {
    stage: decision.stage,
    action: decision.action,
    reason: decision.reason,
    rule: decision.rule,
    facts: viewFacts(decision.facts),
    review:
      decision.review === null
        ? null
        : { status: decision.review, decided_at: decision.reviewedAt?.toISOString() ?? null },
    superseded: decision.superseded,
    created_at: decision.decidedAt.toISOString(),
  };
}

function viewFacts(facts: Readonly<Record<string, unknown>>): object {
  const currency = parseCurrency(String(facts.currency));
  if (!currency || typeof facts.amount !== 'string') return facts;
  return {
    ...facts,
    amount: amountString(storedUnits(facts.amount), currency),
    currency: currencyWord(currency satisfies Currency),
  };
}

function storedUnits(text: string): MinorUnits {
  return minorUnits(BigInt(text));
}

/** A payment that waits for somebody's word. */
export function viewReview(decision: StoredDecision): object {
  return { payment: decision.paymentId, ...viewDecision(decision) };
}
