import type { FastifyRequest } from 'fastify';
import type { PaymentEvent } from '../../../domain/event.ts';
import { parseId } from '../../../domain/ids.ts';
import type { EdgeServer } from '../../edge/dialect.ts';
import { callerOf, requireKey } from '../authentication.ts';
import type { ZafapayContext } from '../context.ts';
import { errorToThrow } from '../errors.ts';
import { sendOnce } from '../idempotency.ts';
import { readPage, renderPage } from '../listing.ts';
import { sendStored, storeAnswer } from '../reply.ts';
import { idParams } from '../schemas/fields.ts';
import { listEventsQuery } from '../schemas/lists.ts';
import { viewDelivery, viewEvent } from '../views/event.ts';

/** `GET /v1/events`, `GET /v1/events/{id}` and `POST /v1/events/{id}/resend`. */
export function addEvents(scope: EdgeServer, context: ZafapayContext): void {
  const { gateway } = context;
  const mayRead = requireKey(gateway, 'read');
  scope.get(
    '/events',
    { schema: { querystring: listEventsQuery }, onRequest: mayRead },
    async (request, reply) => {
      const { merchant } = callerOf(request);
      const { limit, after } = readPage(request, request.query);
      const page = { limit: limit + 1, ...(after && { after }) };
      const events = await gateway.payments.listEvents(merchant.id, page);
      const view = (event: PaymentEvent) => viewEvent(event, merchant.name);
      return sendStored(reply, storeAnswer(200, renderPage(events, limit, view)));
    },
  );
  scope.get('/events/:id', { schema: { params: idParams }, onRequest: mayRead }, async (request, reply) => {
    const { merchant } = callerOf(request);
    const event = await findNamedEvent(context, request, request.params.id);
    const deliveries = await gateway.webhooks.listDeliveries(merchant.id, event.id);
    const view = { ...viewEvent(event, merchant.name), deliveries: deliveries.map(viewDelivery) };
    return sendStored(reply, storeAnswer(200, view));
  });
  scope.post(
    '/events/:id/resend',
    { schema: { params: idParams }, onRequest: requireKey(gateway, 'pay') },
    async (request, reply) => {
      const event = await findNamedEvent(context, request, request.params.id);
      const path = `/v1/events/${event.id}/resend`;
      const answer = await sendOnce(context, request, reply, path, async ({ webhooks }) => {
        const deliveries = await webhooks.resend(event.merchantId, event.id, gateway.clock.now());
        const answer = storeAnswer(200, { id: event.id, deliveries });
        return { send: answer, keep: answer };
      });
      gateway.deliveriesWaiting();
      return answer;
    },
  );
}

async function findNamedEvent(
  { gateway }: ZafapayContext,
  request: FastifyRequest,
  name: string,
): Promise<PaymentEvent> {
  const id = parseId('EventId', name);
  const event = id && (await gateway.payments.findEvent(callerOf(request).merchant.id, id));
  if (!event) throw errorToThrow(request, 'not_found', 'There is no event of that id.');
  return event;
}
