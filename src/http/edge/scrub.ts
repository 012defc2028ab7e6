import { passesLuhn } from '../../domain/card.ts';

const panDigitsMin = 13;
const panDigitsMax = 19;
const maskedPan = '[card number masked]';
const maskedKey = '[key masked]';

const digitRuns = /[0-9](?:[ -]?[0-9]){12,}/g;
const secretKeys = /\b(?:sk|rk|whsec)_[A-Za-z0-9+/=_-]{8,}/g;

/**
 * `text` with everything that could be a card number, and every secret key, masked: the second net behind fields that
 * should never have held one. Brands are not asked for, so that an unlisted range is masked too.
 */
export function scrubText(text: string): string {
  return text.replace(digitRuns, maskPans).replace(secretKeys, maskedKey);
}

/**
 * Tries every stretch of whole digit groups, since a number may stand next to others with only a space or a hyphen
 * between: in `4111 1111 1111 1111 200` the last group is not part of the card.
 */
function maskPans(run: string): string {
  const groups = [...run.matchAll(/[0-9]+/g)].map((group) => ({ digits: group[0], at: group.index }));
  let masked = '';
  let copiedTo = 0;
  for (let first = 0; first < groups.length; first++) {
    const start = groups[first]?.at ?? 0;
    if (start < copiedTo) continue;
    const end = panEnd(groups.slice(first));
    if (end === undefined) continue;
    masked += run.slice(copiedTo, start) + maskedPan;
    copiedTo = end;
  }
  return masked + run.slice(copiedTo);
}

/** Where the longest card number ends that begins with the first group, or undefined when none does. */
function panEnd(groups: readonly { digits: string; at: number }[]): number | undefined {
  let digits = '';
  let end: number | undefined;
  for (const group of groups) {
    digits += group.digits;
    if (digits.length > panDigitsMax) break;
    if (digits.length >= panDigitsMin && passesLuhn(digits)) end = group.at + group.digits.length;
  }
  return end;
}
