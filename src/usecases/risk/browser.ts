import { createHash } from 'node:crypto';
import type { CardholderBrowser } from '../../domain/risk/facts.ts';
import { normalizeValue } from '../../domain/risk/facts.ts';

/** Nothing is known of where the card was typed. */
export const unknownBrowser: CardholderBrowser = { ip: null, device: null };

/** What a browser lets know of itself: its address, and its `User-Agent`, of which only a hash is kept. */
export function browserOf(
  ip: string | null | undefined,
  userAgent: string | null | undefined,
): CardholderBrowser {
  return {
    ip: (ip && normalizeValue('ip', ip.replace(/%.*$/, ''))) || null,
    device: userAgent ? createHash('sha256').update(userAgent).digest('hex') : null,
  };
}
