import type { KeyObject } from 'node:crypto';
import type { Random } from '../lib/random.ts';
import { decrypt, encrypt, ivLength } from './aes-gcm.ts';
import { padDigits, takeDigits } from './digits.ts';
import { describePlace, encodeAad, type Place } from './place.ts';
import { VaultError } from './vault-error.ts';

// Layout, lengths in bytes: format version 1, id of the day's key 8, iv 12, ciphertext 5, tag 16.
// No data key per code: the day's key seals them all and is gone long before it has made 2^32 messages.
const formatVersion = 1;
export const cvcKeyIdLength = 8;
const headerLength = 1 + cvcKeyIdLength;
const boxLength = headerLength + ivLength + 5 + 16;
const cvcLengthMax = 4;

/** The key that seals all codes of one UTC day. */
export interface CvcKey {
  /** `YYYY-MM-DD`, UTC. */
  readonly day: string;
  /** 8 random bytes as hex: tells the key from another made for the same day after a crash emptied the table. */
  readonly id: string;
  readonly key: KeyObject;
}

/** Seals a card's code under the day's key; 42 bytes whatever its length. */
export function sealCvc(cvcKey: CvcKey, place: Place, cvc: string, random: Random): Buffer {
  const padded = padDigits(cvc, cvcLengthMax);
  const box = encrypt(cvcKey.key, random.bytes(ivLength), padded, aad(cvcKey, place));
  padded.fill(0);
  return Buffer.concat([Buffer.of(formatVersion), Buffer.from(cvcKey.id, 'hex'), box]);
}

/**
 * The id of the key that sealed `blob`, as hex.
 *
 * @throws {VaultError} `not_authentic` when the bytes are no sealed code.
 */
export function readCvcKeyId(blob: Buffer, place: Place): string {
  if (blob.length !== boxLength || blob[0] !== formatVersion) {
    throw new VaultError(
      'not_authentic',
      `${describePlace(place)} does not open: expected format version ${formatVersion} and ${boxLength} bytes, found version ${blob[0]} and ${blob.length} bytes`,
    );
  }
  return blob.toString('hex', 1, headerLength);
}

/**
 * Opens what `sealCvc` made with this key for this place.
 *
 * @throws {VaultError} `not_authentic` when anything differs from what was sealed.
 */
export function openCvc(cvcKey: CvcKey, place: Place, blob: Buffer): string {
  return takeDigits(
    decrypt(cvcKey.key, blob.subarray(headerLength), aad(cvcKey, place), describePlace(place)),
  );
}

function aad(cvcKey: CvcKey, place: Place): Buffer {
  return encodeAad([
    'sallyport.cvc',
    String(formatVersion),
    cvcKey.day,
    cvcKey.id,
    place.mode,
    place.merchantId,
    place.row,
    place.field,
  ]);
}
