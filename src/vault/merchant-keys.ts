import { assert } from '../lib/assert.ts';
import type { VersionedKey } from './envelope.ts';
import {
  insertMerchantKey,
  type KeyStore,
  type MerchantKeyRow,
  readMerchantKeys,
  unwrapMerchantKey,
} from './merchant-key-rows.ts';
import { VaultError } from './vault-error.ts';

/** Merchants whose keys stay in memory; beyond it the one loaded longest ago is dropped. */
const merchantsCachedMax = 10_000;
/** After this long the database is asked for a newer version. The root key is asked only for what is new there. */
const freshForMs = 5 * 60 * 1000;

/** One merchant's keys, unwrapped. */
export interface MerchantKeys {
  /** Seals from now on. */
  readonly sealing: VersionedKey;
  readonly fingerprint: VersionedKey;
  /** Every version that may have sealed something, retired ones too. */
  readonly sealingByVersion: ReadonlyMap<number, VersionedKey>;
}

/** Keys by the rows that they were unwrapped from. */
type Unwrapped = ReadonlyMap<string, VersionedKey>;

export interface MerchantKeyring {
  /** The keys if they are in memory and fresh. */
  peek(merchantId: string): MerchantKeys | undefined;
  /** The keys from memory or the database; a merchant's first call makes them, whichever process it happens in. */
  load(merchantId: string): Promise<MerchantKeys>;
  /**
   * The key of one version, asking the database when memory does not know it.
   *
   * @throws {VaultError} `unknown_key_version`
   */
  sealingKey(merchantId: string, version: number): Promise<VersionedKey>;
  /** Makes a new version, which seals from now on; other processes follow within five minutes. Returns it. */
  addSealingKey(merchantId: string): Promise<VersionedKey>;
}

/** Keeps merchants' keys unwrapped in memory. `monotonicMs` is a clock that never goes back. */
export function createMerchantKeyring(keyStore: KeyStore, monotonicMs: () => number): MerchantKeyring {
  const cache = new Map<string, { keys: MerchantKeys; unwrapped: Unwrapped; loadedAtMs: number }>();
  const loading = new Map<string, Promise<MerchantKeys>>();

  const peek = (merchantId: string): MerchantKeys | undefined => {
    const entry = cache.get(merchantId);
    return entry && monotonicMs() - entry.loadedAtMs < freshForMs ? entry.keys : undefined;
  };

  const loadNow = async (merchantId: string): Promise<MerchantKeys> => {
    const loadedAtMs = monotonicMs();
    const { keys, unwrapped } = await loadOrMakeKeys(keyStore, merchantId, cache.get(merchantId)?.unwrapped);
    cache.delete(merchantId);
    cache.set(merchantId, { keys, unwrapped, loadedAtMs });
    const oldest = cache.size > merchantsCachedMax ? cache.keys().next().value : undefined;
    if (oldest !== undefined) cache.delete(oldest);
    return keys;
  };

  // Requests that meet here share one load.
  const reload = (merchantId: string): Promise<MerchantKeys> => {
    const running = loading.get(merchantId);
    if (running) return running;
    const started = loadNow(merchantId).finally(() => loading.delete(merchantId));
    loading.set(merchantId, started);
    return started;
  };

  return {
    peek,
    load: async (merchantId) => peek(merchantId) ?? reload(merchantId),
    async sealingKey(merchantId, version) {
      const known = peek(merchantId)?.sealingByVersion.get(version);
      if (known) return known;
      const key = (await reload(merchantId)).sealingByVersion.get(version);
      if (key) return key;
      throw new VaultError(
        'unknown_key_version',
        `merchant ${merchantId} has no key of version ${version}: it was removed, or the database is not the one that sealed this`,
      );
    },
    async addSealingKey(merchantId) {
      const rows = await readMerchantKeys(keyStore.database, merchantId);
      await insertMerchantKey(keyStore, merchantId, 'sealing', rows);
      return (await loadNow(merchantId)).sealing;
    },
  };
}

/** `known` are keys in memory: a key service that is out of reach does not stop merchants whose rows stay as they were. */
async function loadOrMakeKeys(
  keyStore: KeyStore,
  merchantId: string,
  known: Unwrapped = new Map(),
): Promise<{ readonly keys: MerchantKeys; readonly unwrapped: Unwrapped }> {
  let rows = await readMerchantKeys(keyStore.database, merchantId);
  for (const purpose of ['sealing', 'fingerprint'] as const) {
    if (rows.some((row) => row.purpose === purpose && !row.retired)) continue;
    await insertMerchantKey(keyStore, merchantId, purpose, rows);
    // Read again rather than trust what was inserted: of processes that came together, one has won.
    rows = await readMerchantKeys(keyStore.database, merchantId);
  }
  const unwrapped = new Map<string, VersionedKey>();
  const sealingByVersion = new Map<number, VersionedKey>();
  let sealing: VersionedKey | undefined;
  let fingerprint: VersionedKey | undefined;
  for (const row of rows) {
    const name = nameOfRow(row);
    const key = known.get(name) ?? { version: row.version, key: await unwrapMerchantKey(keyStore, row) };
    unwrapped.set(name, key);
    if (row.purpose === 'sealing') sealingByVersion.set(row.version, key);
    if (row.retired) continue;
    if (row.purpose === 'sealing') sealing = key;
    else fingerprint = key;
  }
  assert(sealing && fingerprint, `merchant ${merchantId} has no key to use, right after one was made`);
  return { keys: { sealing, fingerprint, sealingByVersion }, unwrapped };
}

/** All that unwrapping depends on: a row that was changed in any of it is unwrapped anew. */
function nameOfRow(row: MerchantKeyRow): string {
  return [row.purpose, row.version, row.root_version, row.wrapped.toString('base64')].join(' ');
}
