import { createCipheriv, createDecipheriv, type KeyObject } from 'node:crypto';
import { VaultError } from './vault-error.ts';

const algorithm = 'aes-256-gcm';
export const keyLength = 32;
export const ivLength = 12;
const tagLength = 16;
/** What encryption adds to the plain text: IV in front, tag behind. */
export const gcmOverhead = ivLength + tagLength;

/** AES-256-GCM (NIST SP 800-38D): `iv ‖ ciphertext ‖ tag`; `iv` is 12 bytes never used before with `key`. */
export function encrypt(key: KeyObject, iv: Buffer, plain: Buffer, aad: Buffer): Buffer {
  const cipher = createCipheriv(algorithm, key, iv, { authTagLength: tagLength });
  cipher.setAAD(aad);
  const ciphertext = cipher.update(plain);
  cipher.final();
  return Buffer.concat([iv, ciphertext, cipher.getAuthTag()]);
}

/**
 * Opens `iv ‖ ciphertext ‖ tag` into a Buffer that the caller overwrites after use. `what` names the value in an error.
 *
 * @throws {VaultError} `not_authentic` when key, bytes or `aad` are not those it was sealed with.
 */
export function decrypt(key: KeyObject, box: Buffer, aad: Buffer, what: string): Buffer {
  const tagStart = box.length - tagLength;
  if (tagStart < ivLength) throw notAuthentic(what);
  return decryptParts(
    key,
    {
      iv: box.subarray(0, ivLength),
      ciphertext: box.subarray(ivLength, tagStart),
      tag: box.subarray(tagStart),
    },
    aad,
    what,
  );
}

/** The same with its parts apart. */
export function decryptParts(
  key: KeyObject,
  parts: { readonly iv: Buffer; readonly ciphertext: Buffer; readonly tag: Buffer },
  aad: Buffer,
  what: string,
): Buffer {
  let plain: Buffer | undefined;
  try {
    // Without authTagLength Node takes a tag of 4 bytes, which can be guessed.
    const decipher = createDecipheriv(algorithm, key, parts.iv, { authTagLength: tagLength });
    decipher.setAuthTag(parts.tag);
    decipher.setAAD(aad);
    plain = decipher.update(parts.ciphertext);
    decipher.final();
    return plain;
  } catch {
    // GCM decrypts before it has checked: what came out is not to be left in memory.
    plain?.fill(0);
    throw notAuthentic(what);
  }
}

function notAuthentic(what: string): VaultError {
  return new VaultError(
    'not_authentic',
    `${what} does not open: its bytes were changed, or it was sealed for another row, field, merchant, mode or key`,
  );
}
