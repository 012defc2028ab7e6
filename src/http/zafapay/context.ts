import type { MerchantId } from '../../domain/ids.ts';
import type { Secret } from '../../lib/secret.ts';
import type { Gateway } from '../../usecases/gateway.ts';
import type { WebhookFormat } from '../../usecases/ports/webhooks.ts';

/** What the room needs of the house; `main.ts` fulfils it. */
export interface ZafapayContext {
  readonly gateway: Gateway;
  /** What browsers reach us under: an origin or a base path, without a slash at its end. */
  readonly publicUrl: string;
  /** Keys the hashes of idempotency keys and requests: 32 bytes, the same in every process and for good. */
  readonly idempotencySecret: Buffer;
  /** Keys the tokens of checkout links: 32 bytes, the same in every process and for good. */
  readonly checkoutSecret: Buffer;
  /** Seals a merchant's secret for its owner, `webhook_endpoint:whe_…`. */
  readonly sealText: (merchantId: MerchantId, owner: string, text: Secret<string>) => Promise<Buffer>;
  /** Every format that an endpoint may ask for, this dialect's own among them. */
  readonly webhookFormats: readonly WebhookFormat[];
  /** What is wrong with a webhook address, as a sentence; null when it may be used. */
  readonly judgeWebhookUrl: (url: string) => string | null;
}

/** The name by which a payment's dialect is stored. */
export const dialectName = 'zafapay';

/** How long a cardholder may take for 3-D Secure (contract 8.1). */
export const challengeSeconds = 30 * 60;
/** How long a checkout link waits for the card (contract 8.2). */
export const checkoutSeconds = 24 * 60 * 60;

/** The connector that the contract shows: the acquirer's name, or `conn_sandbox` in the sandbox. */
export function connectorId(gateway: Gateway): string {
  return gateway.mode === 'sandbox' ? 'conn_sandbox' : `conn_${gateway.acquirer.name}`;
}
