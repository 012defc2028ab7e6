import { type DeclineReason, declineMessages } from '../../domain/decline.ts';

/** The unified codes of a failed payment (contract section 10.3). */
export type UnifiedCode =
  | 'card_declined'
  | 'insufficient_funds'
  | 'processing_error'
  | 'issuer_unavailable'
  | 'authentication_required'
  | 'authentication_failed'
  | 'expired_card'
  | 'incorrect_number'
  | 'incorrect_cvc'
  | 'lost_card'
  | 'stolen_card'
  | 'do_not_honor'
  | 'fraud_suspected'
  | 'unknown_error';

/** What a webhook tells of a failure: `error` of `payment.failed`. */
export interface UnifiedError {
  readonly code: UnifiedCode;
  readonly category: string;
  readonly message: string;
  readonly recommended_action: string;
}

type Row = readonly [category: string, recommendedAction: string, message: string];

const declined = 'The card was declined.';
const rows: Record<UnifiedCode, Row> = {
  card_declined: ['soft_decline', 'use_different_card', declined],
  insufficient_funds: ['soft_decline', 'use_different_card', 'The card has insufficient funds.'],
  processing_error: ['technical_error', 'retry_later', 'The card could not be processed. Try again later.'],
  issuer_unavailable: [
    'technical_error',
    'retry_later',
    'The card issuer could not be reached. Try again later.',
  ],
  authentication_required: [
    'authentication_error',
    'authenticate',
    'The issuer requires the cardholder to authenticate. Bring the customer back.',
  ],
  authentication_failed: [
    'authentication_error',
    'retry_authentication',
    'The cardholder could not be authenticated.',
  ],
  expired_card: ['hard_decline', 'use_different_card', 'The card has expired.'],
  incorrect_number: ['invalid_card_data', 'check_card_details', 'The card number is incorrect.'],
  incorrect_cvc: ['invalid_card_data', 'check_card_details', "The card's security code is incorrect."],
  lost_card: ['hard_decline', 'use_different_card', declined],
  stolen_card: ['hard_decline', 'use_different_card', declined],
  do_not_honor: ['hard_decline', 'use_different_card', declined],
  fraud_suspected: ['hard_decline', 'use_different_card', declined],
  unknown_error: ['technical_error', 'contact_support', 'The payment failed.'],
};

/** The core tells more endings of an authentication apart than this wire has words for. */
const codes: Record<DeclineReason, UnifiedCode> = {
  card_declined: 'card_declined',
  insufficient_funds: 'insufficient_funds',
  expired_card: 'expired_card',
  incorrect_number: 'incorrect_number',
  incorrect_cvc: 'incorrect_cvc',
  lost_card: 'lost_card',
  stolen_card: 'stolen_card',
  do_not_honor: 'do_not_honor',
  fraud_suspected: 'fraud_suspected',
  authentication_required: 'authentication_required',
  authentication_failed: 'authentication_failed',
  authentication_canceled: 'authentication_failed',
  authentication_expired: 'authentication_failed',
  session_expired: 'authentication_failed',
  canceled_by_customer: 'authentication_failed',
  processing_error: 'processing_error',
  issuer_unavailable: 'issuer_unavailable',
  card_data_lost: 'processing_error',
  unknown_error: 'unknown_error',
};

/** Where the code alone would not tell the merchant what to do. */
const ownMessages: Partial<Record<DeclineReason, string>> = {
  card_data_lost: declineMessages.card_data_lost,
};

/** A failure in the wire's words. */
export function unifiedError(reason: DeclineReason): UnifiedError {
  const code = codes[reason];
  const [category, recommended_action, message] = rows[code];
  return { code, category, message: ownMessages[reason] ?? message, recommended_action };
}
