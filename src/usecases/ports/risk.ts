import type { MerchantId, PaymentId, RiskListId, RiskRuleId } from '../../domain/ids.ts';
import type { LimitMeasure, LimitScope } from '../../domain/risk/card-limits.ts';
import type { PaceScope } from '../../domain/risk/card-pace.ts';
import type { ReviewState, RiskDecision } from '../../domain/risk/decision.ts';
import type { RiskPolicy } from '../../domain/risk/policy.ts';
import type { RiskAction, RiskList, RiskRule } from '../../domain/risk/rule.ts';
import type { VelocityQuestion } from '../../domain/risk/velocity.ts';

/** A merchant's rules; `broken` when they cannot be made ready, with what the merchant wants done then. */
export type FoundPolicy =
  | { readonly kind: 'ready'; readonly policy: RiskPolicy }
  | { readonly kind: 'broken'; readonly whenCheckFails: RiskAction };

/** One value whose attempts are counted over one window. */
export interface AttemptToCount extends VelocityQuestion {
  readonly valueHash: Buffer;
}

/** A decision as it is kept. Its facts are JSON, with the amount in minor units as a text. */
export interface StoredDecision extends Omit<RiskDecision, 'facts'> {
  readonly facts: Readonly<Record<string, unknown>>;
  readonly review: ReviewState | null;
  readonly reviewedAt: Date | null;
  /** Made about an earlier card of the payment's hosted page; nothing follows from it any more. */
  readonly superseded: boolean;
}

/** What checking a payment needs, and what became of it. */
export interface RiskStore {
  findPolicy(merchantId: MerchantId): Promise<FoundPolicy>;
  /** Sixteen bytes under a key of the installation: values are counted without being kept. */
  hash(purpose: string, value: string): Buffer;
  /** By the cards of a hosted page, each in the order of its stages. */
  listDecisions(merchantId: MerchantId, paymentId: PaymentId): Promise<StoredDecision[]>;
  /** Reviews of payments that hold or took money by the card that was judged, and that nobody has decided, newest first. */
  listOpenReviews(
    merchantId: MerchantId,
    page: {
      readonly limit: number;
      readonly after?: { readonly createdAt: Date; readonly id: string } | undefined;
    },
  ): Promise<StoredDecision[]>;
  /** False when the payment has no review that is open. */
  closeReview(
    merchantId: MerchantId,
    paymentId: PaymentId,
    state: Exclude<ReviewState, 'open'>,
    at: Date,
  ): Promise<boolean>;
}

/** Rules, lists and settings as their merchant edits them. */
export interface RiskRuleStore {
  /** Oldest first. A rule that this version cannot read is left out. */
  listRules(merchantId: MerchantId): Promise<RiskRule[]>;
  findRule(merchantId: MerchantId, id: RiskRuleId): Promise<RiskRule | null>;
  insertRule(rule: RiskRule): Promise<void>;
  updateRule(rule: RiskRule): Promise<boolean>;
  deleteRule(merchantId: MerchantId, id: RiskRuleId): Promise<boolean>;
  listLists(merchantId: MerchantId): Promise<RiskList[]>;
  findList(merchantId: MerchantId, id: RiskListId): Promise<RiskList | null>;
  insertList(list: RiskList): Promise<void>;
  deleteList(merchantId: MerchantId, id: RiskListId): Promise<'deleted' | 'unknown' | 'in_use'>;
  /** In their own order, at most as many as a list may hold. */
  listEntries(merchantId: MerchantId, id: RiskListId): Promise<string[]>;
  /** `full` when the list holds as many values as it may. A value that is there already stays. */
  addEntry(
    merchantId: MerchantId,
    id: RiskListId,
    value: string,
    at: Date,
  ): Promise<'added' | 'unknown' | 'full'>;
  removeEntry(merchantId: MerchantId, id: RiskListId, value: string): Promise<boolean>;
  findWhenCheckFails(merchantId: MerchantId): Promise<RiskAction>;
  setWhenCheckFails(merchantId: MerchantId, action: RiskAction, at: Date): Promise<void>;
}

/** Somebody whose failed cards are counted: keyed hashes of who it is, and of the card. */
export interface FailedCard {
  readonly scope: LimitScope;
  readonly subject: Buffer;
  readonly card: Buffer;
}

export interface HeldOff {
  readonly scope: LimitScope;
  readonly subject: Buffer;
  readonly measure: LimitMeasure;
  readonly until: Date;
}

/** Failed cards and who is held off because of them, shared by all processes; forgotten after a crash. */
export interface FailedCardStore {
  /** Keeps them, and tells for each how many distinct cards failed since, and whether its subject is held off now. */
  record(
    failed: readonly FailedCard[],
    now: Date,
    since: Date,
  ): Promise<{ readonly scope: LimitScope; readonly failures: number; readonly heldOff: HeldOff | null }[]>;
  holdOff(held: HeldOff): Promise<void>;
  listHeldOff(now: Date): Promise<HeldOff[]>;
  /** Payments of the merchant since then that went through; counts no further than `max`. */
  countSuccesses(merchantId: MerchantId, since: Date, max: number): Promise<number>;
}

/** What somebody took within a minute, of those who are fast. */
export interface PaceTaken {
  readonly scope: PaceScope;
  readonly subject: Buffer;
  readonly taken: number;
}

/** The pace of cards and payments, shared by all processes; forgotten after a crash. */
export interface CardPaceStore {
  /** Adds what this process counted, and answers what all processes told of the same subjects. */
  tell(minute: Date, taken: readonly PaceTaken[]): Promise<PaceTaken[]>;
}

/** Removes what is past its time, at most `limit` rows; answers how many it removed. */
export interface RiskSweepStore {
  deleteExpiredCounters(now: Date, limit: number): Promise<number>;
  deleteOldFailedCards(before: Date, limit: number): Promise<number>;
  deletePastLimits(now: Date, limit: number): Promise<number>;
  deletePastPace(before: Date, limit: number): Promise<number>;
}
