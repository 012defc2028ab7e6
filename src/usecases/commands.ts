import type { CardBrand, OpenCard } from '../domain/card.ts';
import type { Currency } from '../domain/currency.ts';
import type { DeclineReason } from '../domain/decline.ts';
import type { CardTokenId, PaymentMethodId } from '../domain/ids.ts';
import type { CaptureMethod, Merchant } from '../domain/merchant.ts';
import type { MinorUnits } from '../domain/money.ts';
import type { Payment } from '../domain/payment.ts';
import type { PaymentMethod } from '../domain/payment-method.ts';
import type { Refund } from '../domain/refund.ts';
import type { Refusal } from '../domain/refusal.ts';
import type { CardholderBrowser } from '../domain/risk/facts.ts';
import type { EarlierRequest, IdempotencyClaim, StoredAnswer } from './ports/store.ts';

/** How a payment's card is named. */
export type PaymentCard =
  | { readonly from: 'hosted' }
  | { readonly from: 'token'; readonly tokenId: CardTokenId }
  | { readonly from: 'direct'; readonly card: OpenCard; readonly brand: CardBrand }
  | {
      readonly from: 'saved';
      readonly method: { readonly id: PaymentMethodId } | { readonly hexToken: string };
    };

/** A request to pay, in the core's words. */
export interface CreatePayment {
  readonly merchant: Merchant;
  readonly dialect: string;
  /** Makes the numbers of an order-based dialect; called again when a number was taken. Null elsewhere. */
  readonly newNumbers: (() => { readonly order: string; readonly payment: string }) | null;
  readonly amount: MinorUnits;
  readonly currency: Currency;
  /** Null takes the flow's. */
  readonly captureMethod: CaptureMethod | null;
  /** Null takes the merchant's default flow. */
  readonly flowId: string | null;
  readonly card: PaymentCard;
  /** always: 3-D Secure first; when_issuer_asks: after a soft decline; never: nobody is present (merchant-initiated). */
  readonly authentication: 'always' | 'when_issuer_asks' | 'never';
  readonly challengeSeconds: number;
  /** How long a hosted page waits for the card. */
  readonly hostedSeconds: number;
  /** The address on our side to which the issuer sends the browser back; holds the unguessable token. */
  readonly notificationUrl: (browserToken: string) => string;
  readonly customerReference: string | null;
  readonly saveCard: boolean;
  /** Wanted for the saved card, by dialects that let the merchant name it. */
  readonly savedCardLabel: {
    readonly nickname: string | null;
    readonly declaredFunding: 'credit' | 'debit' | null;
  };
  readonly merchantReference: string | null;
  readonly returnUrl: string | null;
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly email: string | null;
  readonly phone: string | null;
  readonly productName: string | null;
  readonly details: Readonly<Record<string, unknown>>;
  /** Where the card was typed, when the request tells; a token knows it itself. */
  readonly browser?: CardholderBrowser;
  readonly claim: IdempotencyClaim | null;
  /** The answer for the payment as it is; stored with the outcome when there is a key. */
  readonly render: (outcome: PaymentOutcome) => StoredAnswer;
}

/** A payment as a request left it. */
export interface PaymentOutcome {
  readonly payment: Payment;
  /** Set while the cardholder must authenticate: the unguessable part of our addresses, known only now. */
  readonly challenge: {
    readonly browserToken: string;
    readonly acsUrl: string;
    readonly creq: string;
  } | null;
  /** The saved card that the payment made; null when it made none. */
  readonly savedCard: PaymentMethod | null;
}

/** What a use case that moves a payment answers. */
export type PaymentResult =
  | { readonly kind: 'done'; readonly outcome: PaymentOutcome }
  | { readonly kind: 'refused'; readonly refusal: Refusal }
  /** The idempotency key was seen before. */
  | { readonly kind: 'earlier'; readonly earlier: EarlierRequest };

/** What capture and void answer; `declined` leaves the payment as it was. */
export type FollowUpResult =
  | { readonly kind: 'done'; readonly payment: Payment }
  | { readonly kind: 'declined'; readonly payment: Payment; readonly reason: DeclineReason }
  /** The acquirer did not answer; the outcome will be found out. */
  | { readonly kind: 'unknown'; readonly payment: Payment }
  | { readonly kind: 'refused'; readonly refusal: Refusal }
  | { readonly kind: 'earlier'; readonly earlier: EarlierRequest };

export type FollowUpOutcome = Extract<FollowUpResult, { kind: 'done' | 'declined' }>;

export type RefundResult =
  | { readonly kind: 'done'; readonly payment: Payment; readonly refund: Refund }
  | {
      readonly kind: 'declined';
      readonly payment: Payment;
      readonly refund: Refund;
      readonly reason: DeclineReason;
    }
  | { readonly kind: 'unknown'; readonly payment: Payment; readonly refund: Refund }
  | { readonly kind: 'refused'; readonly refusal: Refusal }
  | { readonly kind: 'earlier'; readonly earlier: EarlierRequest };

export type RefundOutcome = Extract<RefundResult, { kind: 'done' | 'declined' }>;
