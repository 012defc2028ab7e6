import type { FastifyReply, FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import { type PaymentMethodId, parseId } from '../../../domain/ids.ts';
import type { PaymentMethod } from '../../../domain/payment-method.ts';
import type { CardStore } from '../../../usecases/ports/store.ts';
import type { EdgeServer } from '../../edge/dialect.ts';
import { callerOf, requireKey } from '../authentication.ts';
import { connectorId, type ZafapayContext } from '../context.ts';
import { errorToThrow } from '../errors.ts';
import { sendOnce } from '../idempotency.ts';
import { judgePanFree, refuseIssues } from '../issues.ts';
import { sendStored, storeAnswer } from '../reply.ts';
import { idParams } from '../schemas/fields.ts';
import { blockBody } from '../schemas/follow-ups.ts';
import { viewPaymentMethod, viewPaymentMethodStatus } from '../views/payment-method.ts';

const customerParams = Type.Object({ customer_id: Type.String() });

/** Saved cards: the customer's list, block, unblock and detach (contract 9.2). */
export function addCustomers(scope: EdgeServer, context: ZafapayContext): void {
  addList(scope, context);
  const { gateway } = context;
  const mayPay = requireKey(gateway, 'pay');
  scope.post(
    '/customers/payment-methods/:id/block',
    { schema: { params: idParams, body: blockBody }, attachValidation: true, onRequest: mayPay },
    async (request, reply) => {
      refuseIssues(request, () => judgeReason(request.body.reason));
      const { reason } = request.body;
      return changeMethod(context, request, reply, request.params.id, 'block', (cards, method) =>
        cards.setPaymentMethodStatus(method.merchantId, method.id, {
          status: 'blocked',
          blockedReason: reason,
          at: gateway.clock.now(),
        }),
      );
    },
  );
  scope.post(
    '/customers/payment-methods/:id/unblock',
    { schema: { params: idParams }, onRequest: mayPay },
    async (request, reply) =>
      changeMethod(context, request, reply, request.params.id, 'unblock', async (cards, method) =>
        // An active card stays as it is, its time of change included.
        method.status === 'active'
          ? method
          : cards.setPaymentMethodStatus(method.merchantId, method.id, {
              status: 'active',
              blockedReason: null,
              at: gateway.clock.now(),
            }),
      ),
  );
  const detach = (request: FastifyRequest<{ Params: { id: string } }>, reply: FastifyReply) =>
    changeMethod(context, request, reply, request.params.id, 'detach', (cards, method) =>
      cards.detachPaymentMethod(method.merchantId, method.id, gateway.clock.now()),
    );
  const options = { schema: { params: idParams }, onRequest: mayPay };
  scope.post('/customers/payment-methods/:id/detach', options, detach);
  scope.delete('/customers/payment-methods/:id', options, detach);
}

function addList(scope: EdgeServer, { gateway }: ZafapayContext): void {
  scope.get(
    '/customers/:customer_id/payment-methods',
    { schema: { params: customerParams }, onRequest: requireKey(gateway, 'read') },
    async (request, reply) => {
      const { customer_id } = request.params;
      const methods = await gateway.cards.listPaymentMethods(callerOf(request).merchant.id, customer_id);
      const kept = methods.filter(({ status }) => status !== 'detached');
      const connector = connectorId(gateway);
      const view = {
        customer_id,
        payment_methods: kept.map((method) => viewPaymentMethod(method, connector)),
      };
      return sendStored(reply, storeAnswer(200, view));
    },
  );
}

function judgeReason(reason: unknown) {
  if (typeof reason === 'string' && reason.trim() === '')
    return [{ path: 'reason', message: 'must not be empty' }];
  return judgePanFree('reason', reason);
}

type Change = (cards: CardStore, method: PaymentMethod) => Promise<PaymentMethod | null>;

/** Carries out a change of one saved card, once per key; a detached card is as unknown as one that never was. */
async function changeMethod(
  context: ZafapayContext,
  request: FastifyRequest,
  reply: FastifyReply,
  name: string,
  verb: 'block' | 'unblock' | 'detach',
  change: Change,
): Promise<FastifyReply> {
  const id: PaymentMethodId | undefined = parseId('PaymentMethodId', name);
  if (!id) throw unknownMethod(request);
  const merchantId = callerOf(request).merchant.id;
  const path = `/v1/customers/payment-methods/${id}/${verb}`;
  return sendOnce(context, request, reply, path, async ({ cards }) => {
    const method = await cards.findPaymentMethod(merchantId, { id });
    const changed = method && method.status !== 'detached' ? await change(cards, method) : null;
    if (!changed) throw unknownMethod(request);
    const answer = storeAnswer(200, viewPaymentMethodStatus(changed));
    return { send: answer, keep: answer };
  });
}

function unknownMethod(request: FastifyRequest): Error {
  return errorToThrow(request, 'not_found', 'There is no saved card of that id.');
}
