import type { Refusal, RefusalCode } from '../../domain/refusal.ts';
import type { ErrorAnswer } from '../edge/dialect.ts';
import { type ErrorCode, errorAnswer } from './errors.ts';

/** What was asked for: the same refusal has other names when a payment is made than when one is followed up. */
export type Operation = 'create' | 'tokenize' | 'follow_up';

/** The code and the field at fault; a function where they depend on the operation or on what was asked for. */
type Wire = readonly [ErrorCode, string | undefined];

const wireRefusals: Record<RefusalCode, Wire | ((operation: Operation, refusal: Refusal) => Wire)> = {
  not_found: ['not_found', undefined],
  token_not_found: ['not_found', 'token'],
  token_expired: ['payment_token_expired', 'token'],
  token_used: ['payment_token_already_used', 'token'],
  payment_method_not_found: ['not_found', 'payment_method_id'],
  payment_method_blocked: ['invalid_status', 'payment_method_id'],
  // Without a subject nobody named a flow: the merchant's default one is missing.
  flow_not_found: (_operation, { subject }) =>
    subject === undefined ? ['no_default_flow', undefined] : ['flow_not_found', 'flow_id'],
  flow_not_active: ['flow_not_active', 'flow_id'],
  currency_not_supported: ['unsupported_currency', 'currency'],
  amount_too_small: (operation) => [
    operation === 'create' ? 'amount_below_minimum' : 'invalid_amount',
    'amount',
  ],
  amount_too_large: (operation) => [
    operation === 'create' ? 'amount_above_maximum' : 'invalid_amount',
    'amount',
  ],
  amount_invalid: ['invalid_amount', 'amount'],
  card_limit_exceeded: ['card_limit_exceeded', undefined],
  email_limit_exceeded: ['email_limit_exceeded', 'email'],
  recurring_not_supported: ['recurring_not_supported', 'payment_method_id'],
  reference_in_use: ['invalid_state', 'external_id'],
  return_url_not_allowed: ['validation_error', 'return_url'],
  rate_limited: ['rate_limit_exceeded', undefined],
  card_not_accepted: (operation) => [
    'tokenization_failed',
    operation === 'tokenize' ? 'card.number' : undefined,
  ],
  card_already_saved: ['invalid_state', undefined],
  invalid_status: ['invalid_status', undefined],
  operation_in_progress: ['invalid_state', undefined],
  conflict: ['invalid_state', undefined],
};

/** Refusals that the same request may escape a moment later. */
const passing: ReadonlySet<RefusalCode> = new Set(['operation_in_progress', 'conflict']);

/** A refusal of the core in the dialect's words. */
export function refusalAnswer(
  request: { readonly id: string },
  refusal: Refusal,
  operation: Operation,
): ErrorAnswer {
  const wire = wireRefusals[refusal.code];
  const [code, param] = typeof wire === 'function' ? wire(operation, refusal) : wire;
  const wait = refusal.retryAfterSeconds ?? (passing.has(refusal.code) ? 1 : undefined);
  return errorAnswer(request, code, refusal.message, {
    param,
    ...(code === 'validation_error' && { details: [{ param: param ?? '', message: refusal.message }] }),
    ...(wait !== undefined && { headers: { 'retry-after': String(wait) } }),
  });
}
