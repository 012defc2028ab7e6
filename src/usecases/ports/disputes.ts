import type { Dispute } from '../../domain/dispute.ts';
import type { EventId, MerchantId, PaymentId } from '../../domain/ids.ts';
import type { AcquirerDispute } from './acquirer.ts';
import type { ChangeResult, PaymentChange } from './store.ts';

/** A dispute that the merchant was not told of yet. */
export interface UntoldDispute {
  readonly dispute: Dispute;
  readonly merchantId: MerchantId;
  readonly paymentId: PaymentId;
}

export interface DisputeStore {
  /** Where the next page of the acquirer's disputes begins; null before the first. */
  readCursor(acquirer: string): Promise<string | null>;
  /**
   * Keeps each dispute once, and the cursor, in one commit. One about a reference that is not ours is kept too, and
   * raises an alert. Answers how many were new.
   */
  receive(
    acquirer: string,
    disputes: readonly AcquirerDispute[],
    cursor: string | null,
    now: Date,
  ): Promise<number>;
  /** Disputes of payments of which nothing is under way, the oldest first. */
  listUntold(acquirer: string, limit: number): Promise<UntoldDispute[]>;
  /** The same for one dispute: null once it was told, or while something of its payment is under way. */
  findUntold(acquirer: string, disputeId: string): Promise<UntoldDispute | null>;
  /** Writes the change, its event and deliveries, and that the dispute was told, in one commit. */
  tell(acquirer: string, disputeId: string, change: PaymentChange): Promise<ChangeResult | 'told_before'>;
}

/** A dispute as it is kept, and whether its merchant was told. */
export interface ListedDispute {
  readonly acquirer: string;
  readonly dispute: Dispute;
  /** The attempt that the acquirer named. */
  readonly reference: string;
  /** Null, like the payment, when the reference is not ours. */
  readonly merchantId: MerchantId | null;
  readonly paymentId: PaymentId | null;
  readonly receivedAt: Date;
  /** The event that told the merchant; null until then. */
  readonly eventId: EventId | null;
}

/** What operators see of disputes. */
export interface DisputeDesk {
  /** The one received last first. */
  listDisputes(page: {
    readonly limit: number;
    readonly after?: { readonly receivedAt: Date; readonly id: string } | undefined;
  }): Promise<ListedDispute[]>;
}
