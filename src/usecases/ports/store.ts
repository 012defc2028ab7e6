import type { Attempt } from '../../domain/attempt.ts';
import type { CardFace } from '../../domain/card.ts';
import type { Currency } from '../../domain/currency.ts';
import type { DeclineReason } from '../../domain/decline.ts';
import type { Dispute } from '../../domain/dispute.ts';
import type { PaymentEvent } from '../../domain/event.ts';
import type {
  AttemptId,
  AuthenticationId,
  CardId,
  CardTokenId,
  EventId,
  MerchantId,
  PaymentId,
  PaymentMethodId,
  RefundId,
} from '../../domain/ids.ts';
import type { Flow } from '../../domain/merchant.ts';
import type { Payment, PaymentEventType, PaymentState } from '../../domain/payment.ts';
import type { PaymentMethod } from '../../domain/payment-method.ts';
import type { Refund } from '../../domain/refund.ts';
import type { RiskDecision } from '../../domain/risk/decision.ts';
import type { CardholderBrowser } from '../../domain/risk/facts.ts';
import type { VelocityCount } from '../../domain/risk/velocity.ts';
import type { AuthenticationProof } from './acquirer.ts';
import type { AuthenticationResult } from './authenticator.ts';
import type { AttemptToCount, RiskRuleStore } from './risk.ts';
import type { SealedCard } from './vault.ts';
import type { WebhookStore } from './webhooks.ts';

/** The answer to a request as it went out, kept so that a repeated request gets the same bytes. */
export interface StoredAnswer {
  readonly status: number;
  readonly body: string;
}

/** A request's idempotency key: HMACs of the key and of the request without its card code. */
export interface IdempotencyClaim {
  readonly keyHash: Buffer;
  readonly requestHash: Buffer;
  readonly expiresAt: Date;
}

/** What is known of an idempotency key that was seen before. */
export type EarlierRequest =
  | { readonly kind: 'answered'; readonly answer: StoredAnswer }
  | { readonly kind: 'other_request' }
  /** Still running, or its outcome is not yet known; `paymentId` is null while nothing was begun. */
  | { readonly kind: 'unanswered'; readonly paymentId: PaymentId | null; readonly refundId: RefundId | null };

/** A card of which the number is sealed, on its way into the tables. */
export interface NewCard {
  readonly face: CardFace;
  readonly sealed: SealedCard;
  /** When the code must be gone at the latest. */
  readonly cvcExpiresAt: Date;
}

/** A 3-D Secure authentication as we keep it. */
export interface Authentication {
  readonly id: AuthenticationId;
  readonly paymentId: PaymentId;
  readonly merchantId: MerchantId;
  /** requested: AReq under way; challenge: the cardholder is with the ACS; spent: its proof was used, once. */
  readonly state: 'requested' | 'challenge' | 'authenticated' | 'refused' | 'spent';
  readonly serverTransactionId: string;
  readonly acsTransactionId: string | null;
  readonly dsTransactionId: string | null;
  readonly acsUrl: string | null;
  readonly creq: string | null;
  readonly browserTokenHash: Buffer;
  readonly resultsTokenHash: Buffer;
  readonly proof: AuthenticationProof | null;
  readonly challengeCancel: string | null;
  readonly createdAt: Date;
  readonly expiresAt: Date;
}

/** Everything that the first commit of a payment writes. */
export interface PaymentOpening {
  readonly payment: Payment;
  /** A card that came with the request; saved cards and tokens have theirs already. */
  readonly card: NewCard | null;
  /** The token to use up; another payment may have been faster. */
  readonly tokenId: CardTokenId | null;
  readonly attempt: Attempt | null;
  readonly authentication: Authentication | null;
  readonly claim: IdempotencyClaim | null;
  /** The answer, when it is known before anything else happens. */
  readonly answer: StoredAnswer | null;
}

export type OpenResult = 'opened' | 'token_unavailable' | 'reference_in_use' | 'number_taken' | 'key_seen';

/** What became of an attempt. */
export interface AttemptUpdate {
  readonly id: AttemptId;
  readonly state: Attempt['state'];
  readonly acquirerReference: string | null;
  readonly authorizationCode: string | null;
  readonly networkTransactionId: string | null;
  readonly declineReason: DeclineReason | null;
  readonly unknownCause: string | null;
  readonly nextInquiryAt: Date | null;
  /** Left out, it stays as it is. */
  readonly sentAt?: Date | undefined;
  readonly finishedAt: Date | null;
}

/** What a person must see about a payment. */
export interface PaymentAlert {
  readonly kind: AlertKind;
  readonly attemptId: AttemptId;
  /** A sentence that says what happened and what is being done. */
  readonly message: string;
}

