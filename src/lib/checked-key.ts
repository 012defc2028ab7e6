import { crc32 } from 'node:zlib';
import { type Random, randomBase62 } from './random.ts';

const base62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
/** 190 bits. */
const randomLength = 32;
/** 62^6 is more than 2^32. */
const checksumLength = 6;
const shape = new RegExp(`^(.+_)([0-9A-Za-z]{${randomLength}})([0-9A-Za-z]{${checksumLength}})$`);

/**
 * A key: `prefix`, 32 random characters, and 6 that check the rest, so that a typing error or a scanner's find is judged
 * without asking anybody (GitHub's tokens are made so).
 */
export function makeCheckedKey(prefix: `${string}_`, random: Random): string {
  const start = `${prefix}${randomBase62(random, randomLength)}`;
  return `${start}${checksum(start)}`;
}

/** Whether `text` is of the form that `makeCheckedKey` gives for that prefix, and its last characters check the rest. */
export function isCheckedKey(prefix: `${string}_`, text: string): boolean {
  const [, found, random, check] = shape.exec(text) ?? [];
  return found === prefix && random !== undefined && check === checksum(`${prefix}${random}`);
}

/** CRC-32 of the text, in base 62, most significant character first. */
function checksum(text: string): string {
  let rest = crc32(text);
  let digits = '';
  for (let place = 0; place < checksumLength; place++) {
    digits = base62.charAt(rest % 62) + digits;
    rest = Math.floor(rest / 62);
  }
  return digits;
}
