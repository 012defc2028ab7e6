import { createSecretKey, type KeyObject } from 'node:crypto';
import type { Random } from '../lib/random.ts';
import { decrypt, encrypt, gcmOverhead, ivLength, keyLength } from './aes-gcm.ts';
import { describePlace, encodeAad, type Place } from './place.ts';
import { VaultError } from './vault-error.ts';

// Layout, lengths in bytes:
//   1  format version
//   4  version of the merchant key, big endian
//  60  data key, wrapped by the merchant key: iv 12, ciphertext 32, tag 16
//   n  value, sealed by the data key: iv 12, ciphertext, tag 16
//
// Both boxes are bound to the place. The merchant key's version is bound to the wrapped data key alone: a rotation
// re-wraps 60 bytes and needs not open the value.
const formatVersion = 1;
const headerLength = 5;
const wrappedLength = keyLength + gcmOverhead;
const valueStart = headerLength + wrappedLength;
const lengthMin = valueStart + gcmOverhead;

/** A merchant's key and its version. */
export interface VersionedKey {
  readonly version: number;
  readonly key: KeyObject;
}

/** Seals `plain` under a fresh data key, itself wrapped by `merchantKey`, for one place. `plain` stays the caller's to wipe. */
export function sealEnvelope(merchantKey: VersionedKey, place: Place, plain: Buffer, random: Random): Buffer {
  const fresh = random.bytes(keyLength + 2 * ivLength);
  const dataKeyBytes = fresh.subarray(0, keyLength);
  const header = encodeHeader(merchantKey.version);
  const wrapIv = fresh.subarray(keyLength, keyLength + ivLength);
  const wrapped = encrypt(merchantKey.key, wrapIv, dataKeyBytes, wrapAad(place, merchantKey.version));
  const dataKey = createSecretKey(dataKeyBytes);
  dataKeyBytes.fill(0);
  const value = encrypt(dataKey, fresh.subarray(keyLength + ivLength), plain, valueAad(place));
  return Buffer.concat([header, wrapped, value]);
}

/**
 * The version of the merchant key that `blob` needs.
 *
 * @throws {VaultError} `not_authentic` when the bytes are no envelope.
 */
export function readKeyVersion(blob: Buffer, place: Place): number {
  if (blob.length < lengthMin || blob[0] !== formatVersion) {
    const found = blob.length < lengthMin ? `${blob.length} bytes` : `format version ${blob[0]}`;
    throw new VaultError(
      'not_authentic',
      `${describePlace(place)} does not open: expected format version ${formatVersion} and at least ${lengthMin} bytes, found ${found}`,
    );
  }
  return blob.readUInt32BE(1);
}

/**
 * Opens what `sealEnvelope` made for this place, into a Buffer that the caller overwrites after use.
 *
 * @throws {VaultError} `not_authentic` when anything differs from what was sealed.
 */
export function openEnvelope(merchantKey: VersionedKey, place: Place, blob: Buffer): Buffer {
  const dataKey = unwrapDataKey(merchantKey, place, blob);
  return decrypt(dataKey, blob.subarray(valueStart), valueAad(place), describePlace(place));
}

/**
 * The same sealed value with its data key wrapped by `to` instead of `from`; the value itself stays shut.
 *
 * @throws {VaultError} `not_authentic` when `blob` was not sealed under `from` for this place.
 */
export function rewrapEnvelope(
  keys: { from: VersionedKey; to: VersionedKey },
  place: Place,
  blob: Buffer,
  random: Random,
): Buffer {
  const dataKeyBytes = unwrapDataKey(keys.from, place, blob).export();
  const wrapped = encrypt(keys.to.key, random.bytes(ivLength), dataKeyBytes, wrapAad(place, keys.to.version));
  dataKeyBytes.fill(0);
  return Buffer.concat([encodeHeader(keys.to.version), wrapped, blob.subarray(valueStart)]);
}

function unwrapDataKey(merchantKey: VersionedKey, place: Place, blob: Buffer): KeyObject {
  const version = readKeyVersion(blob, place);
  const bytes = decrypt(
    merchantKey.key,
    blob.subarray(headerLength, valueStart),
    wrapAad(place, version),
    describePlace(place),
  );
  const dataKey = createSecretKey(bytes);
  bytes.fill(0);
  return dataKey;
}

function encodeHeader(version: number): Buffer {
  const header = Buffer.alloc(headerLength);
  header[0] = formatVersion;
  header.writeUInt32BE(version, 1);
  return header;
}

function wrapAad(place: Place, version: number): Buffer {
  return encodeAad([
    'sallyport.data_key',
    String(formatVersion),
    String(version),
    place.mode,
    place.merchantId,
    place.row,
    place.field,
  ]);
}

function valueAad(place: Place): Buffer {
  return encodeAad([
    'sallyport.value',
    String(formatVersion),
    place.mode,
    place.merchantId,
    place.row,
    place.field,
  ]);
}
