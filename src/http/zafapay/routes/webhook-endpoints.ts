import type { FastifyRequest } from 'fastify';
import { parseId } from '../../../domain/ids.ts';
import { addSeconds } from '../../../lib/clock.ts';
import type { WebhookEndpoint } from '../../../usecases/ports/webhooks.ts';
import type { EdgeServer } from '../../edge/dialect.ts';
import { callerOf, requireKey } from '../authentication.ts';
import type { ZafapayContext } from '../context.ts';
import { errorToThrow } from '../errors.ts';
import { sendOnce } from '../idempotency.ts';
import { refuseIssues } from '../issues.ts';
import { sendStored, storeAnswer } from '../reply.ts';
import { idParams } from '../schemas/fields.ts';
import { updateEndpointBody } from '../schemas/webhook-endpoints.ts';
import { maskSecret, viewEndpoint } from '../views/webhook-endpoint.ts';
import {
  filterOf,
  findFormat,
  judgeEndpoint,
  newWebhookSecret,
  sealSecret,
} from './create-webhook-endpoint.ts';

/** The old secret signs beside the new one for a day, so that receivers can change over. */
const overlapSeconds = 24 * 60 * 60;

/** `GET`, `PATCH` and `DELETE` of `/v1/webhook_endpoints`, and the rotation of a secret. */
export function addWebhookEndpoints(scope: EdgeServer, context: ZafapayContext): void {
  const { gateway } = context;
  const mayManage = requireKey(gateway, 'manage');
  const mayRead = requireKey(gateway, 'read');
  scope.get('/webhook_endpoints', { onRequest: mayRead }, async (request, reply) => {
    const endpoints = await gateway.webhooks.listEndpoints(callerOf(request).merchant.id);
    return sendStored(reply, storeAnswer(200, { data: endpoints.map((endpoint) => viewEndpoint(endpoint)) }));
  });
  scope.get(
    '/webhook_endpoints/:id',
    { schema: { params: idParams }, onRequest: mayRead },
    async (request, reply) => {
      const endpoint = await findNamedEndpoint(context, request, request.params.id);
      return sendStored(reply, storeAnswer(200, viewEndpoint(endpoint)));
    },
  );
  scope.delete(
    '/webhook_endpoints/:id',
    { schema: { params: idParams }, onRequest: mayManage },
    async (request, reply) => {
      const { id, merchantId } = await findNamedEndpoint(context, request, request.params.id);
      await gateway.webhooks.deleteEndpoint(merchantId, id, gateway.clock.now());
      return sendStored(reply, storeAnswer(200, { id, deleted: true }));
    },
  );
  addUpdate(scope, context);
  addRotation(scope, context);
}

function addUpdate(scope: EdgeServer, context: ZafapayContext): void {
  const { gateway } = context;
  scope.patch(
    '/webhook_endpoints/:id',
    {
      schema: { params: idParams, body: updateEndpointBody },
      attachValidation: true,
      onRequest: requireKey(gateway, 'manage'),
    },
    async (request, reply) => {
      const endpoint = await findNamedEndpoint(context, request, request.params.id);
      const { body } = request;
      refuseIssues(request, () =>
        judgeEndpoint(context, { url: body.url, events: body.events, format: endpoint.format }),
      );
      const filter = body.events === undefined ? endpoint.filter : filterOf(body.events);
      const changed: WebhookEndpoint = {
        ...endpoint,
        url: body.url ?? endpoint.url,
        filter,
        eventTypes: findFormat(context, endpoint.format)?.eventTypes(filter) ?? endpoint.eventTypes,
        status: body.status ?? endpoint.status,
        updatedAt: gateway.clock.now(),
      };
      if (!(await gateway.webhooks.updateEndpoint(changed))) throw unknownEndpoint(request);
      return sendStored(reply, storeAnswer(200, viewEndpoint(changed)));
    },
  );
}

function addRotation(scope: EdgeServer, context: ZafapayContext): void {
  const { gateway } = context;
  scope.post(
    '/webhook_endpoints/:id/rotate_secret',
    { schema: { params: idParams }, onRequest: requireKey(gateway, 'manage') },
    async (request, reply) => {
      const endpoint = await findNamedEndpoint(context, request, request.params.id);
      if (findFormat(context, endpoint.format)?.signsWith !== 'endpoint')
        throw errorToThrow(request, 'not_supported', 'Endpoints of this format have no secret of their own.');
      const path = `/v1/webhook_endpoints/${endpoint.id}/rotate_secret`;
      return sendOnce(context, request, reply, path, async ({ webhooks }) => {
        const secret = newWebhookSecret(gateway.random);
        const until = addSeconds(gateway.clock.now(), overlapSeconds);
        const sealed = await sealSecret(context, endpoint, secret);
        if (!(await webhooks.rotateSecret(endpoint.merchantId, endpoint.id, sealed, until)))
          throw unknownEndpoint(request);
        return {
          send: storeAnswer(200, viewEndpoint(endpoint, secret.reveal())),
          keep: storeAnswer(200, viewEndpoint(endpoint, maskSecret(secret.reveal()))),
        };
      });
    },
  );
}

async function findNamedEndpoint(
  { gateway }: ZafapayContext,
  request: FastifyRequest,
  name: string,
): Promise<WebhookEndpoint> {
  const id = parseId('WebhookEndpointId', name);
  const endpoint = id && (await gateway.webhooks.findEndpoint(callerOf(request).merchant.id, id));
  if (!endpoint) throw unknownEndpoint(request);
  return endpoint;
}

function unknownEndpoint(request: FastifyRequest): Error {
  return errorToThrow(request, 'not_found', 'There is no webhook endpoint of that id.');
}
