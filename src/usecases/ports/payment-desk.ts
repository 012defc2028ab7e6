import type { Attempt } from '../../domain/attempt.ts';
import type { EventId, MerchantId } from '../../domain/ids.ts';
import type { Payment, PaymentEventType } from '../../domain/payment.ts';
import type { Refund } from '../../domain/refund.ts';
import type { Alert } from './alerts.ts';
import type { AuditEntry } from './audit.ts';
import type { ListedDelivery } from './delivery-desk.ts';
import type { ListedDispute } from './disputes.ts';
import type { Difference } from './reconciliation.ts';
import type { ListedMerchant } from './registry.ts';
import type { StoredDecision } from './risk.ts';
import type { Authentication } from './store.ts';

/** An attempt with what is done to find out its outcome. */
export interface ListedAttempt extends Attempt {
  /** What we saw instead of an answer; null when there was one. */
  readonly unknownCause: string | null;
  readonly inquiries: number;
  readonly nextInquiryAt: Date | null;
}

/** An authentication without the parts by which browsers and issuers reach it. */
export type ListedAuthentication = Pick<
  Authentication,
  'id' | 'state' | 'createdAt' | 'expiresAt' | 'challengeCancel'
> & {
  readonly version: string | null;
  readonly transStatus: string | null;
  readonly transStatusReason: string | null;
  readonly eci: string | null;
};

export interface ListedEvent {
  readonly id: EventId;
  readonly sequence: number;
  readonly type: PaymentEventType;
  readonly createdAt: Date;
}

/** Everything about one payment that an operator may see. Each list is in the order of time, and cut at `rowsMax`. */
export interface PaymentReport {
  readonly payment: Payment;
  readonly merchant: Pick<ListedMerchant, 'id' | 'number' | 'name'>;
  readonly attempts: readonly ListedAttempt[];
  readonly authentications: readonly ListedAuthentication[];
  readonly refunds: readonly Refund[];
  readonly events: readonly ListedEvent[];
  readonly deliveries: readonly ListedDelivery[];
  readonly decisions: readonly StoredDecision[];
  readonly disputes: readonly ListedDispute[];
  readonly differences: readonly Difference[];
  readonly alerts: readonly Alert[];
}

/** Payments of any merchant, for operators. */
export interface PaymentDesk {
  /**
   * The payment of that `tx_…`, of that order (`OD…`) or order payment (`PR…`), or of that attempt (`att_…`, which is
   * what acquirers know it by); null when there is none. `audit` is written before anything is given out.
   */
  readPayment(
    name: string,
    rowsMax: number,
    audit: (payment: Payment) => AuditEntry,
  ): Promise<PaymentReport | null>;
  /** Whose it is; names as above. */
  findPayment(name: string): Promise<{ readonly merchantId: MerchantId; readonly id: Payment['id'] } | null>;
}
