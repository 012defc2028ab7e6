import { createEximpeFormat } from '../http/eximpe/webhooks/format.ts';
import { zafapayWebhookFormat } from '../http/zafapay/webhook-format.ts';
import type { WebhookFormat } from '../usecases/ports/webhooks.ts';
import { standardFormat } from '../webhooks/standard-format.ts';

/** Every wire in which an endpoint may receive events. */
export const webhookFormats: readonly WebhookFormat[] = [
  zafapayWebhookFormat,
  createEximpeFormat(),
  standardFormat,
];
