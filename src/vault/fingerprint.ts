import { createHmac } from 'node:crypto';
import type { Pan } from '../domain/card.ts';
import type { Secret } from '../lib/secret.ts';
import type { VersionedKey } from './envelope.ts';

/** HMAC-SHA-256 over the digits: keyed, because a bare hash beside first six and last four is the number (PCI DSS 3.5.1.1). */
export function computeFingerprint(key: VersionedKey, pan: Secret<Pan>): Buffer {
  return createHmac('sha256', key.key).update(pan.reveal(), 'latin1').digest();
}
