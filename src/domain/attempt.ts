import type { DeclineReason } from './decline.ts';
import type { AttemptId, MerchantId, PaymentId, RefundId } from './ids.ts';
import type { MinorUnits } from './money.ts';

/** A message to the acquirer: hold; hold and claim in one; claim; release; undo one of unknown fate; give back. */
export type AttemptKind = 'authorization' | 'purchase' | 'capture' | 'void' | 'reversal' | 'refund';

/**
 * queued: to be sent by a worker; sending: committed and, as far as we know, on its way; unknown: no answer that can be
 * trusted; reversing: being undone, so that no answer to it is adopted any more; approved, declined: answered; reversed:
 * undone, whether or not it had come into force.
 */
export type AttemptState =
  | 'queued'
  | 'sending'
  | 'unknown'
  | 'reversing'
  | 'approved'
  | 'declined'
  | 'reversed';

export interface Attempt {
  /** Also our unique reference towards the acquirer: the same one is never sent for two messages. */
  readonly id: AttemptId;
  readonly paymentId: PaymentId;
  readonly merchantId: MerchantId;
  readonly refundId: RefundId | null;
  /** The attempt that a reversal undoes; null for every other kind. */
  readonly originalAttemptId: AttemptId | null;
  /** The acquirer's name of the one authorization that a reversal undoes; null undoes all under the original's reference. */
  readonly onlyAcquirerReference: string | null;
  readonly kind: AttemptKind;
  readonly state: AttemptState;
  readonly amount: MinorUnits;
  readonly acquirer: string;
  readonly acquirerReference: string | null;
  readonly authorizationCode: string | null;
  readonly networkTransactionId: string | null;
  readonly declineReason: DeclineReason | null;
  readonly createdAt: Date;
  /** When it was sent, or was about to be: later than `createdAt` for what waited in the queue. */
  readonly sentAt: Date;
  readonly finishedAt: Date | null;
}
