import { type MerchantKeyRow, merchantKeyAad } from '../merchant-key-rows.ts';
import type { VaultDatabase } from '../vault-database.ts';
import { createNumberedRootKeys, type NumberedRootKeysOptions } from './numbered-root-keys.ts';
import type { RootKeyProvider } from './root-key-provider.ts';
import { readRootKeys, rootKeyProofAad } from './root-key-rows.ts';

/**
 * Opens the root keys of a database and proves that they belong to it; to be called at start, before any request. On a
 * fresh database it leaves the proof that later starts are held to. Keys that wrap nothing any more may be missing.
 *
 * @throws {VaultError} `root_key_mismatch` when a root key that the database depends on is missing or another one;
 * `root_key_refused` or `root_key_unavailable` when a key service does not open it.
 */
export async function openRootKeys(options: NumberedRootKeysOptions): Promise<RootKeyProvider> {
  const { database, mode } = options;
  const rootKeys = await createNumberedRootKeys(options);
  // Before the proof is left, so that a wrong key leaves none.
  for (const row of await readKeyOfEachRoot(database)) {
    (await rootKeys.unwrap(row.root_version, row.wrapped, merchantKeyAad(mode, row))).fill(0);
  }
  const current = await rootKeys.begin();
  const sealingCodes = await readRootsOfCvcKeys(database);
  for (const { version, proof } of await readRootKeys(database)) {
    if (version !== current && !sealingCodes.has(version)) continue;
    (await rootKeys.unwrap(version, proof, rootKeyProofAad(mode, version))).fill(0);
  }
  return rootKeys;
}

async function readKeyOfEachRoot(database: VaultDatabase): Promise<MerchantKeyRow[]> {
  const { rows } = await database.query<MerchantKeyRow>({
    name: 'vault_key_of_each_root',
    text: `select distinct on (root_version)
        merchant_id, purpose, version, root_version, wrapped, retired_at is not null as retired
      from vault.merchant_keys order by root_version`,
    values: [],
  });
  return rows;
}

async function readRootsOfCvcKeys(database: VaultDatabase): Promise<ReadonlySet<number>> {
  const { rows } = await database.query<{ root_version: number }>({
    name: 'vault_roots_of_cvc_keys',
    text: 'select distinct root_version from vault.cvc_keys',
    values: [],
  });
  return new Set(rows.map((row) => row.root_version));
}
