import type { PaymentEvent } from '../../domain/event.ts';
import type { DeliveryId, EventId, MerchantId, WebhookEndpointId } from '../../domain/ids.ts';
import type { Merchant } from '../../domain/merchant.ts';
import type { PaymentEventType } from '../../domain/payment.ts';
import type { Secret } from '../../lib/secret.ts';

export interface WebhookEndpoint {
  readonly id: WebhookEndpointId;
  readonly merchantId: MerchantId;
  readonly url: string;
  /** The name of a `WebhookFormat`. */
  readonly format: string;
  /** The merchant's filter in the format's own words; null means the format's default. */
  readonly filter: readonly string[] | null;
  readonly eventTypes: readonly PaymentEventType[];
  readonly status: 'enabled' | 'disabled';
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** A delivery that a worker holds for a while: what to send, where, and under which keys. */
export interface ClaimedDelivery {
  readonly id: DeliveryId;
  readonly event: PaymentEvent;
  readonly endpoint: WebhookEndpoint;
  readonly merchant: Merchant;
  /** Sealed; null when the format signs with a key of the merchant's. */
  readonly sealedSecret: Buffer | null;
  readonly previousSealedSecret: Buffer | null;
  /** 1 for the first try. */
  readonly tryNumber: number;
}

export interface DeliveryRecord {
  readonly id: DeliveryId;
  readonly eventId: EventId;
  readonly endpointId: WebhookEndpointId;
  readonly state: 'pending' | 'delivered' | 'failed';
  readonly tries: number;
  readonly nextTryAt: Date | null;
  readonly lastStatus: number | null;
  readonly lastError: string | null;
}

/** How many deliveries of one endpoint may be taken at once, so that a slow receiver leaves room for the others. */
export interface EndpointRoom {
  readonly each: number;
  readonly except: ReadonlyMap<WebhookEndpointId, number>;
}

export interface WebhookStore {
  /** False when the merchant has `most` endpoints already, however many are being inserted at the same moment. */
  insertEndpoint(endpoint: WebhookEndpoint, sealedSecret: Buffer | null, most: number): Promise<boolean>;
  listEndpoints(merchantId: MerchantId): Promise<WebhookEndpoint[]>;
  findEndpoint(merchantId: MerchantId, id: WebhookEndpointId): Promise<WebhookEndpoint | null>;
  updateEndpoint(endpoint: WebhookEndpoint): Promise<boolean>;
  /** The new secret signs beside the old one until `overlapUntil`. */
  rotateSecret(
    merchantId: MerchantId,
    id: WebhookEndpointId,
    sealedSecret: Buffer,
    overlapUntil: Date,
  ): Promise<boolean>;
  deleteEndpoint(merchantId: MerchantId, id: WebhookEndpointId, at: Date): Promise<boolean>;
  /**
   * Takes up to `limit` due deliveries for `leaseSeconds`, skipping those that others hold: the oldest of each
   * endpoint in turn, and of one endpoint no more than it has room for.
   */
  claimDue(now: Date, limit: number, leaseSeconds: number, room?: EndpointRoom): Promise<ClaimedDelivery[]>;
  /**
   * Records the end of a claimed try. A refusal counts for that very try: when the delivery was claimed again or resent
   * meanwhile, it says nothing about what comes. A success counts whenever it comes.
   */
  finishTry(
    claimed: Pick<ClaimedDelivery, 'id' | 'tryNumber'>,
    outcome:
      | { readonly kind: 'delivered'; readonly status: number; readonly at: Date }
      | {
          readonly kind: 'retry';
          readonly status: number | null;
          readonly error: string;
          readonly nextTryAt: Date;
        }
      | {
          readonly kind: 'failed';
          readonly status: number | null;
          readonly error: string;
          readonly at: Date;
        },
  ): Promise<void>;
  /** Makes the event's deliveries due again, and new ones for endpoints that subscribed since. */
  resend(merchantId: MerchantId, eventId: EventId, now: Date): Promise<number>;
  listDeliveries(merchantId: MerchantId, eventId: EventId): Promise<DeliveryRecord[]>;
  disableEndpoint(id: WebhookEndpointId, at: Date): Promise<void>;
}

/** Bytes and headers of one delivery. */
export interface RenderedWebhook {
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** What came of one HTTP request to a receiver. */
export type SendOutcome =
  | { readonly kind: 'accepted'; readonly status: number }
  | {
      readonly kind: 'refused';
      /** Null when no answer came. */
      readonly status: number | null;
      /** For the merchant's eyes: what happened, with an excerpt of the answer. */
      readonly error: string;
      readonly retryAfterSeconds: number | null;
      /** The receiver asks for no more deliveries, ever (410). */
      readonly gone: boolean;
    };

/** Sends webhooks over HTTP. `send` never throws for what the network or the receiver does. */
export interface WebhookSender {
  send(
    webhook: RenderedWebhook & { readonly url: string; readonly timeoutSeconds: number },
  ): Promise<SendOutcome>;
  close(): Promise<void>;
}

export interface RenderContext {
  readonly event: PaymentEvent;
  readonly endpoint: WebhookEndpoint;
  readonly merchant: Merchant;
  readonly deliveryId: DeliveryId;
  /** Newest first; the endpoint's own, or the merchant's signing key for formats that use that. */
  readonly secrets: readonly Secret<string>[];
  /** Real time of this try; signatures and timestamps use it. */
  readonly sentAt: Date;
  readonly mode: 'sandbox' | 'live';
}

/**
 * How one wire spells events. The body depends on the event and endpoint alone, so that every retry sends the same
 * bytes. `render` answers null when the wire has no word for the event.
 */
export interface WebhookFormat {
  readonly name: string;
  /** Filter words → our event types; undefined when a word is unknown. Null asks for the default. */
  eventTypes(filter: readonly string[] | null): readonly PaymentEventType[] | undefined;
  render(context: RenderContext): RenderedWebhook | null;
  /** Seconds to wait after try 1, 2, …; when the list ends, the delivery has failed. */
  readonly retrySeconds: readonly number[];
  /** The share by which a wait may be longer or shorter, 0.1 for ±10 %. */
  readonly jitter: number;
  readonly timeoutSeconds: number;
  /** `endpoint`: a `whsec_…` of its own; `merchant`: the merchant's signing key of that purpose. */
  readonly signsWith: 'endpoint' | { readonly merchantSecret: string };
}
