import type { Attempt } from '../../domain/attempt.ts';
import type { Payment } from '../../domain/payment.ts';
import type { RiskDecision } from '../../domain/risk/decision.ts';
import type { Gateway } from '../gateway.ts';
import type { Approval } from '../ports/acquirer.ts';
import { unknownBrowser } from './browser.ts';
import { factsOf, findPolicy, judgeApproval } from './judge-payment.ts';

/**
 * What is decided about an approval that a worker found out: by the rules that look at the acquirer's answer, and for a
 * review that was lost with the process that had decided it.
 */
export async function judgeAdoption(
  gateway: Gateway,
  payment: Payment,
  attempt: Attempt,
  approval: Approval,
): Promise<RiskDecision[]> {
  const decides = attempt.kind === 'authorization' || attempt.kind === 'purchase';
  if (!decides || payment.status.state !== 'authorizing') return [];
  const answer = await judgeApproval(gateway, payment, approval);
  const lost = await findLostReview(gateway, payment);
  return [...(lost ? [lost] : []), ...(answer ? [answer] : [])];
}

/**
 * A decision is written with the outcome, so it is lost when the process dies between. Blocked payments were not sent
 * then; but one to be reviewed may have been, so where rules call for reviews, it is reviewed.
 */
async function findLostReview(gateway: Gateway, payment: Payment): Promise<RiskDecision | null> {
  const found = await findPolicy(gateway, payment.merchantId);
  if (found.kind === 'broken') return null;
  const mayReview = found.policy.rules.some(
    ({ rule, stage }) => stage === 'before_authorization' && rule.action === 'review',
  );
  if (!mayReview) return null;
  const { merchantId, id } = payment;
  const stored = await gateway.risk.listDecisions(merchantId, id);
  if (stored.some(({ stage, superseded }) => stage === 'before_authorization' && !superseded)) return null;
  return {
    paymentId: id,
    merchantId,
    stage: 'before_authorization',
    action: 'review',
    reason: 'check_failed',
    rule: null,
    facts: factsOf(payment, null, unknownBrowser),
    decidedAt: gateway.clock.now(),
  };
}

/** Whether an attempt is being undone because a rule refused what the acquirer answered. */
export async function wasRefused(gateway: Gateway, attempt: Attempt): Promise<boolean> {
  if (attempt.state !== 'reversing') return false;
  const decisions = await gateway.risk.listDecisions(attempt.merchantId, attempt.paymentId);
  return decisions.some(
    ({ stage, action, superseded }) => stage === 'after_authorization' && action === 'block' && !superseded,
  );
}
