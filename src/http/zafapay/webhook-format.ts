import { createHmac } from 'node:crypto';
import type { RenderContext, RenderedWebhook, WebhookFormat } from '../../usecases/ports/webhooks.ts';
import { eventTypesOf, wireEvents } from './event-names.ts';
import { eventFacts } from './views/event-facts.ts';

const minute = 60;
const hour = 60 * minute;

/**
 * Webhooks as the contract's section 10 has them: one flat object, signed with HMAC-SHA256 under the whole `whsec_…`
 * text, in lower-case hex. `timestamp` is the event's own, so that every retry sends the same bytes. The bytes are
 * those of `JSON.stringify`, for many receivers verify the body after parsing it and writing it again.
 */
export const zafapayWebhookFormat: WebhookFormat = {
  name: 'zafapay',
  eventTypes: eventTypesOf,
  render,
  retrySeconds: [minute, 5 * minute, 30 * minute, 2 * hour, 6 * hour, 12 * hour, 24 * hour],
  jitter: 0.1,
  timeoutSeconds: 10,
  signsWith: 'endpoint',
};

const signatureHeaders = { sandbox: 'X-Zafapay-Signature-Sandbox', live: 'X-Zafapay-Signature' } as const;

function render({ event, merchant, deliveryId, secrets, mode }: RenderContext): RenderedWebhook | null {
  const wire = wireEvents[event.type];
  if (!wire) return null;
  const facts = eventFacts(event, merchant.name);
  const body = JSON.stringify({ event: wire.name, ...facts, timestamp: event.createdAt.toISOString() });
  const [newest] = secrets;
  if (!newest) throw new TypeError('a webhook of this format needs the secret of its endpoint');
  return {
    body,
    headers: {
      'Content-Type': 'application/json',
      'User-Agent': 'Sallyport-Webhooks/1.0',
      'X-Zafapay-Event': wire.name,
      'X-Zafapay-Delivery': deliveryId,
      [signatureHeaders[mode]]: signWebhook(newest.reveal(), body),
    },
  };
}

/** `hex(hmac_sha256(key = utf8(secret), message = utf8(body)))`, 64 characters. */
function signWebhook(secret: string, body: string): string {
  return createHmac('sha256', secret).update(body).digest('hex');
}
