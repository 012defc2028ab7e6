import type { MerchantId, PaymentId } from '../../domain/ids.ts';

/**
 * Finds and removes what is past its time. Every method takes the time of the business clock, touches at most `limit`
 * rows and is safe to run in several processes at once; deleting ones return how many things they deleted.
 */
export interface SweepStore {
  /**
   * Payments whose page, authentication or authorization has run out and that no open attempt may still decide,
   * without those in `except`.
   */
  listExpiring(
    now: Date,
    limit: number,
    except: readonly PaymentId[],
  ): Promise<{ readonly merchantId: MerchantId; readonly paymentId: PaymentId }[]>;
  /** Tokens that nobody used in time, a day after their end, with their card and its sealed number and code when nothing else refers to it. */
  deleteExpiredTokens(now: Date, limit: number): Promise<number>;
  deleteExpiredCvcs(now: Date, limit: number): Promise<number>;
  deleteExpiredIdempotencyKeys(now: Date, limit: number): Promise<number>;
  /** Ends due deliveries to endpoints that were switched off or deleted; answers how many. */
  endClosedDeliveries(now: Date, limit: number): Promise<number>;
  /** When the delivery that has waited longest became due; null when none waits. */
  oldestDueDelivery(now: Date): Promise<Date | null>;
}
