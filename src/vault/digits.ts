import { assert } from '../lib/assert.ts';

const zero = 48;

/** `digits` as `length ‖ ASCII ‖ zeros`, always `lengthMax + 1` bytes, so that what is sealed does not tell its length. */
export function padDigits(digits: string, lengthMax: number): Buffer {
  assert(
    digits.length > 0 && digits.length <= lengthMax,
    `expected 1 to ${lengthMax} digits, got ${digits.length}`,
  );
  const padded = Buffer.alloc(lengthMax + 1);
  padded[0] = digits.length;
  padded.write(digits, 1, 'latin1');
  return padded;
}

/** The digits out of a padded Buffer, which is overwritten. */
export function takeDigits(padded: Buffer): string {
  const length = padded[0] ?? 0;
  const digits = padded.toString('latin1', 1, 1 + length);
  const sound = length > 0 && length < padded.length && padded.subarray(1, 1 + length).every(isDigit);
  padded.fill(0);
  assert(sound, 'an authentic sealed value does not hold digits');
  return digits;
}

function isDigit(byte: number): boolean {
  return byte >= zero && byte <= zero + 9;
}
