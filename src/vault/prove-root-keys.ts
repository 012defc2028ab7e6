import { systemRandom } from '../lib/random.ts';
import { keyLength } from './aes-gcm.ts';
import { type MerchantKeyRow, merchantKeyAad } from './merchant-key-rows.ts';
import { encodeAad } from './place.ts';
import type { RootKeyProvider } from './root-key-provider.ts';
import type { VaultDatabase, VaultMode } from './vault-database.ts';

export interface RootKeyProof {
  readonly database: VaultDatabase;
  readonly rootKeys: RootKeyProvider;
  readonly mode: VaultMode;
}

/**
 * Proves that the root keys at hand belong to this database; to be called at start, before any request.
 * On a fresh database it leaves the proof that later starts are held to. Versions that wrap nothing any more may be missing.
 *
 * @throws {VaultError} `root_key_mismatch` when a root key that the database depends on is missing or another one.
 */
export async function proveRootKeys({ database, rootKeys, mode }: RootKeyProof): Promise<void> {
  const current = rootKeys.currentVersion();
  // Before the proof is left, so that a wrong key leaves none.
  for (const row of await readKeyOfEachRoot(database)) {
    (await rootKeys.unwrap(row.root_version, row.wrapped, merchantKeyAad(mode, row))).fill(0);
  }
  const { wrapped } = await rootKeys.wrap(systemRandom.bytes(keyLength), proofAad(mode, current));
  await database.query({
    name: 'vault_leave_root_key_proof',
    text: 'insert into vault.root_keys (version, proof) values ($1, $2) on conflict do nothing',
    values: [current, wrapped],
  });
  for (const { version, proof } of await readProofs(database, current)) {
    (await rootKeys.unwrap(version, proof, proofAad(mode, version))).fill(0);
  }
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

async function readProofs(
  database: VaultDatabase,
  current: number,
): Promise<{ readonly version: number; readonly proof: Buffer }[]> {
  const { rows } = await database.query<{ version: number; proof: Buffer }>({
    name: 'vault_root_key_proofs',
    text: `select version, proof from vault.root_keys root
      where version = $1 or exists (select 1 from vault.cvc_keys where root_version = root.version)
      order by version`,
    values: [current],
  });
  return rows;
}

function proofAad(mode: VaultMode, version: number): Buffer {
  return encodeAad(['sallyport.root_key_proof', mode, String(version)]);
}
