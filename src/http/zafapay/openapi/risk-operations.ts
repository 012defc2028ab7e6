import { Type } from 'typebox';
import type { AnswerDescription, OperationDescription } from '../../openapi/description.ts';
import { listEventsQuery } from '../schemas/lists.ts';
import {
  addEntryBody,
  createListBody,
  createRuleBody,
  decisionsQuery,
  riskSettingsBody,
  updateRuleBody,
} from '../schemas/risk.ts';
import { bodyAnswers, errorsOf, keyInUse, notFound, readAnswers } from './errors.ts';
import { id } from './fields.ts';
import { accessToken, replayable, sample } from './payment-operations.ts';
import {
  decisionsSchema,
  deletedEntrySchema,
  entrySchema,
  filledListSchema,
  listSchema,
  listsSchema,
  reviewsSchema,
  ruleSchema,
  rulesSchema,
  settingsSchema,
  verdictSchema,
} from './risk-schemas.ts';

const tag = 'Fraud rules';
const answered = ['X-Request-Id'];
const times = { created_at: '2026-05-01T09:00:00.000Z', updated_at: '2026-05-01T09:00:00.000Z' };

const askedRule = {
  name: 'One card, many tries',
  action: 'block',
  conditions: [{ fact: 'velocity', operator: 'above', of: 'fingerprint', window: '1h', count: 5 }],
};
const rule = { id: 'rule_6Hq2VbNz8TkWy4RmLc0XdP', ...askedRule, status: 'enabled', ...times };
const list = { id: 'list_9KsYw3QnTb7ZxRc5LmVd1E', name: 'Known fraud', fact: 'email', ...times };
const payment = 'tx_9vYb3KqLx0TnWf6Ra1ZcHd';
const decision = {
  stage: 'before_authorization',
  action: 'review',
  reason: 'rule',
  rule: { id: rule.id, name: 'Large amounts' },
  facts: { amount: '900.00', currency: 'usd', bin: '424242', country: 'US' },
  review: { status: 'open', decided_at: null },
  superseded: false,
  created_at: '2026-05-01T09:00:00.000Z',
};

const ruleId = { id: { description: 'The rule.', example: rule.id } };
const listId = { id: { description: 'The list.', example: list.id } };
const paymentId = { id: { description: 'The payment, `tx_…` or `req_…`.', example: payment } };

const created = ['validation_error', 'invalid_state', 'idempotency_key_mismatch'] as const;
const made = { 400: errorsOf(created), 409: keyInUse, ...bodyAnswers };

function answer(
  description: string,
  schema: AnswerDescription['schema'],
  value: unknown,
  headers: readonly string[] = answered,
): AnswerDescription {
  return { description, schema, headers, examples: sample(description, value) };
}

const rules: readonly OperationDescription[] = [
  {
    id: 'createRiskRule',
    method: 'post',
    path: '/v1/risk/rules',
    tag,
    summary: 'Make a rule',
    description:
      'Rules are asked in the order block, authenticate, review, allow; the first that holds decides, and what none holds of passes. A rule about `avs_result` or `cvc_result` is asked when the acquirer has answered: if it blocks, the authorization is undone at once.',
    security: accessToken,
    headers: ['Idempotency-Key'],
    body: {
      name: 'CreateRiskRule',
      schema: createRuleBody,
      required: true,
      examples: { velocity: { summary: 'Five tries an hour', value: askedRule } },
    },
    answers: { 201: answer('The rule, in force at once.', ruleSchema, rule, replayable), ...made },
  },
  {
    id: 'listRiskRules',
    method: 'get',
    path: '/v1/risk/rules',
    tag,
    summary: 'List rules',
    security: accessToken,
    answers: { 200: answer('All of them.', rulesSchema, { data: [rule] }), ...readAnswers },
  },
  {
    id: 'readRiskRule',
    method: 'get',
    path: '/v1/risk/rules/{id}',
    tag,
    summary: 'Read a rule',
    security: accessToken,
    pathParameters: ruleId,
    answers: { 200: answer('The rule.', ruleSchema, rule), 404: notFound, ...readAnswers },
  },
  {
    id: 'updateRiskRule',
    method: 'patch',
    path: '/v1/risk/rules/{id}',
    tag,
    summary: 'Change a rule',
    description: 'What is left out stays as it is.',
    security: accessToken,
    pathParameters: ruleId,
    body: {
      name: 'UpdateRiskRule',
      schema: updateRuleBody,
      required: true,
      examples: { off: { summary: 'Switch it off', value: { status: 'disabled' } } },
    },
    answers: {
      200: answer('The rule as it is now.', ruleSchema, { ...rule, status: 'disabled' }),
      400: errorsOf(['validation_error']),
      404: notFound,
      ...bodyAnswers,
    },
  },
  {
    id: 'deleteRiskRule',
    method: 'delete',
    path: '/v1/risk/rules/{id}',
    tag,
    summary: 'Remove a rule',
    security: accessToken,
    pathParameters: ruleId,
    answers: {
      200: answer('It is gone.', deleted('rule_', 'DeletedRiskRule'), { id: rule.id, deleted: true }),
      400: errorsOf(['validation_error']),
      404: notFound,
      ...bodyAnswers,
    },
  },
];

