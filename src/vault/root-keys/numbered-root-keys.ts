import { assert } from '../../lib/assert.ts';
import { systemRandom } from '../../lib/random.ts';
import { keyLength } from '../aes-gcm.ts';
import type { VaultDatabase, VaultMode } from '../vault-database.ts';
import { VaultError } from '../vault-error.ts';
import type { RootKey, RootKeyPlace, RootKeyProvider } from './root-key-provider.ts';
import { insertRootKey, type RootKeyRow, readRootKeys, rootKeyProofAad } from './root-key-rows.ts';

export interface NumberedRootKeysOptions {
  readonly database: VaultDatabase;
  readonly mode: VaultMode;
  /** Wraps from now on. */
  readonly current: RootKey;
  /** Open what they wrapped, before or in other processes. Only keys named by the settings: see `unwrap` below. */
  readonly others: readonly RootKeyPlace[];
}

/** Root keys of any place under the numbers that the database gives them. */
export interface NumberedRootKeys extends RootKeyProvider {
  /** Makes the current key the newest of the database, leaving a proof of it; returns its number. */
  begin(): Promise<number>;
}

/** Numbering is tried again when another process took the number, or the key was rotated meanwhile. */
const triesMax = 10;

/**
 * Joins the current root key and the others into one provider, whose versions are the numbers of `vault.root_keys`: a
 * file, AWS KMS and HashiCorp Vault each count for themselves, and an installation may change from one to the other.
 */
export async function createNumberedRootKeys(options: NumberedRootKeysOptions): Promise<NumberedRootKeys> {
  const { database, mode, current, others } = options;
  let rows = await readRootKeys(database);
  let newest = 0;
  const opened = new Map<string, Promise<RootKey>>([[current.name, Promise.resolve(current)]]);

  const findNumber = (keyVersion: number): number | undefined =>
    rows.findLast((row) => row.key_name === current.name && row.key_version === keyVersion)?.version;

  /** Gives the version that wraps now a number; changes nothing when another process takes that number first. */
  const addNumber = async (): Promise<void> => {
    const version = 1 + Math.max(0, ...rows.map((row) => row.version));
    const plain = systemRandom.bytes(keyLength);
    const proof = await current.wrap(plain, rootKeyProofAad(mode, version));
    await insertRootKey(database, {
      version,
      key_name: current.name,
      key_version: proof.version,
      proof: proof.wrapped,
    });
    rows = await readRootKeys(database);
  };

  /** The number of what the current key has just wrapped; undefined when the key was rotated since. */
  const numberOf = async (keyVersion: number): Promise<number | undefined> => {
    if (findNumber(keyVersion) === undefined) rows = await readRootKeys(database);
    if (findNumber(keyVersion) === undefined) await addNumber();
    return findNumber(keyVersion);
  };

  const openNamed = (name: string): Promise<RootKey> | undefined => {
    const known = opened.get(name);
    if (known) return known;
    const opening = others.find((place) => place.name === name)?.open();
    if (!opening) return undefined;
    opened.set(name, opening);
    // A service that was out of reach is asked again by whoever needs it next.
    opening.catch(() => opened.delete(name));
    return opening;
  };

  return {
    async begin() {
      for (let tries = 0; tries < triesMax; tries += 1) {
        const found = findNumber(current.currentVersion());
        // After a return to a key that wrapped before another one did, its old number would be behind the other's.
        if (found !== undefined && rows.at(-1)?.key_name === current.name) {
          newest = found;
          return found;
        }
        await addNumber();
      }
      throw numberless(current.name);
    },
    currentVersion() {
      assert(newest > 0, 'the current root key has no number yet');
      return newest;
    },
    async wrap(plain, aad) {
      for (let tries = 0; tries < triesMax; tries += 1) {
        const made = await current.wrap(plain, aad);
        const version = await numberOf(made.version);
        if (version === undefined) continue;
        newest = version;
        return { version, wrapped: made.wrapped };
      }
      throw numberless(current.name);
    },
    async unwrap(version, wrapped, aad) {
      const find = (): RootKeyRow | undefined => rows.find((row) => row.version === version);
      // Another process may have numbered a key, and wrapped under it, since the table was read.
      if (!find()) rows = await readRootKeys(database);
      const row = find();
      if (!row) throw unknownNumber(version);
      // Whoever writes to the database must not choose which key is asked: one of his own would open what he wrapped.
      const key = openNamed(row.key_name);
      if (!key) throw rootKeyNotNamed(row, current.name);
      return (await key).unwrap(row.key_version, wrapped, aad);
    },
  };
}

function unknownNumber(version: number): VaultError {
  return new VaultError(
    'root_key_mismatch',
    `a wrapped key needs root key ${version}, which vault.root_keys does not know: restore that table from the same backup as the rest of the database`,
  );
}

/** The database depends on a root key that the settings do not name. */
export function rootKeyNotNamed(row: RootKeyRow, currentName: string): VaultError {
  return new VaultError(
    'root_key_mismatch',
    `the database needs root key ${row.version}, which is ${row.key_name}; the settings name ${currentName} and not that one: set SALLYPORT_ROOT_KEY to it, or name it in SALLYPORT_OTHER_ROOT_KEYS`,
  );
}

function numberless(name: string): VaultError {
  return new VaultError(
    'root_key_unavailable',
    `${name} was rotated or numbered by others ${triesMax} times while it was given a number in vault.root_keys: try again`,
  );
}
