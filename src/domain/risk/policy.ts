import type { RiskListId } from '../ids.ts';
import type { RiskCondition } from './conditions.ts';
import type { RiskFacts, TextFact } from './facts.ts';
import { contains, type Network, parseNetwork } from './network.ts';
import {
  type RiskAction,
  type RiskList,
  type RiskRule,
  type RiskStage,
  riskActions,
  stageOf,
} from './rule.ts';
import type { VelocityQuestion } from './velocity.ts';

/** A list with everything on it. */
export interface FilledList {
  readonly list: RiskList;
  readonly values: readonly string[];
}

/** A merchant's rules, made ready to be asked. */
export interface RiskPolicy {
  /** Enabled rules in the order in which they are asked. */
  readonly rules: readonly ReadyRule[];
  /** What must be counted for them. */
  readonly questions: readonly VelocityQuestion[];
  /** What to do when the check itself fails. */
  readonly whenCheckFails: RiskAction;
}

interface ReadyRule {
  readonly rule: RiskRule;
  readonly stage: RiskStage;
  readonly holds: (facts: RiskFacts) => boolean;
}

export interface Verdict {
  readonly action: RiskAction;
  /** Null when no rule holds. */
  readonly rule: RiskRule | null;
}

/** A merchant without rules. */
export const noRules: RiskPolicy = { rules: [], questions: [], whenCheckFails: 'authenticate' };

/**
 * Makes rules ready.
 *
 * @throws {RangeError} when a rule looks into a list that is not there, or into a list of another fact.
 */
export function readyPolicy(
  rules: readonly RiskRule[],
  lists: readonly FilledList[],
  whenCheckFails: RiskAction,
): RiskPolicy {
  const matchers = new Map(
    lists.map(({ list, values }) => [list.id, { list, has: matcher(list.fact, values) }]),
  );
  const findList = (id: RiskListId, fact: TextFact): Matcher => {
    const found = matchers.get(id);
    if (found?.list.fact !== fact) throw new RangeError(`the merchant has no list ${id} of ${fact}`);
    return found.has;
  };
  const enabled = rules.filter(({ status }) => status === 'enabled');
  const ready = enabled.map((rule) => {
    const tests = rule.conditions.map((condition) => readyCondition(condition, findList));
    return { rule, stage: stageOf(rule), holds: (facts: RiskFacts) => tests.every((test) => test(facts)) };
  });
  const rank = (action: RiskAction): number => riskActions.indexOf(action);
  ready.sort(
    (a, b) =>
      rank(a.rule.action) - rank(b.rule.action) ||
      a.rule.createdAt.getTime() - b.rule.createdAt.getTime() ||
      (a.rule.id < b.rule.id ? -1 : 1),
  );
  return { rules: ready, questions: questionsOf(enabled), whenCheckFails };
}

function questionsOf(rules: readonly RiskRule[]): VelocityQuestion[] {
  const questions = new Map<string, VelocityQuestion>();
  for (const condition of rules.flatMap(({ conditions }) => conditions)) {
    if (condition.fact !== 'velocity') continue;
    const { of, window } = condition;
    questions.set(`${of}:${window}`, { of, window });
  }
  return [...questions.values()];
}

/** Asks the rules of one stage in their order: block, authenticate, review, allow. Without one that holds, allow. */
export function judgeRisk(policy: RiskPolicy, stage: RiskStage, facts: RiskFacts): Verdict {
  const found = policy.rules.find((ready) => ready.stage === stage && ready.holds(facts));
  return found ? { action: found.rule.action, rule: found.rule } : { action: 'allow', rule: null };
}

type Matcher = (value: string) => boolean;
type Test = (facts: RiskFacts) => boolean;

function readyCondition(
  condition: RiskCondition,
  findList: (id: RiskListId, fact: TextFact) => Matcher,
): Test {
  if (condition.fact === 'amount') {
    const { operator, amount, currency } = condition;
    return (facts) =>
      facts.currency === currency &&
      (operator === 'at_least' ? facts.amount >= amount : facts.amount < amount);
  }
  if (condition.fact === 'velocity') {
    const { of, window, count } = condition;
    return ({ velocity }) =>
      velocity.some((counted) => counted.of === of && counted.window === window && counted.count > count);
  }
  const { fact } = condition;
  if (condition.operator === 'is_known') return (facts) => facts[fact] !== null;
  const has = 'values' in condition ? matcher(fact, condition.values) : findList(condition.list, fact);
  const among: Test = (facts) => {
    const value = facts[fact];
    return value !== null && has(value);
  };
  const { operator } = condition;
  return operator === 'in' || operator === 'in_list' ? among : (facts) => !among(facts);
}

function matcher(fact: TextFact, values: readonly string[]): Matcher {
  if (fact === 'ip') return networkMatcher(values);
  const known = new Set(values);
  if (fact !== 'email') return (value) => known.has(value);
  return (value) => known.has(value) || known.has(value.slice(value.lastIndexOf('@')));
}

/** Single addresses are looked up; only networks are gone through. */
function networkMatcher(values: readonly string[]): Matcher {
  const single = new Set<bigint>();
  const networks: Network[] = [];
  for (const value of values) {
    const network = parseNetwork(value);
    if (network?.bits === 128) single.add(network.value);
    else if (network) networks.push(network);
  }
  return (value) => {
    const address = parseNetwork(value);
    return (
      address !== undefined &&
      (single.has(address.value) || networks.some((network) => contains(network, address)))
    );
  };
}
