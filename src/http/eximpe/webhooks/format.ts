import { createHmac } from 'node:crypto';
import type { RenderContext, RenderedWebhook, WebhookFormat } from '../../../usecases/ports/webhooks.ts';
import { dialectName, encryptionKeyPurpose } from '../room.ts';
import { readSettings } from '../settings.ts';
import { canonicalJson } from './canonical-json.ts';
import { eventBody } from './event-body.ts';
import { eventTypesOf, eventWordOf } from './event-words.ts';

/** Webhooks as this wire has them (section 13): signed with the account's encryption key, five tries. */
export function createEximpeFormat(): WebhookFormat {
  return {
    name: dialectName,
    eventTypes: eventTypesOf,
    render,
    retrySeconds: [60, 300, 900, 3600],
    jitter: 0,
    timeoutSeconds: 10,
    signsWith: { merchantSecret: encryptionKeyPurpose },
  };
}

/**
 * The same body and signature on every try, a fresh timestamp. The timestamp is not under the contract's signature, so a
 * second one is added that covers it (section 17): `X-Webhook-Signature-V2` over `timestamp.body`.
 */
function render({ event, merchant, secrets, sentAt }: RenderContext): RenderedWebhook | null {
  const value = eventBody(event, readSettings(merchant).webhookCase);
  const word = eventWordOf(event.type);
  const [key] = secrets;
  if (value === null || word === null || !key) return null;
  const body = canonicalJson(value);
  const timestamp = String(Math.floor(sentAt.getTime() / 1000));
  const sign = (text: string) => createHmac('sha256', key.reveal()).update(text).digest('hex');
  return {
    body,
    headers: {
      'Content-Type': 'application/json',
      'User-Agent': 'Eximpe-Webhook/1.0',
      'X-Webhook-Event': word,
      'X-Webhook-Timestamp': timestamp,
      'X-Webhook-Signature': sign(body),
      'X-Webhook-Signature-V2': sign(`${timestamp}.${body}`),
    },
  };
}
