import { createSecretKey, type KeyObject } from 'node:crypto';
import type { Random } from '../lib/random.ts';
import { keyLength } from './aes-gcm.ts';
import { encodeAad } from './place.ts';
import type { RootKeyProvider } from './root-keys/root-key-provider.ts';
import type { VaultDatabase, VaultMode } from './vault-database.ts';

/** `sealing` wraps the data keys of numbers and secrets; `fingerprint` compares numbers and opens nothing. */
export type KeyPurpose = 'sealing' | 'fingerprint';

/** Where keys are kept, and what wraps them. */
export interface KeyStore {
  readonly database: VaultDatabase;
  readonly rootKeys: RootKeyProvider;
  readonly mode: VaultMode;
  readonly random: Random;
}

export interface MerchantKeyRow {
  readonly merchant_id: string;
  readonly purpose: KeyPurpose;
  readonly version: number;
  readonly root_version: number;
  readonly wrapped: Buffer;
  /** A retired key opens what it sealed, and seals nothing more. */
  readonly retired: boolean;
}

/** A merchant's keys, still wrapped, oldest version first. */
export async function readMerchantKeys(
  database: VaultDatabase,
  merchantId: string,
): Promise<MerchantKeyRow[]> {
  const { rows } = await database.query<MerchantKeyRow>({
    name: 'vault_merchant_keys',
    text: `select merchant_id, purpose, version, root_version, wrapped, retired_at is not null as retired
      from vault.merchant_keys where merchant_id = $1 order by version`,
    values: [merchantId],
  });
  return rows;
}

/** Stores a fresh key under the version after the newest of `rows`; changes nothing when another process was first. */
export async function insertMerchantKey(
  keyStore: KeyStore,
  merchantId: string,
  purpose: KeyPurpose,
  rows: readonly MerchantKeyRow[],
): Promise<void> {
  const version = 1 + Math.max(0, ...rows.filter((row) => row.purpose === purpose).map((row) => row.version));
  const plain = keyStore.random.bytes(keyLength);
  const aad = merchantKeyAad(keyStore.mode, { merchant_id: merchantId, purpose, version });
  const wrap = await keyStore.rootKeys.wrap(plain, aad);
  plain.fill(0);
  await keyStore.database.query({
    name: 'vault_add_merchant_key',
    text: `insert into vault.merchant_keys (merchant_id, purpose, version, root_version, wrapped)
      values ($1, $2, $3, $4, $5) on conflict do nothing`,
    values: [merchantId, purpose, version, wrap.version, wrap.wrapped],
  });
}

/** @throws {VaultError} `root_key_mismatch` when the root key at hand is not the one that wrapped it. */
export async function unwrapMerchantKey(keyStore: KeyStore, row: MerchantKeyRow): Promise<KeyObject> {
  const plain = await keyStore.rootKeys.unwrap(
    row.root_version,
    row.wrapped,
    merchantKeyAad(keyStore.mode, row),
  );
  const key = createSecretKey(plain);
  plain.fill(0);
  return key;
}

/** What a wrapped merchant key is bound to. */
export function merchantKeyAad(
  mode: VaultMode,
  row: Pick<MerchantKeyRow, 'merchant_id' | 'purpose' | 'version'>,
): Buffer {
  return encodeAad(['sallyport.merchant_key', mode, row.merchant_id, row.purpose, String(row.version)]);
}
