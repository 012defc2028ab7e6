import type { Cvc, Expiry, Pan } from '../../domain/card.ts';
import type { Currency } from '../../domain/currency.ts';
import type { DeclineReason } from '../../domain/decline.ts';
import type { AttemptId } from '../../domain/ids.ts';
import type { MinorUnits } from '../../domain/money.ts';
import type { Secret } from '../../lib/secret.ts';

/** The proof that the cardholder authenticated, as an authorization carries it (EMV 3-D Secure 2.2.0). */
export interface AuthenticationProof {
  readonly transStatus: 'Y' | 'A' | 'I' | 'U';
  readonly eci: string | null;
  /** 20 bytes in base64 (28 characters): CAVV or AAV. */
  readonly authenticationValue: string | null;
  readonly dsTransactionId: string | null;
  readonly version: string;
}

export interface AuthorizationRequest {
  readonly reference: AttemptId;
  /** The payment's `tx_…` or `OD…`. */
  readonly merchantReference: string;
  readonly merchantName: string;
  readonly amount: MinorUnits;
  readonly currency: Currency;
  /** `purchase` claims the money in the same message. */
  readonly kind: 'authorization' | 'purchase';
  readonly pan: Secret<Pan>;
  readonly cvc: Secret<Cvc> | null;
  readonly expiry: Expiry;
  readonly cardholderName: string | null;
  readonly initiator: 'cardholder' | 'merchant';
  /** That of the first, customer-present payment; merchant-initiated ones carry it. */
  readonly networkTransactionId: string | null;
  readonly proof: AuthenticationProof | null;
}

/** A message about an earlier authorization. */
export interface FollowUpRequest {
  readonly reference: AttemptId;
  readonly acquirerReference: string;
  readonly amount: MinorUnits;
  readonly currency: Currency;
}

export interface Approval {
  readonly kind: 'approved';
  readonly acquirerReference: string;
  readonly authorizationCode: string | null;
  readonly networkTransactionId: string | null;
  readonly amount: MinorUnits;
  readonly currency: Currency;
  /** AVS and CVC results in the network's letters; null when not checked. */
  readonly avsResult: string | null;
  readonly cvcResult: string | null;
}

/**
 * `authentication_required` is the issuer's soft decline: the same payment may come again with a proof.
 * `unknown` is silence, a broken connection, a 5xx or an answer that makes no sense; never a decline.
 */
export type AcquirerOutcome =
  | Approval
  | { readonly kind: 'declined'; readonly reason: DeclineReason; readonly acquirerReference: string | null }
  | { readonly kind: 'unknown'; readonly cause: string };

export type InquiryOutcome =
  | { readonly kind: 'found'; readonly outcome: Exclude<AcquirerOutcome, { kind: 'unknown' }> }
  | { readonly kind: 'not_found' }
  | { readonly kind: 'unknown'; readonly cause: string };

/** One acquirer. No method throws for what the network does; a throw is a bug. Every call has a deadline of its own. */
export interface Acquirer {
  readonly name: string;
  authorize(request: AuthorizationRequest): Promise<AcquirerOutcome>;
  capture(request: FollowUpRequest): Promise<AcquirerOutcome>;
  void(request: FollowUpRequest): Promise<AcquirerOutcome>;
  refund(request: FollowUpRequest): Promise<AcquirerOutcome>;
  /** Undoes whatever a message under `original` did, whether or not it arrived; repeated until approved. */
  reverse(request: ReversalRequest): Promise<AcquirerOutcome>;
  /** What became of the message sent under `reference`. */
  inquire(reference: AttemptId): Promise<InquiryOutcome>;
  /** The acquirer's own records; absent where it does not show them. */
  readonly records?: AcquirerRecords;
}

export interface ReversalRequest {
  readonly reference: AttemptId;
  readonly original: AttemptId;
  /** Undoes only this one of the authorizations under `original`; null undoes all of them. */
  readonly acquirerReference?: string | null;
}

/** An authorization as the acquirer's book holds it. */
export interface BookedAuthorization {
  /** The attempt's, as it was sent; a text, for it may be nobody's. */
  readonly reference: string;
  readonly acquirerReference: string;
  readonly state: 'authorized' | 'captured' | 'voided' | 'reversed' | 'refunded' | 'declined';
  readonly amount: MinorUnits;
  readonly currency: string;
  readonly captured: MinorUnits;
  readonly refunded: MinorUnits;
}

/** A cardholder's dispute, as the acquirer reports it. */
export interface AcquirerDispute {
  readonly id: string;
  /** The attempt's reference, as it was sent. */
  readonly reference: string;
  readonly amount: MinorUnits;
  readonly currency: string;
  readonly reasonCode: string | null;
  readonly raisedAt: Date;
}

type Unreadable = { readonly kind: 'unknown'; readonly cause: string };

/** What an acquirer shows of its own records. As everywhere, silence is `unknown` and nothing is thrown. */
export interface AcquirerRecords {
  /**
   * Authorizations booked from `from` up to, not including, `to`, in the byte order of their references, beginning
   * after the reference `after`. At least `limit` lines unless the book ends; a page never parts the lines of one reference.
   */
  listAuthorizations(page: {
    readonly from: Date;
    readonly to: Date;
    readonly after: string | null;
    readonly limit: number;
  }): Promise<
    | {
        readonly kind: 'page';
        readonly authorizations: readonly BookedAuthorization[];
        readonly last: boolean;
      }
    | Unreadable
  >;
  /** Every line under one reference, whenever it was booked. */
  findAuthorizations(
    reference: string,
  ): Promise<
    { readonly kind: 'found'; readonly authorizations: readonly BookedAuthorization[] } | Unreadable
  >;
  /** Disputes after the cursor that an earlier page gave, oldest first; `next` is null when there are none. */
  listDisputes(page: {
    readonly after: string | null;
    readonly limit: number;
  }): Promise<
    | { readonly kind: 'page'; readonly disputes: readonly AcquirerDispute[]; readonly next: string | null }
    | Unreadable
  >;
}
