import type { MerchantId, PaymentId } from '../../domain/ids.ts';

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
  /** False when there is no open alert of that id. */
  closeAlert(id: bigint, now: Date): Promise<boolean>;
}
