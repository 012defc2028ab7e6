import { encodeAad } from '../place.ts';
import type { VaultDatabase, VaultMode } from '../vault-database.ts';

/** A root key that has been used here, under the number that wrapped keys say. */
export interface RootKeyRow {
  readonly version: number;
  /** The key's name, as `RootKey.name`, and the version it has at its own place. */
  readonly key_name: string;
  readonly key_version: number;
  /** Bytes that only this key opens. */
  readonly proof: Buffer;
}

/** All root keys that have been used with this database, oldest first. */
export async function readRootKeys(database: VaultDatabase): Promise<RootKeyRow[]> {
  const { rows } = await database.query<RootKeyRow>({
    name: 'vault_root_keys',
    text: 'select version, key_name, key_version, proof from vault.root_keys order by version',
    values: [],
  });
  return rows;
}

/** What a root key still wraps in this database. */
export interface RootKeyUse {
  readonly version: number;
  readonly keyName: string;
  readonly keyVersion: number;
  readonly usedSince: Date;
  readonly merchantKeys: number;
  /** Days whose card codes are sealed under a key that it wraps. */
  readonly codeDays: number;
}

/** What each root key still wraps, oldest first: one that wraps nothing is needed for backups alone. */
export async function readRootKeyUses(database: VaultDatabase): Promise<RootKeyUse[]> {
  const { rows } = await database.query<RootKeyUse>({
    name: 'vault_root_key_uses',
    text: `select version, key_name as "keyName", key_version as "keyVersion", created_at as "usedSince",
        (select count(*)::integer from vault.merchant_keys where root_version = root.version) as "merchantKeys",
        (select count(*)::integer from vault.cvc_keys where root_version = root.version) as "codeDays"
      from vault.root_keys root order by version`,
    values: [],
  });
  return rows;
}

/** Changes nothing when another process took the number, or numbered the key, first. */
export async function insertRootKey(database: VaultDatabase, row: RootKeyRow): Promise<void> {
  await database.query({
    name: 'vault_add_root_key',
    text: `insert into vault.root_keys (version, key_name, key_version, proof)
      values ($1, $2, $3, $4) on conflict do nothing`,
    values: [row.version, row.key_name, row.key_version, row.proof],
  });
}

/** What the proof of a root key is bound to. */
export function rootKeyProofAad(mode: VaultMode, version: number): Buffer {
  return encodeAad(['sallyport.root_key_proof', mode, String(version)]);
}
