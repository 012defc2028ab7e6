import type { FastifyRequest } from 'fastify';
import { parseCurrency } from '../../../domain/currency.ts';
import { newId, parseId } from '../../../domain/ids.ts';
import { parseMajorUnits } from '../../../domain/money.ts';
import { conditionToJson, type RiskCondition } from '../../../domain/risk/conditions.ts';
import { parseConditions, type RiskAction, type RiskRule } from '../../../domain/risk/rule.ts';
import { NumberLiteral } from '../../../lib/strict-json.ts';
import { AnswerError, type EdgeServer } from '../../edge/dialect.ts';
import { callerOf, requireKey } from '../authentication.ts';
import type { ZafapayContext } from '../context.ts';
import { errorToThrow, type Issue, validationAnswer } from '../errors.ts';
import { sendOnce } from '../idempotency.ts';
import { judgePanFree, refuseIssues } from '../issues.ts';
import { sendStored, storeAnswer } from '../reply.ts';
import { idParams } from '../schemas/fields.ts';
import { createRuleBody, updateRuleBody } from '../schemas/risk.ts';
import { viewRule } from '../views/risk.ts';

const rulesMax = 100;

/** `/v1/risk/rules`: a merchant's fraud rules. A change is in force at once, in every process. */
export function addRiskRules(scope: EdgeServer, context: ZafapayContext): void {
  const { gateway } = context;
  const mayRead = requireKey(gateway, 'read');
  scope.get('/risk/rules', { onRequest: mayRead }, async (request, reply) => {
    const rules = await gateway.riskRules.listRules(callerOf(request).merchant.id);
    return sendStored(reply, storeAnswer(200, { data: rules.map(viewRule) }));
  });
  scope.get('/risk/rules/:id', { schema: { params: idParams }, onRequest: mayRead }, async (request, reply) =>
    sendStored(reply, storeAnswer(200, viewRule(await findNamedRule(context, request, request.params.id)))),
  );
  scope.delete(
    '/risk/rules/:id',
    { schema: { params: idParams }, onRequest: requireKey(gateway, 'manage') },
    async (request, reply) => {
      const { id, merchantId } = await findNamedRule(context, request, request.params.id);
      await gateway.riskRules.deleteRule(merchantId, id);
      return sendStored(reply, storeAnswer(200, { id, deleted: true }));
    },
  );
  addCreate(scope, context);
  addUpdate(scope, context);
}

function addCreate(scope: EdgeServer, context: ZafapayContext): void {
  const { gateway } = context;
  scope.post(
    '/risk/rules',
    { schema: { body: createRuleBody }, attachValidation: true, onRequest: requireKey(gateway, 'manage') },
    async (request, reply) => {
      refuseIssues(request, () => judgePanFree('name', request.body.name));
      const { name, action, status = 'enabled', conditions } = request.body;
      const merchantId = callerOf(request).merchant.id;
      const now = gateway.clock.now();
      const rule: RiskRule = {
        id: newId('RiskRuleId', gateway.random),
        merchantId,
        name,
        action,
        status,
        conditions: readConditions(request, conditions, action),
        createdAt: now,
        updatedAt: now,
      };
      return sendOnce(context, request, reply, '/v1/risk/rules', async ({ riskRules }) => {
        await refuseUnknownLists(request, rule, riskRules);
        if ((await riskRules.listRules(merchantId)).length >= rulesMax)
          throw errorToThrow(request, 'invalid_state', `A merchant can have at most ${rulesMax} rules.`);
        await riskRules.insertRule(rule);
        const answer = storeAnswer(201, viewRule(rule));
        return { send: answer, keep: answer };
      });
    },
  );
}

function addUpdate(scope: EdgeServer, context: ZafapayContext): void {
  const { gateway } = context;
  scope.patch(
    '/risk/rules/:id',
    {
      schema: { params: idParams, body: updateRuleBody },
      attachValidation: true,
      onRequest: requireKey(gateway, 'manage'),
    },
    async (request, reply) => {
      refuseIssues(request, () => judgePanFree('name', request.body.name));
      const rule = await findNamedRule(context, request, request.params.id);
      const { name = rule.name, action = rule.action, status = rule.status, conditions } = request.body;
      const changed: RiskRule = {
        ...rule,
        name,
        action,
        status,
        // A new action must fit the old conditions too.
        conditions: conditions
          ? readConditions(request, conditions, action)
          : judgeConditions(request, rule.conditions.map(conditionToJson), action),
        updatedAt: gateway.clock.now(),
      };
      await refuseUnknownLists(request, changed, gateway.riskRules);
      if (!(await gateway.riskRules.updateRule(changed))) throw unknownRule(request);
      return sendStored(reply, storeAnswer(200, viewRule(changed)));
    },
  );
}

function readConditions(
  request: FastifyRequest,
  asked: readonly unknown[],
  action: RiskAction,
): readonly RiskCondition[] {
  return judgeConditions(request, asked.map(toStoredCondition), action);
}

/** Conditions in the shape that is stored; what cannot be one ends the request. */
function judgeConditions(
  request: FastifyRequest,
  stored: readonly unknown[],
  action: RiskAction,
): readonly RiskCondition[] {
  const parsed = parseConditions(stored, action);
  if ('conditions' in parsed) return parsed.conditions;
  const issues: readonly Issue[] = parsed.problems;
  throw new AnswerError(validationAnswer(request, issues));
}

/** Amounts come in major units, as everywhere in this dialect, and are stored in minor ones. */
function toStoredCondition(asked: unknown): unknown {
  if (typeof asked !== 'object' || asked === null) return asked;
  const { amount, currency: code } = asked as Record<string, unknown>;
  const text =
    amount instanceof NumberLiteral ? amount.text : typeof amount === 'string' ? amount : String(amount);
  const currency = typeof code === 'string' ? parseCurrency(code) : undefined;
  if (amount === undefined || !currency) return asked;
  const units = parseMajorUnits(text, currency);
  return { ...asked, amount: typeof units === 'bigint' ? units.toString() : null };
}

async function refuseUnknownLists(
  request: FastifyRequest,
  { merchantId, conditions }: RiskRule,
  riskRules: ZafapayContext['gateway']['riskRules'],
): Promise<void> {
  for (const [index, condition] of conditions.entries()) {
    if (!('list' in condition)) continue;
    const list = await riskRules.findList(merchantId, condition.list);
    const path = `conditions[${index}].list`;
    const message = list ? `is a list of ${list.fact}, not of ${condition.fact}` : 'must be the id of a list';
    if (list?.fact !== condition.fact) throw new AnswerError(validationAnswer(request, [{ path, message }]));
  }
}

async function findNamedRule(
  { gateway }: ZafapayContext,
  request: FastifyRequest,
  name: string,
): Promise<RiskRule> {
  const id = parseId('RiskRuleId', name);
  const rule = id && (await gateway.riskRules.findRule(callerOf(request).merchant.id, id));
  if (!rule) throw unknownRule(request);
  return rule;
}

function unknownRule(request: FastifyRequest): Error {
  return errorToThrow(request, 'not_found', 'There is no rule of that id.');
}
