import { systemRandom } from '../lib/random.ts';
import { keyLength } from './aes-gcm.ts';
import { encodeAad } from './place.ts';
import type { RootKeyProvider } from './root-key-provider.ts';
import type { VaultDatabase, VaultMode } from './vault-database.ts';

/**
 * Proves that the root keys at hand belong to this database; to be called at start, before any request.
 * On a fresh database it leaves the proof that later starts are held to. Versions that wrap nothing any more may be missing.
 *
 * @throws {VaultError} `root_key_mismatch` when a root key that the database depends on is missing or another one.
 */
export async function proveRootKeys(options: {
  readonly database: VaultDatabase;
  readonly rootKeys: RootKeyProvider;
  readonly mode: VaultMode;
}): Promise<void> {
  const { database, rootKeys, mode } = options;
  const current = rootKeys.currentVersion();
  const aad = (version: number) => encodeAad(['sallyport.root_key_proof', mode, String(version)]);
  const { wrapped } = await rootKeys.wrap(systemRandom.bytes(keyLength), aad(current));
  await database.query({
    name: 'vault_leave_root_key_proof',
    text: 'insert into vault.root_keys (version, proof) values ($1, $2) on conflict do nothing',
    values: [current, wrapped],
  });
  const { rows } = await database.query<{ version: number; proof: Buffer }>({
    name: 'vault_root_key_proofs',
    text: `select version, proof from vault.root_keys root
      where version = $1
        or exists (select 1 from vault.merchant_keys where root_version = root.version)
        or exists (select 1 from vault.cvc_keys where root_version = root.version)
      order by version`,
    values: [current],
  });
  for (const { version, proof } of rows) {
    const plain = await rootKeys.unwrap(version, proof, aad(version));
    plain.fill(0);
  }
}
