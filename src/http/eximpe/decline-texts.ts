import type { DeclineReason } from '../../domain/decline.ts';
import type { Payment } from '../../domain/payment.ts';
import { assertNever } from '../../lib/assert.ts';

/** The seed's reasons (section 14). */
export type DeclineCode =
  | 'CARD_DECLINED'
  | 'INSUFFICIENT_FUNDS'
  | 'EXPIRED_CARD'
  | 'INVALID_CVV'
  | '3DS_FAILED'
  | 'NETWORK_ERROR';

export interface DeclineText {
  readonly code: DeclineCode;
  readonly text: string;
}

const declined = { code: 'CARD_DECLINED', text: 'Bank declined the transaction' } as const;
const network = { code: 'NETWORK_ERROR', text: 'Network connectivity issues' } as const;
const notAuthenticated = { code: '3DS_FAILED', text: '3D Secure authentication failed' } as const;
export const cancelled = { code: '3DS_FAILED', text: 'Cancelled by user' } as const;
export const expired = { code: '3DS_FAILED', text: 'Session expired' } as const;

/** Every reason of the core in this wire's words; lost, stolen and suspected cards read as any decline. */
const declineTexts: Readonly<Record<DeclineReason, DeclineText>> = {
  card_declined: declined,
  insufficient_funds: { code: 'INSUFFICIENT_FUNDS', text: 'Not enough balance' },
  expired_card: { code: 'EXPIRED_CARD', text: 'Card has expired' },
  incorrect_number: declined,
  incorrect_cvc: { code: 'INVALID_CVV', text: 'Incorrect CVV provided' },
  lost_card: declined,
  stolen_card: declined,
  do_not_honor: declined,
  fraud_suspected: declined,
  authentication_required: notAuthenticated,
  authentication_failed: notAuthenticated,
  authentication_canceled: cancelled,
  authentication_expired: expired,
  processing_error: network,
  issuer_unavailable: network,
  session_expired: expired,
  canceled_by_customer: cancelled,
  card_data_lost: network,
  unknown_error: declined,
};

/** Why the payment will never be captured; null while it may be, or is. */
export function failureOf(payment: Payment): DeclineText | null {
  const { status } = payment;
  switch (status.state) {
    case 'failed':
      return declineTexts[status.reason];
    case 'voided':
      return status.cause === 'expired' ? expired : cancelled;
    case 'awaiting_card':
    case 'authenticating':
    case 'authorizing':
    case 'authorized':
    case 'captured':
      return null;
    default:
      return assertNever(status, 'payment status');
  }
}

export const capturedMessage = 'Payment captured successfully';
