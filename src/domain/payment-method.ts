import type { CardFace } from './card.ts';
import type { MerchantId, PaymentMethodId } from './ids.ts';

/** A card that a customer let the merchant keep. */
export interface PaymentMethod {
  readonly id: PaymentMethodId;
  readonly merchantId: MerchantId;
  /** The merchant's own name of the customer; it scopes every use of the card. */
  readonly customerReference: string;
  /** A second name of the same saved card: 22 lower-case hex characters. */
  readonly hexToken: string;
  readonly status: 'active' | 'blocked' | 'detached';
  readonly blockedReason: string | null;
  readonly isDefault: boolean;
  readonly nickname: string | null;
  /** What the merchant said of the card's kind; null when it said nothing. */
  readonly declaredFunding: 'credit' | 'debit' | null;
  readonly card: CardFace;
  /** Keyed hash of the number: equal for equal numbers of one merchant, and for nobody else. */
  readonly fingerprint: Buffer;
  /** Ties a merchant-initiated charge to the first, authenticated one; null when there was none. */
  readonly networkTransactionId: string | null;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}