const lists: readonly OperationDescription[] = [
  {
    id: 'createRiskList',
    method: 'post',
    path: '/v1/risk/lists',
    tag,
    summary: 'Make a list',
    description: 'A list does nothing by itself: rules look into it by `in_list` and `not_in_list`.',
    security: accessToken,
    headers: ['Idempotency-Key'],
    body: {
      name: 'CreateRiskList',
      schema: createListBody,
      required: true,
      examples: { emails: { summary: 'Addresses', value: { name: list.name, fact: list.fact } } },
    },
    answers: { 201: answer('The list, empty.', listSchema, list, replayable), ...made },
  },
  {
    id: 'listRiskLists',
    method: 'get',
    path: '/v1/risk/lists',
    tag,
    summary: 'List lists',
    security: accessToken,
    answers: { 200: answer('All of them.', listsSchema, { data: [list] }), ...readAnswers },
  },
  {
    id: 'readRiskList',
    method: 'get',
    path: '/v1/risk/lists/{id}',
    tag,
    summary: 'Read a list and what is on it',
    security: accessToken,
    pathParameters: listId,
    answers: {
      200: answer('The list.', filledListSchema, { ...list, entries: ['@mailinator.example'] }),
      404: notFound,
      ...readAnswers,
    },
  },
  {
    id: 'deleteRiskList',
    method: 'delete',
    path: '/v1/risk/lists/{id}',
    tag,
    summary: 'Remove a list',
    description: 'Not while a rule looks into it.',
    security: accessToken,
    pathParameters: listId,
    answers: {
      200: answer('It is gone.', deleted('list_', 'DeletedRiskList'), { id: list.id, deleted: true }),
      400: errorsOf(['validation_error', 'invalid_state']),
      404: notFound,
      ...bodyAnswers,
    },
  },
  {
    id: 'addRiskListEntry',
    method: 'post',
    path: '/v1/risk/lists/{id}/entries',
    tag,
    summary: 'Put a value on a list',
    description:
      'Send `value`; or, on a list of fingerprints, name a card by `token`, `payment_method_id` or `payment`. An ip may be a network (`203.0.113.0/24`), an e-mail address a whole domain (`@example.com`).',
    security: accessToken,
    pathParameters: listId,
    headers: ['Idempotency-Key'],
    body: {
      name: 'AddRiskListEntry',
      schema: addEntryBody,
      required: true,
      examples: { domain: { summary: 'A domain', value: { value: '@mailinator.example' } } },
    },
    answers: {
      201: answer(
        'It is on the list.',
        entrySchema,
        { list: list.id, value: '@mailinator.example' },
        replayable,
      ),
      404: notFound,
      ...made,
    },
  },
  {
    id: 'removeRiskListEntry',
    method: 'delete',
    path: '/v1/risk/lists/{id}/entries/{value}',
    tag,
    summary: 'Take a value off a list',
    security: accessToken,
    pathParameters: { ...listId, value: { description: 'The value.', example: '@mailinator.example' } },
    answers: {
      200: answer('It is gone.', deletedEntrySchema, {
        list: list.id,
        value: '@mailinator.example',
        deleted: true,
      }),
      400: errorsOf(['validation_error']),
      404: notFound,
      ...bodyAnswers,
    },
  },
];

