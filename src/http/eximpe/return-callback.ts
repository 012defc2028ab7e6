import { createHmac } from 'node:crypto';
import type { Payment } from '../../domain/payment.ts';
import type { Secret } from '../../lib/secret.ts';
import { capturedMessage, failureOf } from './decline-texts.ts';
import { mopTypeOf } from './order-details.ts';
import { bankReferenceOf } from './views/bank-reference.ts';

export type CallbackFields = readonly (readonly [name: string, value: string])[];

/**
 * What the customer's browser posts to the return URL when the payment is final (section 7), in the order of the
 * contract. `hash` is the lower-case hex HMAC-SHA256 of six of the values, joined with `|`, under the merchant's
 * encryption key; it is empty when the merchant has none.
 */
export function callbackFields(payment: Payment, encryptionKey: Secret<string> | null): CallbackFields {
  const { status } = payment;
  const captured = status.state === 'captured';
  const values = {
    order_id: payment.orderNumber ?? '',
    payment_id: payment.orderPaymentNumber ?? '',
    status: captured ? 'captured' : 'failed',
    message: captured ? capturedMessage : (failureOf(payment)?.text ?? ''),
    mop_type: mopTypeOf(payment).toUpperCase(),
    bank_ref_num: bankReferenceOf(payment) ?? '',
    payment_completed_at: captured ? callbackTime(status.capturedAt) : '',
  };
  const signed = [
    values.order_id,
    values.payment_id,
    values.status,
    values.mop_type,
    values.bank_ref_num,
    values.payment_completed_at,
  ];
  const hash = encryptionKey ? signCallback(signed, encryptionKey) : '';
  return [...Object.entries(values), ['hash', hash]];
}

/** The callback's hash over its six signed values. */
export function signCallback(values: readonly string[], encryptionKey: Secret<string>): string {
  return createHmac('sha256', encryptionKey.reveal()).update(values.join('|')).digest('hex');
}

/** `2026-03-04 09:15:26+00:00`. */
function callbackTime(date: Date): string {
  return `${date.toISOString().slice(0, 19).replace('T', ' ')}+00:00`;
}
