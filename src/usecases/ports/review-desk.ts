import type { Currency } from '../../domain/currency.ts';
import type { MerchantId, PaymentId } from '../../domain/ids.ts';
import type { MinorUnits } from '../../domain/money.ts';
import type { PaymentState } from '../../domain/payment.ts';
import type { DecisionReason } from '../../domain/risk/decision.ts';
import type { RiskStage } from '../../domain/risk/rule.ts';

/** An open review of any merchant, with the money that it is about. */
export interface ListedReview {
  readonly paymentId: PaymentId;
  readonly merchantId: MerchantId;
  readonly since: Date;
  readonly stage: RiskStage;
  readonly reason: DecisionReason;
  /** Null when no rule was asked. */
  readonly ruleName: string | null;
  readonly paymentState: PaymentState;
  readonly amount: MinorUnits;
  readonly currency: Currency;
}

/** Reviews of all merchants, for operators. */
export interface ReviewDesk {
  /** Reviews of payments that hold or took money, newest first; of every merchant when `merchantId` is null. */
  listReviews(page: {
    readonly merchantId: MerchantId | null;
    readonly limit: number;
    readonly after?: { readonly since: Date; readonly paymentId: string } | undefined;
  }): Promise<ListedReview[]>;
}
