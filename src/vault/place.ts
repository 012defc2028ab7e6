import type { VaultMode } from './vault-database.ts';

/** The one place a sealed value belongs to. */
export interface Place {
  readonly mode: VaultMode;
  readonly merchantId: string;
  /** The card id, or the owner of a text. */
  readonly row: string;
  readonly field: 'pan' | 'cvc' | 'text';
}

/**
 * Additional authenticated data: each part behind its length in bytes and a colon, so that no two lists of parts give
 * the same bytes (`["ab","c"]` → `2:ab1:c`).
 */
export function encodeAad(parts: readonly string[]): Buffer {
  let text = '';
  for (const part of parts) text += `${Buffer.byteLength(part)}:${part}`;
  return Buffer.from(text);
}

/** The name of a place in an error message. */
export function describePlace(place: Place): string {
  return `the sealed ${place.field} of ${place.row} (merchant ${place.merchantId}, ${place.mode})`;
}
