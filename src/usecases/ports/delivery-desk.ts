import type { MerchantId, PaymentId } from '../../domain/ids.ts';
import type { PaymentEventType } from '../../domain/payment.ts';
import type { DeliveryRecord, WebhookEndpoint } from './webhooks.ts';

/** A delivery with what it carries and where it goes. */
export interface ListedDelivery extends DeliveryRecord {
  readonly merchantId: MerchantId;
  readonly paymentId: PaymentId;
  readonly eventType: PaymentEventType;
  readonly url: string;
  readonly createdAt: Date;
  readonly finishedAt: Date | null;
}

/** An endpoint with what waits for it, and what it never got. */
export interface EndpointBacklog {
  readonly endpoint: Pick<WebhookEndpoint, 'id' | 'merchantId' | 'url' | 'format' | 'status'>;
  readonly pending: number;
  /** When the oldest pending delivery was made. */
  readonly pendingSince: Date | null;
  readonly failed: number;
  readonly failedLast: Date | null;
}

/** What operators see of deliveries. */
export interface DeliveryDesk {
  /** Endpoints with the most undelivered first; failures count since `failedSince`. */
  listBacklogs(page: {
    readonly limit: number;
    readonly failedSince: Date;
    /** Leaves out endpoints that miss nothing. */
    readonly troubledOnly: boolean;
  }): Promise<EndpointBacklog[]>;
  /** Whether there is such an endpoint, or was. */
  hasEndpoint(endpointId: string): Promise<boolean>;
  /** Deliveries of the endpoint that are pending or failed, newest first. */
  listUndelivered(page: {
    readonly endpointId: string;
    readonly limit: number;
    readonly after?: { readonly createdAt: Date; readonly id: string } | undefined;
  }): Promise<ListedDelivery[]>;
}