const decisions: readonly OperationDescription[] = [
  {
    id: 'readPaymentRisk',
    method: 'get',
    path: '/v1/payments/{id}/risk',
    tag,
    summary: 'Read what was decided about a payment',
    description: 'Empty for payments of merchants without rules.',
    security: accessToken,
    pathParameters: paymentId,
    answers: {
      200: answer('Each decision and what it looked at.', decisionsSchema, {
        payment,
        decisions: [decision],
      }),
      404: notFound,
      ...readAnswers,
    },
  },
  {
    id: 'listRiskDecisions',
    method: 'get',
    path: '/v1/risk/decisions',
    tag,
    summary: 'The same, by query',
    security: accessToken,
    query: decisionsQuery,
    queryNotes: { payment: 'The payment, `tx_…` or `req_…`.' },
    answers: {
      200: answer('Each decision and what it looked at.', decisionsSchema, {
        payment,
        decisions: [decision],
      }),
      400: errorsOf(['validation_error']),
      404: notFound,
      ...readAnswers,
    },
  },
  {
    id: 'listRiskReviews',
    method: 'get',
    path: '/v1/risk/reviews',
    tag,
    summary: 'List payments that wait for a review',
    description:
      'Newest first; those that hold or took money. A payment to be reviewed goes through meanwhile.',
    security: accessToken,
    query: listEventsQuery,
    answers: {
      200: answer('A page of them.', reviewsSchema, { data: [{ payment, ...decision }], next_cursor: null }),
      400: errorsOf(['validation_error']),
      ...readAnswers,
    },
  },
  verdict('approve', 'Let the payment be', 'approved', 'completed'),
  verdict(
    'refuse',
    'Take the payment back: void its hold, or refund what was captured',
    'refused',
    'refunded',
  ),
];

function verdict(
  verb: 'approve' | 'refuse',
  summary: string,
  review: string,
  payment_status: string,
): OperationDescription {
  return {
    id: `${verb}RiskReview`,
    method: 'post',
    path: `/v1/risk/reviews/{id}/${verb}`,
    tag,
    summary,
    description: 'No body. The same verdict again changes nothing.',
    security: accessToken,
    pathParameters: paymentId,
    headers: ['Idempotency-Key'],
    answers: {
      200: answer('It is decided.', verdictSchema, { payment, review, payment_status }, replayable),
      400: errorsOf([
        'validation_error',
        'invalid_status',
        'invalid_state',
        'payment_failed',
        'idempotency_key_mismatch',
      ]),
      404: notFound,
      409: keyInUse,
      ...bodyAnswers,
    },
  };
}

function deleted(prefix: string, name: string): AnswerDescription['schema'] {
  return Type.Object({ id: id(prefix), deleted: Type.Literal(true) }, { $id: name });
}

const settings: readonly OperationDescription[] = [
  {
    id: 'readRiskSettings',
    method: 'get',
    path: '/v1/risk/settings',
    tag,
    summary: 'Read what happens when the rules cannot be asked',
    security: accessToken,
    answers: {
      200: answer('The setting.', settingsSchema, { when_check_fails: 'authenticate' }),
      ...readAnswers,
    },
  },
  {
    id: 'updateRiskSettings',
    method: 'patch',
    path: '/v1/risk/settings',
    tag,
    summary: 'Change what happens when the rules cannot be asked',
    security: accessToken,
    body: {
      name: 'UpdateRiskSettings',
      schema: riskSettingsBody,
      required: true,
      examples: { review: { summary: 'Let them pass, and look', value: { when_check_fails: 'review' } } },
    },
    answers: {
      200: answer('The setting as it is now.', settingsSchema, { when_check_fails: 'review' }),
      400: errorsOf(['validation_error']),
      ...bodyAnswers,
    },
  },
];

/** Fraud rules, their lists, decisions and reviews: what design adds to the contract. */
export const riskOperations: readonly OperationDescription[] = [
  ...rules,
  ...lists,
  ...decisions,
  ...settings,
];
