import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Payment } from '../../domain/payment.ts';
import { assert } from '../../lib/assert.ts';
import type { EximpeRoom } from './room.ts';

const numberBytes = 8;
const proofBytes = 24;

/**
 * The id of an order's hosted session: 64 lower-case hex characters that name the order to us and nothing to others. It
 * is derived, so that nothing more is kept: 24 bytes of HMAC-SHA256 over the number, and the number under a mask of them.
 */
export function sessionIdOf(secretKey: Buffer, orderNumber: string): string {
  const proof = proofOf(secretKey, orderNumber);
  const digits = Buffer.alloc(numberBytes);
  digits.writeBigUInt64BE(BigInt(orderNumber.slice(2)));
  return Buffer.concat([proof, masked(secretKey, proof, digits)]).toString('hex');
}

/** The number of the order that `sessionId` names, or null when we made no such id. */
export function orderNumberOfSession(secretKey: Buffer, sessionId: string): string | null {
  if (!/^[0-9a-f]{64}$/.test(sessionId)) return null;
  const bytes = Buffer.from(sessionId, 'hex');
  const proof = bytes.subarray(0, proofBytes);
  const digits = masked(secretKey, proof, bytes.subarray(proofBytes));
  const orderNumber = `OD${digits.readBigUInt64BE()}`;
  return timingSafeEqual(proof, proofOf(secretKey, orderNumber)) ? orderNumber : null;
}

/** Where the customer of a hosted session types the card. */
export function checkoutUrl(publicUrl: string, sessionId: string): string {
  return `${publicUrl}/${sessionId}/checkout`;
}

/** The same for an order that is known. */
export function checkoutUrlOf(
  { publicUrl, secretKey }: Pick<EximpeRoom, 'publicUrl' | 'secretKey'>,
  { orderNumber }: Pick<Payment, 'orderNumber'>,
): string {
  assert(orderNumber, 'an order has a number');
  return checkoutUrl(publicUrl, sessionIdOf(secretKey, orderNumber));
}

function proofOf(secretKey: Buffer, orderNumber: string): Buffer {
  return createHmac('sha256', secretKey)
    .update(`eximpe session\n${orderNumber}`)
    .digest()
    .subarray(0, proofBytes);
}

function masked(secretKey: Buffer, proof: Buffer, digits: Buffer): Buffer {
  const mask = createHmac('sha256', secretKey).update('eximpe session mask\n').update(proof).digest();
  return Buffer.from(digits.map((byte, index) => byte ^ (mask[index] ?? 0)));
}
