import type { FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import { newId, parseId } from '../../../domain/ids.ts';
import { normalizeValue } from '../../../domain/risk/facts.ts';
import type { RiskList } from '../../../domain/risk/rule.ts';
import { AnswerError, type EdgeServer } from '../../edge/dialect.ts';
import { callerOf, requireKey } from '../authentication.ts';
import type { ZafapayContext } from '../context.ts';
import { errorToThrow, validationAnswer } from '../errors.ts';
import { sendOnce } from '../idempotency.ts';
import { judgePanFree, refuseIssues } from '../issues.ts';
import { parsePaymentName } from '../payment-name.ts';
import { sendStored, storeAnswer } from '../reply.ts';
import { idParams } from '../schemas/fields.ts';
import { type AddEntryBody, addEntryBody, createListBody } from '../schemas/risk.ts';
import { viewList } from '../views/risk.ts';

const listsMax = 20;
const entryParams = Type.Object({ id: Type.String(), value: Type.String() });

/** `/v1/risk/lists`: values that rules look into. A change is in force at once, in every process. */
export function addRiskLists(scope: EdgeServer, context: ZafapayContext): void {
  const { gateway } = context;
  const mayRead = requireKey(gateway, 'read');
  scope.get('/risk/lists', { onRequest: mayRead }, async (request, reply) => {
    const lists = await gateway.riskRules.listLists(callerOf(request).merchant.id);
    return sendStored(reply, storeAnswer(200, { data: lists.map(viewList) }));
  });
  scope.get(
    '/risk/lists/:id',
    { schema: { params: idParams }, onRequest: mayRead },
    async (request, reply) => {
      const list = await findNamedList(context, request, request.params.id);
      const entries = await gateway.riskRules.listEntries(list.merchantId, list.id);
      return sendStored(reply, storeAnswer(200, { ...viewList(list), entries }));
    },
  );
  scope.delete(
    '/risk/lists/:id',
    { schema: { params: idParams }, onRequest: requireKey(gateway, 'manage') },
    async (request, reply) => {
      const { id, merchantId } = await findNamedList(context, request, request.params.id);
      if ((await gateway.riskRules.deleteList(merchantId, id)) === 'in_use')
        throw errorToThrow(
          request,
          'invalid_state',
          'A rule looks into this list. Change or delete it first.',
        );
      return sendStored(reply, storeAnswer(200, { id, deleted: true }));
    },
  );
  addCreate(scope, context);
  addEntries(scope, context);
}

function addCreate(scope: EdgeServer, context: ZafapayContext): void {
  const { gateway } = context;
  scope.post(
    '/risk/lists',
    { schema: { body: createListBody }, attachValidation: true, onRequest: requireKey(gateway, 'manage') },
    async (request, reply) => {
      refuseIssues(request, () => judgePanFree('name', request.body.name));
      const merchantId = callerOf(request).merchant.id;
      const now = gateway.clock.now();
      const { name, fact } = request.body;
      const id = newId('RiskListId', gateway.random);
      const list: RiskList = { id, merchantId, name, fact, createdAt: now, updatedAt: now };
      return sendOnce(context, request, reply, '/v1/risk/lists', async ({ riskRules }) => {
        if ((await riskRules.listLists(merchantId)).length >= listsMax)
          throw errorToThrow(request, 'invalid_state', `A merchant can have at most ${listsMax} lists.`);
        await riskRules.insertList(list);
        const answer = storeAnswer(201, viewList(list));
        return { send: answer, keep: answer };
      });
    },
  );
}

function addEntries(scope: EdgeServer, context: ZafapayContext): void {
  const { gateway } = context;
  const mayManage = requireKey(gateway, 'manage');
  scope.post(
    '/risk/lists/:id/entries',
    { schema: { params: idParams, body: addEntryBody }, attachValidation: true, onRequest: mayManage },
    async (request, reply) => {
      refuseIssues(request, () => judgeEntry(request.body));
      const list = await findNamedList(context, request, request.params.id);
      const value = await readValue(context, request, list, request.body);
      const path = `/v1/risk/lists/${list.id}/entries`;
      return sendOnce(context, request, reply, path, async ({ riskRules }) => {
        const added = await riskRules.addEntry(list.merchantId, list.id, value, gateway.clock.now());
        if (added === 'unknown') throw unknownList(request);
        if (added === 'full') throw errorToThrow(request, 'invalid_state', 'The list is full.');
        const answer = storeAnswer(201, { list: list.id, value });
        return { send: answer, keep: answer };
      });
    },
  );
  scope.delete(
    '/risk/lists/:id/entries/:value',
    { schema: { params: entryParams }, onRequest: mayManage },
    async (request, reply) => {
      const list = await findNamedList(context, request, request.params.id);
      const value = normalizeValue(list.fact, request.params.value) ?? request.params.value;
      if (!(await gateway.riskRules.removeEntry(list.merchantId, list.id, value)))
        throw errorToThrow(request, 'not_found', 'The list has no such value.');
      return sendStored(reply, storeAnswer(200, { list: list.id, value, deleted: true }));
    },
  );
}

function judgeEntry(body: Partial<AddEntryBody>) {
  const named = [body.value, body.token, body.payment_method_id, body.payment].filter(
    (given) => given !== undefined,
  );
  if (named.length !== 1)
    return [
      { path: 'value', message: 'or one of token, payment_method_id and payment is required, and only one' },
    ];
  return judgePanFree('value', body.value);
}

/** The value to put on the list: as it was given, or the fingerprint of a card that is named. */
async function readValue(
  context: ZafapayContext,
  request: FastifyRequest,
  list: RiskList,
  body: AddEntryBody,
): Promise<string> {
  if (body.value !== undefined) {
    const value = normalizeValue(list.fact, body.value);
    if (value === undefined) throw badField(request, 'value', `is no value that ${list.fact} can have`);
    return value;
  }
  const path =
    body.token !== undefined ? 'token' : body.payment !== undefined ? 'payment' : 'payment_method_id';
  if (list.fact !== 'fingerprint') throw badField(request, path, 'names a card, and this list holds none');
  const fingerprint = await findFingerprint(context, list.merchantId, body);
  if (!fingerprint)
    throw errorToThrow(request, 'not_found', 'There is no card of that name.', { param: path });
  return fingerprint.toString('hex');
}

async function findFingerprint(
  { gateway }: ZafapayContext,
  merchantId: RiskList['merchantId'],
  body: AddEntryBody,
): Promise<Buffer | null> {
  const { cards, payments } = gateway;
  if (body.token !== undefined) {
    const id = parseId('CardTokenId', body.token);
    return (id && (await cards.findToken(merchantId, id))?.fingerprint) ?? null;
  }
  if (body.payment_method_id !== undefined) {
    const id = parseId('PaymentMethodId', body.payment_method_id);
    return (id && (await cards.findPaymentMethod(merchantId, { id }))?.fingerprint) ?? null;
  }
  const id = body.payment === undefined ? undefined : parsePaymentName(body.payment);
  const payment = id && (await payments.findPayment(merchantId, { id }));
  return payment?.card ? cards.findFingerprint(merchantId, payment.card.id) : null;
}

async function findNamedList(
  { gateway }: ZafapayContext,
  request: FastifyRequest,
  name: string,
): Promise<RiskList> {
  const id = parseId('RiskListId', name);
  const list = id && (await gateway.riskRules.findList(callerOf(request).merchant.id, id));
  if (!list) throw unknownList(request);
  return list;
}

function badField(request: FastifyRequest, path: string, message: string): Error {
  return new AnswerError(validationAnswer(request, [{ path, message }]));
}

function unknownList(request: FastifyRequest): Error {
  return errorToThrow(request, 'not_found', 'There is no list of that id.');
}
