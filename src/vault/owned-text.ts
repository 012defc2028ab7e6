import type { MerchantId } from '../domain/ids.ts';
import { Secret } from '../lib/secret.ts';
import { openEnvelope, readKeyVersion, sealEnvelope } from './envelope.ts';
import type { Keyrings } from './keyrings.ts';
import { encodeAad, type Place } from './place.ts';
import { VaultError } from './vault-error.ts';

const textBytesMax = 4096;
const openedMax = 1000;

/** Seals merchants' secrets, and opens them once for many uses. */
export interface OwnedTexts {
  seal(merchantId: MerchantId, owner: string, text: Secret<string>): Promise<Buffer>;
  open(merchantId: MerchantId, owner: string, blob: Buffer): Promise<Secret<string>>;
}

/** Keeps the last 1000 opened texts, the least lately used dropped first: not every webhook is to cost a decryption. */
export function createOwnedTexts(keyrings: Keyrings): OwnedTexts {
  const opened = new Map<string, Secret<string>>();
  const placeOf = (merchantId: MerchantId, owner: string): Place => ({
    mode: keyrings.mode,
    merchantId,
    row: owner,
    field: 'text',
  });
  return {
    async seal(merchantId, owner, text) {
      const { sealing } = await keyrings.merchantKeys.load(merchantId);
      const plain = Buffer.from(text.reveal());
      try {
        if (plain.length > textBytesMax) throw textTooLong(owner, plain.length);
        return sealEnvelope(sealing, placeOf(merchantId, owner), plain, keyrings.random);
      } finally {
        plain.fill(0);
      }
    },
    async open(merchantId, owner, blob) {
      // All that the blob is bound to, and the blob: one that was moved is not found here, and then does not open.
      const name = encodeAad([merchantId, owner, blob.toString('base64')]).toString();
      const text = opened.get(name) ?? (await openText(keyrings, placeOf(merchantId, owner), blob));
      opened.delete(name);
      opened.set(name, text);
      const oldest = opened.size > openedMax ? opened.keys().next().value : undefined;
      if (oldest !== undefined) opened.delete(oldest);
      return text;
    },
  };
}

async function openText(keyrings: Keyrings, place: Place, blob: Buffer): Promise<Secret<string>> {
  const key = await keyrings.merchantKeys.sealingKey(place.merchantId, readKeyVersion(blob, place));
  const plain = openEnvelope(key, place, blob);
  const text = new Secret(plain.toString());
  plain.fill(0);
  return text;
}

function textTooLong(owner: string, length: number): VaultError {
  return new VaultError(
    'text_too_long',
    `the text of ${owner} has ${length} bytes, the vault seals at most ${textBytesMax}: shorten it`,
  );
}
