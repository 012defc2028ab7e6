import type { MerchantId, PaymentId } from '../../domain/ids.ts';
import type { AuditEntry } from './audit.ts';

/** What a person must see, and whether somebody has dealt with it. */
export interface Alert {
  readonly id: bigint;
  readonly kind: string;
  readonly merchantId: MerchantId | null;
  readonly paymentId: PaymentId | null;
  readonly attemptId: string | null;
  readonly differenceId: bigint | null;
  readonly message: string;
  readonly createdAt: Date;
  readonly closedAt: Date | null;
}

export interface AlertDesk {
  /** Newest first. */
  listAlerts(page: {
    readonly limit: number;
    readonly before?: bigint | undefined;
    readonly openOnly?: boolean | undefined;
  }): Promise<Alert[]>;
  /**
   * Closes an alert, with its audit entry in the same commit. That of a difference is closed with the difference, and
   * not before.
   */
  closeAlert(id: bigint, now: Date, audit: AuditEntry): Promise<'closed' | 'not_open' | 'difference_open'>;
}