export type AlertKind =
  | 'outcome_unknown_for_long'
  | 'reversal_not_acknowledged'
  | 'approved_for_other_money'
  | 'approved_after_it_was_given_up'
  | 'reconciliation_difference';

/**
 * One change of one payment, written in one statement and one commit: all of it or nothing. `payment.version` is one
 * more than the version that was read; when somebody else wrote meanwhile, nothing is written.
 */
export interface PaymentChange {
  readonly payment: Payment;
  readonly event?:
    | { readonly id: EventId; readonly uuid: string; readonly type: PaymentEventType }
    | undefined;
  readonly attempt?: AttemptUpdate | undefined;
  /** The attempt that a reversal has undone. */
  readonly closed?: AttemptUpdate | undefined;
  readonly newAttempt?: Attempt | undefined;
  readonly alert?: PaymentAlert | undefined;
  /** Closes the alerts that an attempt which ends in this change had taken long. */
  readonly closesAlerts?: boolean | undefined;
  /** Inserted, or updated when its id is known. */
  readonly refund?: Refund | undefined;
  /** What the event is about; written into its snapshot only. */
  readonly dispute?: Dispute | undefined;
  readonly authentication?: Authentication | undefined;
  /** A card that came after the payment was opened (hosted page). */
  readonly newCard?: NewCard | undefined;
  readonly savedCard?: { readonly method: PaymentMethod; readonly isNew: boolean } | undefined;
  readonly dropCvcOf?: CardId | undefined;
  /** The cardholder is sent away and the card's code must still be there on the return; never shortens its life. */
  readonly keepCvc?: { readonly of: CardId; readonly until: Date } | undefined;
  /** What was decided about the payment; of one stage the latest decision stands. */
  readonly riskDecisions?: readonly RiskDecision[] | undefined;
  readonly claim?: IdempotencyClaim | undefined;
  readonly answer?: { readonly keyHash: Buffer; readonly answer: StoredAnswer } | undefined;
}

export type ChangeResult =
  | 'recorded'
  | 'version_moved'
  | 'operation_in_progress'
  | 'saved_card_raced'
  | 'key_seen'
  | 'number_taken';

export type PaymentName =
  | { readonly id: PaymentId }
  | { readonly orderNumber: string }
  | { readonly orderPaymentNumber: string };

export interface PaymentFilter {
  readonly merchantReference?: string | undefined;
  readonly states?: readonly PaymentState[] | undefined;
  /** Of captured payments, those refunded so far: none, part, whole. */
  readonly refunds?: 'none' | 'part' | 'whole' | undefined;
  readonly customerReference?: string | undefined;
  readonly createdAfter?: Date | undefined;
  readonly limit: number;
  /** The last payment of the page before. */
  readonly after?: { readonly createdAt: Date; readonly id: string } | undefined;
}

/** Payments with their cards, attempts, refunds and events. Every method is confined to the merchant it names. */
export interface PaymentStore {
  openPayment(opening: PaymentOpening): Promise<OpenResult>;
  /** The same, with the attempt counted in the same statement: no two payments get the same count of one value. */
  openCountedPayment(
    opening: PaymentOpening,
    counting: readonly AttemptToCount[],
  ): Promise<{ readonly result: OpenResult; readonly counts: readonly VelocityCount[] }>;
  recordChange(change: PaymentChange): Promise<ChangeResult>;
  recordCountedChange(
    change: PaymentChange,
    counting: readonly AttemptToCount[],
  ): Promise<{ readonly result: ChangeResult; readonly counts: readonly VelocityCount[] }>;
  findPayment(merchantId: MerchantId, name: PaymentName): Promise<Payment | null>;
  listPayments(merchantId: MerchantId, filter: PaymentFilter): Promise<Payment[]>;
  /**
   * Runs `work` while no other work in turn runs for any of the merchant's `names`. It is one transaction: nothing may be
   * awaited in it but the store that it is given.
   */
  inTurn<T>(
    merchantId: MerchantId,
    names: readonly string[],
    work: (payments: PaymentStore) => Promise<T>,
  ): Promise<T>;
  /**
   * What payments through a flow that were made since then spent, or may still spend, in minor units: by the card's
   * fingerprint and by the e-mail address; null counts nothing.
   */
  spentSince(
    merchantId: MerchantId,
    flowId: string,
    currency: Currency,
    since: Date,
    by: { readonly fingerprint: Buffer | null; readonly email: string | null },
  ): Promise<{ readonly byCard: bigint; readonly byEmail: bigint }>;
  findRefund(
    merchantId: MerchantId,
    name: { readonly id: RefundId } | { readonly number: string },
  ): Promise<Refund | null>;
  listRefundsOf(merchantId: MerchantId, paymentId: PaymentId): Promise<Refund[]>;
  /** Refunds of several payments, oldest first. */
  listRefundsOfMany(merchantId: MerchantId, paymentIds: readonly PaymentId[]): Promise<Refund[]>;
  /** Whether a message that decides over the payment's hold is under way, or its outcome unknown. */
  hasOpenOperation(merchantId: MerchantId, paymentId: PaymentId): Promise<boolean>;
  findAttempt(merchantId: MerchantId, id: AttemptId): Promise<Attempt | null>;
  findAuthentication(
    by: { readonly browserTokenHash: Buffer } | { readonly id: AuthenticationId },
  ): Promise<Authentication | null>;
  /** Writes the trusted result once; later results of the same challenge change nothing. False when none waits for it. */
  recordAuthenticationResult(
    resultsTokenHash: Buffer,
    result: AuthenticationResult,
    now: Date,
  ): Promise<boolean>;
  findEvent(merchantId: MerchantId, id: EventId): Promise<PaymentEvent | null>;
  listEvents(
    merchantId: MerchantId,
    page: {
      readonly limit: number;
      readonly after?: { readonly createdAt: Date; readonly id: string } | undefined;
    },
  ): Promise<PaymentEvent[]>;
}

