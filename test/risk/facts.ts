import type { Currency } from '../../src/domain/currency.ts';
import type { MerchantId } from '../../src/domain/ids.ts';
import { newId, type RiskListId } from '../../src/domain/ids.ts';
import { minorUnits } from '../../src/domain/money.ts';
import type { RiskFacts } from '../../src/domain/risk/facts.ts';
import type { FilledList } from '../../src/domain/risk/policy.ts';
import { parseConditions, type RiskAction, type RiskRule } from '../../src/domain/risk/rule.ts';
import { systemRandom } from '../../src/lib/random.ts';

const at = new Date('2026-05-01T09:00:00.000Z');
export const merchantId = 'mer_test' as MerchantId;

/** Ten dollars by a Visa card of the United States, changed as the test needs. */
export function facts(over: Partial<RiskFacts> = {}): RiskFacts {
  return {
    amount: minorUnits(1000n),
    currency: 'USD' as Currency,
    initiator: 'cardholder',
    customer: 'cust_1',
    email: 'ada@example.com',
    ip: '203.0.113.7',
    device: 'd'.repeat(64),
    fingerprint: 'f'.repeat(64),
    bin: '424242',
    brand: 'visa',
    country: 'US',
    funding: 'credit',
    velocity: [],
    avs_result: null,
    cvc_result: null,
    ...over,
  };
}

/** A rule with these conditions in the shape that is stored; conditions that cannot be read fail the test. */
export function rule(
  action: RiskAction,
  conditions: readonly object[],
  over: Partial<RiskRule> = {},
): RiskRule {
  const parsed = parseConditions(conditions, action);
  if ('problems' in parsed) throw new Error(JSON.stringify(parsed.problems));
  return {
    id: newId('RiskRuleId', systemRandom),
    merchantId,
    name: `${action} by test`,
    action,
    status: 'enabled',
    conditions: parsed.conditions,
    createdAt: at,
    updatedAt: at,
    ...over,
  };
}

export function list(fact: FilledList['list']['fact'], values: readonly string[]): FilledList {
  const id: RiskListId = newId('RiskListId', systemRandom);
  return { list: { id, merchantId, name: 'by test', fact, createdAt: at, updatedAt: at }, values };
}
