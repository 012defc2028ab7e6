import { type Currency, parseCurrency } from '../currency.ts';
import { parseId, type RiskListId } from '../ids.ts';
import { type MinorUnits, minorUnits } from '../money.ts';
import { normalizeValue, type TextFact, textFacts } from './facts.ts';
import {
  type VelocityDimension,
  type VelocityWindow,
  velocityDimensions,
  velocityWindows,
} from './velocity.ts';

/**
 * One thing that must hold of a payment.
 *
 * | fact | operators | with |
 * |---|---|---|
 * | a text | `in`, `not_in` | `values`: of an ip also networks, of an e-mail address also `@domain` |
 * | a text | `in_list`, `not_in_list` | `list`: the id of a list of the same fact |
 * | a text | `is_known` | |
 * | amount | `at_least`, `below` | `amount` and `currency`; payments in other currencies never fit |
 * | velocity | `above` | `of`, `window`, `count`: this attempt is counted too |
 *
 * What nobody knows is in nothing, and therefore `not_in` everything.
 */
export type RiskCondition =
  | { readonly fact: TextFact; readonly operator: 'in' | 'not_in'; readonly values: readonly string[] }
  | { readonly fact: TextFact; readonly operator: 'in_list' | 'not_in_list'; readonly list: RiskListId }
  | { readonly fact: TextFact; readonly operator: 'is_known' }
  | {
      readonly fact: 'amount';
      readonly operator: 'at_least' | 'below';
      readonly amount: MinorUnits;
      readonly currency: Currency;
    }
  | {
      readonly fact: 'velocity';
      readonly operator: 'above';
      readonly of: VelocityDimension;
      readonly window: VelocityWindow;
      readonly count: number;
    };

/** What is wrong with a condition: where, and a predicate about it. */
export interface ConditionProblem {
  readonly path: string;
  readonly message: string;
}

const valuesMax = 100;
const countMax = 1_000_000;
const facts: readonly string[] = [...textFacts, 'amount', 'velocity'];

/**
 * Reads one condition in the shape that is stored: amounts are minor units as a text of digits. `path` is where it
 * stands, for the problems.
 */
export function parseCondition(value: unknown, path: string): RiskCondition | ConditionProblem[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return [{ path, message: 'must be an object' }];
  const fields = value as Record<string, unknown>;
  const { fact } = fields;
  if (fact === 'amount') return parseAmount(fields, path);
  if (fact === 'velocity') return parseVelocity(fields, path);
  const text = textFacts.find((known) => known === fact);
  if (!text) return [{ path: `${path}.fact`, message: `must be one of ${facts.join(', ')}` }];
  return parseText(text, fields, path);
}

function parseText(
  fact: TextFact,
  fields: Record<string, unknown>,
  path: string,
): RiskCondition | ConditionProblem[] {
  const { operator } = fields;
  switch (operator) {
    case 'in':
    case 'not_in': {
      const values = parseValues(fact, fields.values, `${path}.values`);
      return 'problems' in values ? values.problems : { fact, operator, values: values.values };
    }
    case 'in_list':
    case 'not_in_list': {
      const list = typeof fields.list === 'string' ? parseId('RiskListId', fields.list) : undefined;
      return list
        ? { fact, operator, list }
        : [{ path: `${path}.list`, message: 'must be the id of a list' }];
    }
    case 'is_known':
      return { fact, operator };
    default:
      return [
        { path: `${path}.operator`, message: 'must be one of in, not_in, in_list, not_in_list, is_known' },
      ];
  }
}

function parseValues(
  fact: TextFact,
  values: unknown,
  path: string,
): { readonly values: string[] } | { readonly problems: ConditionProblem[] } {
  if (!Array.isArray(values) || values.length === 0 || values.length > valuesMax)
    return { problems: [{ path, message: `must be 1 to ${valuesMax} values` }] };
  const kept: string[] = [];
  for (const [index, value] of values.entries()) {
    const normal = typeof value === 'string' ? normalizeValue(fact, value) : undefined;
    if (normal === undefined)
      return { problems: [{ path: `${path}[${index}]`, message: `is no value that ${fact} can have` }] };
    kept.push(normal);
  }
  return { values: kept };
}

function parseAmount(fields: Record<string, unknown>, path: string): RiskCondition | ConditionProblem[] {
  const { operator, amount, currency: code } = fields;
  if (operator !== 'at_least' && operator !== 'below')
    return [{ path: `${path}.operator`, message: 'must be one of at_least, below' }];
  const currency = typeof code === 'string' ? parseCurrency(code) : undefined;
  if (!currency) return [{ path: `${path}.currency`, message: 'must be a currency of ISO 4217' }];
  if (typeof amount !== 'string' || !/^[0-9]{1,15}$/.test(amount))
    return [{ path: `${path}.amount`, message: 'must be an amount' }];
  return { fact: 'amount', operator, amount: minorUnits(BigInt(amount)), currency };
}

function parseVelocity(fields: Record<string, unknown>, path: string): RiskCondition | ConditionProblem[] {
  const { operator, count } = fields;
  const of = velocityDimensions.find((known) => known === fields.of);
  const window = (Object.keys(velocityWindows) as VelocityWindow[]).find((known) => known === fields.window);
  if (operator !== 'above') return [{ path: `${path}.operator`, message: 'must be above' }];
  if (!of) return [{ path: `${path}.of`, message: `must be one of ${velocityDimensions.join(', ')}` }];
  if (!window)
    return [{ path: `${path}.window`, message: `must be one of ${Object.keys(velocityWindows).join(', ')}` }];
  if (typeof count !== 'number' || !Number.isInteger(count) || count < 1 || count > countMax)
    return [{ path: `${path}.count`, message: `must be a whole number from 1 to ${countMax}` }];
  return { fact: 'velocity', operator, of, window, count };
}

/** A condition as it is stored: JSON, with its amount in minor units as a text. */
export function conditionToJson(condition: RiskCondition): object {
  return condition.fact === 'amount' ? { ...condition, amount: condition.amount.toString() } : condition;
}
