/**
 * Why a payment did not go through, in the trade's words; each dialect has its own spelling of them.
 * The first group are issuers' answers, the second authentication, the third our side or the network's.
 */
export const declineReasons = [
  'card_declined',
  'insufficient_funds',
  'expired_card',
  'incorrect_number',
  'incorrect_cvc',
  'lost_card',
  'stolen_card',
  'do_not_honor',
  'fraud_suspected',
  'authentication_required',
  'authentication_failed',
  'authentication_canceled',
  'authentication_expired',
  'processing_error',
  'issuer_unavailable',
  'session_expired',
  'canceled_by_customer',
  'card_data_lost',
  'unknown_error',
] as const;
export type DeclineReason = (typeof declineReasons)[number];

/** A sentence for people about each reason; generic where detail would help a card tester. */
export const declineMessages: Record<DeclineReason, string> = {
  card_declined: 'The card was declined.',
  insufficient_funds: 'The card has insufficient funds.',
  expired_card: 'The card has expired.',
  incorrect_number: 'The card number is incorrect.',
  incorrect_cvc: "The card's security code is incorrect.",
  lost_card: 'The card was declined.',
  stolen_card: 'The card was declined.',
  do_not_honor: 'The card was declined.',
  fraud_suspected: 'The card was declined.',
  authentication_required: 'The issuer requires the cardholder to authenticate.',
  authentication_failed: 'The cardholder could not be authenticated.',
  authentication_canceled: 'Cancelled by user',
  authentication_expired: 'The authentication was not completed in time.',
  processing_error: 'The card could not be processed. Try again later.',
  issuer_unavailable: 'The card issuer could not be reached. Try again later.',
  session_expired: 'Session expired',
  canceled_by_customer: 'Cancelled by user',
  card_data_lost: 'The card data is no longer available. Collect the card again.',
  unknown_error: 'The payment failed.',
};

/**
 * Whether the customer of a hosted page may be asked for another card after it. Lost and stolen cards are no exception:
 * an end of their own would tell a thief what the generic message hides. Suspected fraud, a customer's own no and a
 * customer who stayed away from the issuer's page speak against going on with the payment at all.
 */
export const invitesAnotherCard: Record<DeclineReason, boolean> = {
  card_declined: true,
  insufficient_funds: true,
  expired_card: true,
  incorrect_number: true,
  incorrect_cvc: true,
  lost_card: true,
  stolen_card: true,
  do_not_honor: true,
  fraud_suspected: false,
  authentication_required: true,
  authentication_failed: true,
  authentication_canceled: false,
  authentication_expired: false,
  processing_error: true,
  issuer_unavailable: true,
  session_expired: false,
  canceled_by_customer: false,
  card_data_lost: true,
  unknown_error: true,
};
