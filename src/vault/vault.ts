import type { MerchantId } from '../domain/ids.ts';
import type { Secret } from '../lib/secret.ts';
import type { CardVault, VaultKeys } from '../usecases/ports/vault.ts';

/**
 * The port of the usecases, and what only the wiring and the workers ask for.
 *
 * `seal` stores nothing: its bytes go into `vault.pans` (`sealed`, `key_version`) and `vault.cvcs` (`sealed`, `key_day`).
 * `open` answers null for a number that was purged or is another merchant's, and for a code that expired, was used, or
 * was lost with its key; it throws a VaultError `not_authentic` when a stored value was changed or moved.
 * A fingerprint is an HMAC-SHA-256 of the digits under the merchant's own key: no two merchants can compare customers.
 */
export interface Vault extends CardVault, VaultKeys {
  /** Loads a merchant's keys and the day's, so that the next `seal` waits for nothing. */
  prepare(merchantId: MerchantId): Promise<void>;
  /**
   * Seals a merchant's secret for its owner, such as `webhook_endpoint:whe_…`; 93 bytes longer than the text.
   *
   * @throws {VaultError} `text_too_long` beyond 4096 bytes of UTF-8.
   */
  sealText(merchantId: MerchantId, owner: string, text: Secret<string>): Promise<Buffer>;
  /**
   * Opens what `sealText` made for this owner; the last 1000 opened are kept in memory.
   *
   * @throws {VaultError} `not_authentic` when the bytes were changed or moved; `unknown_key_version`.
   */
  openText(merchantId: MerchantId, owner: string, blob: Buffer): Promise<Secret<string>>;
  /** Destroys the keys of codes sealed before yesterday (UTC), so that no copy of those codes opens again; returns how many. */
  destroyOldCvcKeys(now: Date): Promise<number>;
}
