import type { WebhookEndpoint } from '../../../usecases/ports/webhooks.ts';

/** A webhook endpoint; `secret` stands in the answer that made it, and nowhere else. */
export function viewEndpoint(endpoint: WebhookEndpoint, secret?: string | null): object {
  return {
    id: endpoint.id,
    url: endpoint.url,
    format: endpoint.format,
    events: endpoint.filter,
    status: endpoint.status,
    ...(secret !== undefined && { secret }),
    created_at: endpoint.createdAt.toISOString(),
    updated_at: endpoint.updatedAt.toISOString(),
  };
}

/** A secret as it may be shown again: enough to tell which one it is. */
export function maskSecret(secret: string): string {
  return `whsec_…${secret.slice(-4)}`;
}
