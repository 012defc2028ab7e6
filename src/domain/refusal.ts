/**
 * Our rules' no, in order of precedence: a request that breaks several is told the first. A refusal is a value, changes
 * nothing, and is worded for the merchant's developer.
 */
export const refusalCodes = [
  'not_found',
  'token_not_found',
  'token_expired',
  'token_used',
  'payment_method_not_found',
  'payment_method_blocked',
  'flow_not_found',
  'flow_not_active',
  'currency_not_supported',
  'amount_too_small',
  'amount_too_large',
  'amount_invalid',
  'card_limit_exceeded',
  'email_limit_exceeded',
  'recurring_not_supported',
  'reference_in_use',
  'return_url_not_allowed',
  'rate_limited',
  'card_not_accepted',
  'card_already_saved',
  'invalid_status',
  'operation_in_progress',
  'conflict',
] as const;
export type RefusalCode = (typeof refusalCodes)[number];

export interface Refusal {
  readonly code: RefusalCode;
  readonly message: string;
  /** The core's name of the input at fault, when it is one. */
  readonly subject?: string;
  /** When the same request may be tried again; of `rate_limited` only. */
  readonly retryAfterSeconds?: number;
}

/** Makes a refusal. */
export function refuse(code: RefusalCode, message: string, subject?: string): Refusal {
  return subject === undefined ? { code, message } : { code, message, subject };
}
