import { randomBytes } from 'node:crypto';

const base62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
/** The largest multiple of 62 that fits a byte: bytes at or above it are thrown away so that no character is likelier. */
const unbiasedBelow = 248;

/** The randomness of ids and references, injected so that a simulation can repeat itself. */
export interface Random {
  bytes(length: number): Buffer;
}

export const systemRandom: Random = { bytes: (length) => randomBytes(length) };

const drawnBytes = 4096;

/**
 * Draws much from `source` at a time and gives every byte out once: for the many short ids of each request, of which a
 * drawing each would cost more than all else about them. Not for keys.
 */
export function drawnRandom(source: Random = systemRandom): Random {
  let drawn: Buffer = Buffer.alloc(0);
  let used = 0;
  return {
    bytes(length) {
      if (used + length > drawn.length) {
        drawn = source.bytes(Math.max(drawnBytes, length));
        used = 0;
      }
      used += length;
      return drawn.subarray(used - length, used);
    },
  };
}

/** `length` characters of 0-9A-Za-z, 5.95 bits each; 22 of them hold more than 128 bits. */
export function randomBase62(random: Random, length: number): string {
  let text = '';
  while (text.length < length) {
    for (const byte of random.bytes(length + 8)) {
      if (byte < unbiasedBelow && text.length < length) text += base62[byte % 62];
    }
  }
  return text;
}

/** `length` decimal digits, the first not zero. */
export function randomDigits(random: Random, length: number): string {
  let text = '';
  while (text.length < length) {
    for (const byte of random.bytes(length + 8)) {
      if (byte < 250 && text.length < length && !(text === '' && byte % 10 === 0)) text += byte % 10;
    }
  }
  return text;
}

/** `bytes` random bytes as lower-case hex. */
export function randomHex(random: Random, bytes: number): string {
  return random.bytes(bytes).toString('hex');
}

/** A number from 0 up to, not including, 1. */
export function randomFraction(random: Random): number {
  return random.bytes(4).readUInt32BE() / 2 ** 32;
}
