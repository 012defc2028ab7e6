import type { Dispute } from '../../domain/dispute.ts';
import type { MerchantId, PaymentId } from '../../domain/ids.ts';
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
