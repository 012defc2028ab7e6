import type { FastifyRequest } from 'fastify';
import { newId } from '../../../domain/ids.ts';
import type { Random } from '../../../lib/random.ts';
import { Secret } from '../../../lib/secret.ts';
import type { WebhookEndpoint, WebhookFormat } from '../../../usecases/ports/webhooks.ts';
import type { EdgeServer } from '../../edge/dialect.ts';
import { callerOf, requireKey } from '../authentication.ts';
import { dialectName, type ZafapayContext } from '../context.ts';
import type { Issue } from '../errors.ts';
import { errorToThrow } from '../errors.ts';
import { sendOnce } from '../idempotency.ts';
import { refuseIssues } from '../issues.ts';
import { storeAnswer } from '../reply.ts';
import { createEndpointBody } from '../schemas/webhook-endpoints.ts';
import { maskSecret, viewEndpoint } from '../views/webhook-endpoint.ts';

/** Contract 10.1. */
const endpointsMax = 16;
const secretBytes = 32;

/** `POST /v1/webhook_endpoints`: the secret is in this answer and never again. */
export function addCreateWebhookEndpoint(scope: EdgeServer, context: ZafapayContext): void {
  const { gateway } = context;
  scope.post(
    '/webhook_endpoints',
    {
      schema: { body: createEndpointBody },
      attachValidation: true,
      onRequest: requireKey(gateway, 'manage'),
    },
    async (request, reply) => {
      refuseIssues(request, () => judgeEndpoint(context, request.body));
      const { id: merchantId } = callerOf(request).merchant;
      const { endpoint, format } = newEndpoint(context, request.body, merchantId);
      return sendOnce(context, request, reply, '/v1/webhook_endpoints', async ({ webhooks }) => {
        const secret = format.signsWith === 'endpoint' ? newWebhookSecret(gateway.random) : null;
        const sealed = secret && (await sealSecret(context, endpoint, secret));
        if (!(await webhooks.insertEndpoint(endpoint, sealed, endpointsMax))) throw tooMany(request);
        return {
          send: storeAnswer(201, viewEndpoint(endpoint, secret?.reveal() ?? null)),
          keep: storeAnswer(201, viewEndpoint(endpoint, secret && maskSecret(secret.reveal()))),
        };
      });
    },
  );
}

interface AskedEndpoint {
  readonly url?: unknown;
  readonly format?: unknown;
  readonly events?: unknown;
}

/** The format that a request names; undefined when there is none of that name. */
export function findFormat({ webhookFormats }: ZafapayContext, name: unknown): WebhookFormat | undefined {
  return webhookFormats.find((format) => format.name === (name ?? dialectName));
}

/** What is wrong with an endpoint's address, format and filter, as far as their types are right. */
export function judgeEndpoint(
  context: ZafapayContext,
  { url, format: name, events }: AskedEndpoint,
): Issue[] {
  const issues: Issue[] = [];
  const fault = typeof url === 'string' ? context.judgeWebhookUrl(url) : null;
  if (fault !== null) issues.push({ path: 'url', message: fault, isSentence: true });
  const format = findFormat(context, name);
  const known = context.webhookFormats.map((candidate) => candidate.name).join(', ');
  if (!format) issues.push({ path: 'format', message: `must be one of ${known}` });
  else if (Array.isArray(events) && !format.eventTypes(filterOf(events)))
    issues.push({ path: 'events', message: `must name events of the format ${format.name}` });
  return issues;
}

/** An empty list asks for nothing in particular, so it means the default as null does. */
export function filterOf(events: readonly string[] | null | undefined): readonly string[] | null {
  return events && events.length > 0 ? events : null;
}

function newEndpoint(
  context: ZafapayContext,
  asked: { readonly url: string; readonly format?: string; readonly events?: readonly string[] | null },
  merchantId: WebhookEndpoint['merchantId'],
): { readonly endpoint: WebhookEndpoint; readonly format: WebhookFormat } {
  const { clock, random } = context.gateway;
  const filter = filterOf(asked.events);
  const format = findFormat(context, asked.format);
  const eventTypes = format?.eventTypes(filter);
  if (!format || !eventTypes) throw new TypeError('an endpoint must be judged before it is made');
  const now = clock.now();
  const endpoint: WebhookEndpoint = {
    id: newId('WebhookEndpointId', random),
    merchantId,
    url: asked.url,
    format: format.name,
    filter,
    eventTypes,
    status: 'enabled',
    createdAt: now,
    updatedAt: now,
  };
  return { endpoint, format };
}

/** `whsec_` and 32 random bytes in base64. */
export function newWebhookSecret(random: Random): Secret<string> {
  return new Secret(`whsec_${random.bytes(secretBytes).toString('base64')}`);
}

/** The secret as it is stored, bound to its endpoint. */
export function sealSecret(
  { sealText }: ZafapayContext,
  { id, merchantId }: WebhookEndpoint,
  secret: Secret<string>,
): Promise<Buffer> {
  return sealText(merchantId, `webhook_endpoint:${id}`, secret);
}

function tooMany(request: FastifyRequest): Error {
  return errorToThrow(
    request,
    'invalid_state',
    `A merchant can have at most ${endpointsMax} webhook endpoints. Delete one first.`,
  );
}