/** A token or saved card with what is needed to pay by it. */
export interface UsableCard {
  readonly face: CardFace;
  readonly fingerprint: Buffer;
}

export interface CardStore {
  insertToken(token: {
    id: CardTokenId;
    merchantId: MerchantId;
    card: NewCard;
    createdAt: Date;
    expiresAt: Date;
    browser: CardholderBrowser;
  }): Promise<void>;
  findToken(
    merchantId: MerchantId,
    id: CardTokenId,
  ): Promise<
    | (UsableCard & {
        readonly usedBy: string | null;
        readonly expiresAt: Date;
        /** Where the card was typed. */
        readonly browser: CardholderBrowser;
      })
    | null
  >;
  findPaymentMethod(
    merchantId: MerchantId,
    by: { readonly id: PaymentMethodId } | { readonly hexToken: string },
  ): Promise<PaymentMethod | null>;
  /** The saved card of this customer with the same number; null when there is none. */
  findPaymentMethodByFingerprint(
    merchantId: MerchantId,
    customerReference: string,
    fingerprint: Buffer,
  ): Promise<PaymentMethod | null>;
  listPaymentMethods(merchantId: MerchantId, customerReference: string): Promise<PaymentMethod[]>;
  /** The fingerprint of the merchant's card; null when it has no such card. */
  findFingerprint(merchantId: MerchantId, cardId: CardId): Promise<Buffer | null>;
  /** False when the same card is already saved for the customer. */
  insertPaymentMethod(method: PaymentMethod, card: NewCard): Promise<boolean>;
  setPaymentMethodStatus(
    merchantId: MerchantId,
    id: PaymentMethodId,
    change: { status: 'active' | 'blocked'; blockedReason: string | null; at: Date },
  ): Promise<PaymentMethod | null>;
  /** Detaches for good and erases the sealed number. */
  detachPaymentMethod(merchantId: MerchantId, id: PaymentMethodId, at: Date): Promise<PaymentMethod | null>;
}

export interface FlowStore {
  /** The flow of that id, or the merchant's `flow_default` when `id` is null. */
  findFlow(merchantId: MerchantId, id: string | null): Promise<Flow | null>;
}

/** Stores whose writes belong to one transaction. */
export interface TransactionalStores {
  readonly cards: CardStore;
  readonly webhooks: WebhookStore;
  readonly riskRules: RiskRuleStore;
}

export interface IdempotencyStore {
  find(merchantId: MerchantId, claim: IdempotencyClaim): Promise<EarlierRequest | null>;
  /**
   * Keeps the final answer of a request whose outcome became known after it had ended; answers the one that stands, for
   * somebody else may have kept theirs first.
   */
  keepAnswer(merchantId: MerchantId, keyHash: Buffer, answer: StoredAnswer): Promise<StoredAnswer>;
  /**
   * Runs `work` for requests that touch nothing but our own tables: the key, the work and the answer are one
   * transaction. Equal requests at the same time wait for it and get its answer.
   */
  runOnce(
    merchantId: MerchantId,
    claim: IdempotencyClaim,
    work: (stores: TransactionalStores) => Promise<StoredAnswer>,
  ): Promise<EarlierRequest | { readonly kind: 'ran'; readonly answer: StoredAnswer }>;
}
