import type { MerchantId } from '../domain/ids.ts';
import type { Mode } from '../domain/merchant.ts';
import { nextRetryAt } from '../domain/retry-schedule.ts';
import type { Clock } from '../lib/clock.ts';
import { type Random, randomFraction } from '../lib/random.ts';
import type { Secret } from '../lib/secret.ts';
import type { MerchantDirectory } from '../usecases/ports/directory.ts';
import type {
  ClaimedDelivery,
  RenderedWebhook,
  SendOutcome,
  WebhookFormat,
  WebhookSender,
  WebhookStore,
} from '../usecases/ports/webhooks.ts';
import type { WorkerLog } from './worker-log.ts';

export type TryResult = 'delivered' | 'retry' | 'failed';

/** Opens text that the vault sealed for its owner; an endpoint's secret belongs to `webhook_endpoint:whe_…`. */
export type OpenText = (merchantId: MerchantId, owner: string, sealed: Buffer) => Promise<Secret<string>>;

/** What a try needs. */
export interface DeliveryTools {
  readonly store: WebhookStore;
  readonly formats: ReadonlyMap<string, WebhookFormat>;
  readonly sender: WebhookSender;
  readonly openText: OpenText;
  readonly directory: Pick<MerchantDirectory, 'findSigningKey'>;
  readonly mode: Mode;
  /** Business time: when the next try is due. */
  readonly clock: Clock;
  /** Real time: timestamps and signatures. */
  readonly realTime: Clock;
  readonly random: Random;
  readonly log: WorkerLog;
}

/** The name under which the vault seals an endpoint's secret. */
function endpointSecretOwner(endpointId: string): string {
  return `webhook_endpoint:${endpointId}`;
}

/**
 * One try of one delivery, from its keys to its recorded end. A crash before the end is recorded leaves the lease to
 * run out, and the same webhook is sent again: at least once, never at most once.
 */
export async function deliverOne(tools: DeliveryTools, delivery: ClaimedDelivery): Promise<TryResult> {
  const { store, clock } = tools;
  const format = tools.formats.get(delivery.endpoint.format);
  const webhook = format && (await prepare(tools, delivery, format));
  if (!format || !webhook) {
    const error = format ? 'the format has no word for this event' : 'the format is unknown';
    await store.finishTry(delivery, { kind: 'failed', status: null, error, at: clock.now() });
    return 'failed';
  }
  const outcome =
    webhook === 'unprepared'
      ? refusedByUs
      : await tools.sender.send({
          ...webhook,
          url: delivery.endpoint.url,
          timeoutSeconds: format.timeoutSeconds,
        });
  if (outcome.kind === 'accepted') {
    await store.finishTry(delivery, { kind: 'delivered', status: outcome.status, at: clock.now() });
    return 'delivered';
  }
  return recordRefusal(tools, delivery, format, outcome);
}

const refusedByUs: SendOutcome = {
  kind: 'refused',
  status: null,
  error: 'not sent: the gateway could not sign it',
  retryAfterSeconds: null,
  gone: false,
};

/** `unprepared` when a key cannot be had or a format broke: our fault, logged, and tried again like any other failure. */
async function prepare(
  tools: DeliveryTools,
  delivery: ClaimedDelivery,
  format: WebhookFormat,
): Promise<RenderedWebhook | 'unprepared' | null> {
  try {
    const secrets = await openSecrets(tools, delivery, format);
    if (secrets.length === 0) throw new Error('there is no key to sign with');
    const { event, endpoint, merchant } = delivery;
    const sentAt = tools.realTime.now();
    return format.render({
      event,
      endpoint,
      merchant,
      deliveryId: delivery.id,
      secrets,
      sentAt,
      mode: tools.mode,
    });
  } catch (error) {
    tools.log.error(
      { err: error, deliveryId: delivery.id, endpointId: delivery.endpoint.id },
      'webhook not prepared',
    );
    return 'unprepared';
  }
}

async function openSecrets(
  tools: DeliveryTools,
  delivery: ClaimedDelivery,
  format: WebhookFormat,
): Promise<Secret<string>[]> {
  const merchantId = delivery.merchant.id;
  if (format.signsWith !== 'endpoint') {
    const key = await tools.directory.findSigningKey(merchantId, format.signsWith.merchantSecret);
    return key ? [key] : [];
  }
  const owner = endpointSecretOwner(delivery.endpoint.id);
  const sealed = [delivery.sealedSecret, delivery.previousSealedSecret].filter((blob) => blob !== null);
  return Promise.all(sealed.map((blob) => tools.openText(merchantId, owner, blob)));
}

async function recordRefusal(
  tools: DeliveryTools,
  delivery: ClaimedDelivery,
  format: WebhookFormat,
  refused: Extract<SendOutcome, { kind: 'refused' }>,
): Promise<TryResult> {
  const { store, log } = tools;
  const { status, error } = refused;
  const now = tools.clock.now();
  const fraction = randomFraction(tools.random);
  const { retryAfterSeconds } = refused;
  const nextTryAt = refused.gone
    ? null
    : nextRetryAt(format, { tryNumber: delivery.tryNumber, now, retryAfterSeconds, fraction });
  if (nextTryAt) {
    await store.finishTry(delivery, { kind: 'retry', status, error, nextTryAt });
    return 'retry';
  }
  if (refused.gone) await store.disableEndpoint(delivery.endpoint.id, now);
  await store.finishTry(delivery, { kind: 'failed', status, error, at: now });
  log.warn(
    { deliveryId: delivery.id, endpointId: delivery.endpoint.id, status, tries: delivery.tryNumber },
    refused.gone
      ? 'webhook endpoint is gone and was switched off'
      : 'webhook not delivered, no further try will be made',
  );
  return 'failed';
}
