import { Type } from 'typebox';
import { listFacts, textFacts } from '../../../domain/risk/facts.ts';
import { riskActions } from '../../../domain/risk/rule.ts';
import { velocityDimensions, velocityWindows } from '../../../domain/risk/velocity.ts';
import { oneOf, orNull } from '../../openapi/field-schemas.ts';
import { amountAsNumber, currencyCode, id, moment } from './fields.ts';
import { pageOf } from './schemas.ts';

/** What all conditions have in common with what each kind adds. */
const condition = Type.Object(
  {
    fact: oneOf([...textFacts, 'amount', 'velocity']),
    operator: oneOf(['in', 'not_in', 'in_list', 'not_in_list', 'is_known', 'at_least', 'below', 'above']),
    values: Type.Optional(Type.Array(Type.String())),
    list: Type.Optional(id('list_')),
    amount: Type.Optional(amountAsNumber()),
    currency: Type.Optional(currencyCode),
    of: Type.Optional(oneOf(velocityDimensions)),
    window: Type.Optional(oneOf(Object.keys(velocityWindows))),
    count: Type.Optional(Type.Integer({ minimum: 1 })),
  },
  { $id: 'RiskCondition' },
);

export const ruleSchema = Type.Object(
  {
    id: id('rule_'),
    name: Type.String(),
    action: oneOf(riskActions),
    status: oneOf(['enabled', 'disabled']),
    conditions: Type.Array(condition),
    created_at: moment(),
    updated_at: moment(),
  },
  { $id: 'RiskRule' },
);
export const rulesSchema = Type.Object({ data: Type.Array(ruleSchema) });

const listFields = {
  id: id('list_'),
  name: Type.String(),
  fact: oneOf(listFacts),
  created_at: moment(),
  updated_at: moment(),
};
export const listSchema = Type.Object(listFields, { $id: 'RiskList' });
export const listsSchema = Type.Object({ data: Type.Array(listSchema) });
export const filledListSchema = Type.Object({ ...listFields, entries: Type.Array(Type.String()) });
export const entrySchema = Type.Object({ list: id('list_'), value: Type.String() });
export const deletedEntrySchema = Type.Object({
  list: id('list_'),
  value: Type.String(),
  deleted: Type.Literal(true),
});

const decisionFields = {
  stage: oneOf(['before_authorization', 'after_authorization']),
  action: oneOf(riskActions),
  reason: oneOf(['rule', 'no_rule', 'check_failed', 'declines_jumped']),
  rule: orNull(
    Type.Object({ id: id('rule_'), name: Type.String({ description: 'As it was called then.' }) }),
  ),
  facts: Type.Unsafe({
    type: 'object',
    additionalProperties: true,
    description: 'What was looked at; null is what nobody knew. Never a card number.',
  }),
  review: orNull(
    Type.Object({ status: oneOf(['open', 'approved', 'refused']), decided_at: orNull(moment()) }),
  ),
  superseded: Type.Boolean({
    description: 'Made about an earlier card of the hosted page; nothing follows from it any more.',
  }),
  created_at: moment(),
};
export const decisionsSchema = Type.Object({
  payment: id('tx_'),
  decisions: Type.Array(Type.Object(decisionFields, { $id: 'RiskDecision' })),
});
export const reviewsSchema = pageOf(
  'RiskReviews',
  Type.Object({ payment: id('tx_'), ...decisionFields }, { $id: 'RiskReview' }),
);
export const verdictSchema = Type.Object({
  payment: id('tx_'),
  review: oneOf(['approved', 'refused']),
  payment_status: Type.String(),
});
export const settingsSchema = Type.Object({ when_check_fails: oneOf(riskActions) });
