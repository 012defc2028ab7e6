import { createHmac, timingSafeEqual } from 'node:crypto';

/**
 * Whether a webhook in the Zafapay format is the gateway's: hex HMAC-SHA256 of the raw body, keyed with the endpoint's
 * whole secret, `whsec_` included. Sandbox and live use two headers, so that one is never taken for the other.
 *
 * @param {Buffer} rawBody the bytes as they arrived, before any parsing
 * @param {import('node:http').IncomingHttpHeaders} headers
 * @param {string} secret
 */
export function isZafapayWebhook(rawBody, headers, secret) {
  return isEqual(sign(secret, rawBody), headers['x-zafapay-signature-sandbox']);
}

/**
 * Whether a webhook in the EximPe format is the gateway's: hex HMAC-SHA256 of the raw body under the encryption key.
 *
 * @param {Buffer} rawBody the bytes as they arrived, before any parsing
 * @param {import('node:http').IncomingHttpHeaders} headers
 * @param {string} encryptionKey
 */
export function isEximpeWebhook(rawBody, headers, encryptionKey) {
  return isEqual(sign(encryptionKey, rawBody), headers['x-webhook-signature']);
}

/**
 * Whether the form that a customer's browser brought to the return address is the gateway's. `message` is not signed:
 * show it, and decide nothing by it.
 *
 * @param {URLSearchParams} form
 * @param {string} encryptionKey
 */
export function isEximpeReturn(form, encryptionKey) {
  const names = ['order_id', 'payment_id', 'status', 'mop_type', 'bank_ref_num', 'payment_completed_at'];
  const signed = names.map((name) => form.get(name) ?? '').join('|');
  return isEqual(sign(encryptionKey, signed), form.get('hash'));
}

/**
 * @param {string} key
 * @param {string | Buffer} message
 */
function sign(key, message) {
  return createHmac('sha256', key).update(message).digest('hex');
}

/**
 * Compares in constant time, so that an attacker cannot feel a signature out.
 *
 * @param {string} expected
 * @param {unknown} given
 */
function isEqual(expected, given) {
  if (typeof given !== 'string' || given.length !== expected.length) return false;
  return timingSafeEqual(Buffer.from(expected), Buffer.from(given));
}
