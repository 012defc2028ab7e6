import type { Config } from '../config/config.ts';
import type { RootKeySetting } from '../config/root-key-settings.ts';
import { assert, assertNever } from '../lib/assert.ts';
import { createVault } from '../vault/create-vault.ts';
import { loadLocalRootKey, openLocalRootKey } from '../vault/root-keys/local-root-key.ts';
import { rootKeyNotNamed } from '../vault/root-keys/numbered-root-keys.ts';
import { openRootKeys } from '../vault/root-keys/open-root-keys.ts';
import { awsKmsKeyName, transitKeyName } from '../vault/root-keys/root-key-name.ts';
import type { RootKey, RootKeyPlace, RootKeyProvider } from '../vault/root-keys/root-key-provider.ts';
import { type RootKeyUse, readRootKeys, readRootKeyUses } from '../vault/root-keys/root-key-rows.ts';
import { openTransitRootKey } from '../vault/root-keys/transit-root-key.ts';
import type { VaultDatabase } from '../vault/vault-database.ts';
import { VaultError } from '../vault/vault-error.ts';
import type { Log } from './log.ts';
import type { Core } from './open-core.ts';

/** What warns of trouble with a key service before anybody else notices it. */
export type TroubleLog = Pick<Log, 'warn'>;

/**
 * Opens the root keys of the settings and proves that they belong to the database.
 *
 * @throws {VaultError} `root_key_mismatch`, `root_key_file`, `root_key_refused` or `root_key_unavailable`.
 */
export async function openConfiguredRootKeys(
  config: Config,
  database: VaultDatabase,
  log: TroubleLog,
): Promise<RootKeyProvider> {
  return warnOfTrouble(await openAround(config, database, await openCurrent(config, database)), log);
}

/**
 * Adds a version to the current root key and wraps every merchant's keys under it. Running processes go on: they ask for
 * the new version when they meet a key that it wrapped. Answers its number and how many keys were wrapped; `version` is
 * null, and keys of earlier root keys are wrapped all the same, when versions are made at the key's own place alone.
 */
export async function rotateRootKey(
  core: Core,
  config: Config,
): Promise<{ readonly name: string; readonly version: number | null; readonly keys: number }> {
  const current = await openCurrent(config, core.vaultDatabase);
  const added = await current.rotate();
  const rootKeys = await openAround(config, core.vaultDatabase, current);
  const { mode } = config;
  const vault = createVault({ database: core.vaultDatabase, rootKeys, mode, clock: core.clock });
  let keys = 0;
  for (let wrapped = 1; wrapped > 0; keys += wrapped) wrapped = await vault.rewrapMerchantKeys(100);
  return { name: current.name, version: added === null ? null : rootKeys.currentVersion(), keys };
}

/** The root keys that this database has seen, and what each of them still wraps. */
export function listRootKeys(core: Core): Promise<RootKeyUse[]> {
  return readRootKeyUses(core.vaultDatabase);
}

function openAround(config: Config, database: VaultDatabase, current: RootKey): Promise<RootKeyProvider> {
  return openRootKeys({ database, mode: config.mode, current, others: placesOfOthers(config) });
}

/**
 * A key file is made where none was used before; everywhere else a key must be there. None is made either when the
 * settings do not know the key that is in use: most likely they are those of a shell in which they were forgotten.
 */
async function openCurrent(config: Config, database: VaultDatabase): Promise<RootKey> {
  const place = placeOf(config.rootKey, config);
  if (config.rootKey.kind !== 'file') return place.open();
  const rows = await readRootKeys(database);
  const newest = rows.at(-1);
  const named = new Set([place, ...placesOfOthers(config)].map(({ name }) => name));
  if (newest && !named.has(newest.key_name)) throw rootKeyNotNamed(newest, place.name);
  return rows.some((row) => row.key_name === place.name) ? place.open() : loadLocalRootKey(config.dataFolder);
}

function placesOfOthers(config: Config): RootKeyPlace[] {
  return config.otherRootKeys.map((setting) => placeOf(setting, config));
}

function placeOf(setting: RootKeySetting, config: Config): RootKeyPlace {
  switch (setting.kind) {
    case 'file':
      return { name: 'file', open: () => openLocalRootKey(config.dataFolder) };
    case 'aws-kms':
      return {
        name: awsKmsKeyName(setting.keyArn),
        async open() {
          // Its library takes 27 MB and 80 ms, which only those pay who use it.
          const { createAwsKmsRootKey } = await import('../vault/root-keys/aws-kms-root-key.ts');
          return createAwsKmsRootKey({ ...setting, endpoint: config.awsKmsEndpoint });
        },
      };
    case 'vault-transit': {
      const { vaultServer: server } = config;
      assert(server, 'a root key in HashiCorp Vault comes with its address');
      return {
        name: transitKeyName(setting.mount, setting.key),
        open: () => openTransitRootKey({ ...setting, server }),
      };
    }
    default:
      return assertNever(setting, 'the place of a root key');
  }
}

/** Payments go on with keys that are in memory while a key service is down: without this, nobody would know. */
function warnOfTrouble(rootKeys: RootKeyProvider, log: TroubleLog): RootKeyProvider {
  const watch = <Answer>(asked: Promise<Answer>): Promise<Answer> => {
    asked.catch((error: unknown) => {
      if (error instanceof VaultError) log.warn({ err: error }, 'a root key could not be used');
    });
    return asked;
  };
  return {
    currentVersion: () => rootKeys.currentVersion(),
    wrap: (plain, aad) => watch(rootKeys.wrap(plain, aad)),
    unwrap: (version, wrapped, aad) => watch(rootKeys.unwrap(version, wrapped, aad)),
  };
}
