import type { MerchantId } from '../../domain/ids.ts';
import type { Payment } from '../../domain/payment.ts';
import type { DecisionReason, RiskDecision } from '../../domain/risk/decision.ts';
import { type CardholderBrowser, normalizeValue, type RiskFacts } from '../../domain/risk/facts.ts';
import { judgeRisk, type RiskPolicy } from '../../domain/risk/policy.ts';
import type { RiskAction, RiskRule } from '../../domain/risk/rule.ts';
import type { VelocityCount, VelocityDimension } from '../../domain/risk/velocity.ts';
import type { Gateway } from '../gateway.ts';
import type { Approval } from '../ports/acquirer.ts';
import type { AttemptToCount, FoundPolicy } from '../ports/risk.ts';
import { unknownBrowser } from './browser.ts';

/** A check that was prepared before the payment is opened, and is judged once its attempt is counted. */
export interface RiskCheck {
  readonly found: FoundPolicy;
  readonly facts: RiskFacts;
  readonly counting: readonly AttemptToCount[];
  /** So many cards of the merchant were declined of late that its cardholders must authenticate. */
  readonly declinesJumped: boolean;
}

/** The merchant's rules. When they cannot be read the check has failed, and nobody has told what to do then: 3-D Secure. */
export async function findPolicy(gateway: Gateway, merchantId: MerchantId): Promise<FoundPolicy> {
  try {
    return await gateway.risk.findPolicy(merchantId);
  } catch (error) {
    // The payment goes on without it; somebody must still see why.
    gateway.inBackground(`reading the rules of ${merchantId}`, () => Promise.reject(error));
    return { kind: 'broken', whenCheckFails: 'authenticate' };
  }
}

/** Gathers what is known of a payment about to be opened; null when nobody asks for a check. */
export function prepareCheck(
  gateway: Gateway,
  found: FoundPolicy,
  payment: Payment,
  known: {
    readonly fingerprint: Buffer | null;
    readonly browser: CardholderBrowser;
    readonly declinesJumped: boolean;
  },
): RiskCheck | null {
  const { declinesJumped } = known;
  if (found.kind === 'ready' && found.policy.rules.length === 0 && !declinesJumped) return null;
  const facts = factsOf(payment, known.fingerprint, known.browser);
  return {
    found,
    facts,
    counting: attemptsToCount(gateway, found, payment.merchantId, facts),
    declinesJumped,
  };
}

/** What a payment itself tells rules, with what its request told. */
export function factsOf(payment: Payment, fingerprint: Buffer | null, browser: CardholderBrowser): RiskFacts {
  const { card, email } = payment;
  return {
    amount: payment.amount,
    currency: payment.currency,
    initiator: payment.initiator,
    customer: payment.customerReference,
    email: email === null ? null : (normalizeValue('email', email) ?? null),
    ip: browser.ip,
    device: browser.device,
    fingerprint: fingerprint?.toString('hex') ?? null,
    bin: card?.bin ?? null,
    brand: card?.brand ?? null,
    country: card?.country ?? null,
    funding: card?.funding ?? null,
    velocity: [],
    avs_result: null,
    cvc_result: null,
  };
}

/** What nobody knows of a payment cannot be counted. */
function attemptsToCount(
  gateway: Gateway,
  found: FoundPolicy,
  merchantId: MerchantId,
  facts: RiskFacts,
): AttemptToCount[] {
  if (found.kind === 'broken') return [];
  return found.policy.questions.flatMap(({ of, window }) => {
    const value: string | null = facts[of satisfies VelocityDimension];
    if (value === null) return [];
    return [{ of, window, valueHash: gateway.risk.hash(`velocity:${of}`, `${merchantId}:${value}`) }];
  });
}

/** Judges a payment whose attempt was counted, before the acquirer hears of it. */
export function decide(check: RiskCheck, payment: Payment, counts: readonly VelocityCount[]): RiskDecision {
  const facts = { ...check.facts, velocity: counts };
  const { action, reason, rule } = verdictOf(check, facts);
  return {
    paymentId: payment.id,
    merchantId: payment.merchantId,
    stage: 'before_authorization',
    action,
    reason,
    rule: rule && { id: rule.id, name: rule.name },
    facts,
    decidedAt: payment.updatedAt,
  };
}

interface Judged {
  readonly action: RiskAction;
  readonly reason: DecisionReason;
  readonly rule: RiskRule | null;
}

function verdictOf(check: RiskCheck, facts: RiskFacts): Judged {
  const judged = check.found.kind === 'ready' ? judgeByRules(check.found.policy, facts) : null;
  const verdict = judged ?? failedCheck(check.found, facts);
  const lenient = verdict.action === 'review' || verdict.action === 'allow';
  if (check.declinesJumped && lenient && facts.initiator === 'cardholder')
    return { action: 'authenticate', reason: 'declines_jumped', rule: null };
  return verdict;
}

/** Null when judging itself breaks: a check that fails must not fail the payment with it. */
function judgeByRules(policy: RiskPolicy, facts: RiskFacts): Judged | null {
  try {
    const { action, rule } = judgeRisk(policy, 'before_authorization', facts);
    return { action, rule, reason: rule ? 'rule' : 'no_rule' };
  } catch {
    return null;
  }
}

function failedCheck(found: FoundPolicy, facts: RiskFacts): Judged {
  const choice = found.kind === 'ready' ? found.policy.whenCheckFails : found.whenCheckFails;
  // Nobody is there to authenticate: the charge passes, and somebody looks at it.
  const action = choice === 'authenticate' && facts.initiator === 'merchant' ? 'review' : choice;
  return { action, reason: 'check_failed', rule: null };
}

/** Judges what the acquirer told with its approval; null when no rule looks at that. */
export async function judgeApproval(
  gateway: Gateway,
  payment: Payment,
  approval: Approval,
): Promise<RiskDecision | null> {
  const found = await findPolicy(gateway, payment.merchantId);
  if (found.kind === 'broken') return null;
  const { policy } = found;
  if (!policy.rules.some(({ stage }) => stage === 'after_authorization')) return null;
  const facts: RiskFacts = {
    ...factsOf(payment, null, unknownBrowser),
    avs_result: approval.avsResult,
    cvc_result: approval.cvcResult,
  };
  const { action, rule } = judgeRisk(policy, 'after_authorization', facts);
  return {
    paymentId: payment.id,
    merchantId: payment.merchantId,
    stage: 'after_authorization',
    action,
    reason: rule ? 'rule' : 'no_rule',
    rule: rule && { id: rule.id, name: rule.name },
    facts,
    decidedAt: gateway.clock.now(),
  };
}
