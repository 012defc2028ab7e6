import { possiblePans } from '../../domain/card.ts';

const maskedPan = '[card number masked]';
const maskedKey = '[key masked]';

const secretKeys = /\b(?:sk|rk|whsec)_[A-Za-z0-9+/=_-]{8,}/g;

/**
 * `text` with everything that could be a card number, and every secret key, masked: the second net behind fields that
 * should never have held one. Networks are not asked for, so that an unlisted range is masked too.
 */
export function scrubText(text: string): string {
  return maskPans(text).replace(secretKeys, maskedKey);
}

/** Stretches that overlap are masked as one: either of them may be the card. */
function maskPans(text: string): string {
  let masked = '';
  let until = 0;
  for (const { start, end } of possiblePans(text)) {
    if (start >= until) masked += text.slice(until, start) + maskedPan;
    until = Math.max(until, end);
  }
  return masked + text.slice(until);
}
