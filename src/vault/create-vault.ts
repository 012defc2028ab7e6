import type { Clock } from '../lib/clock.ts';
import { coalesce } from '../lib/coalesce.ts';
import { type Random, systemRandom } from '../lib/random.ts';
import { createCvcKeyring } from './cvc-keys.ts';
import { computeFingerprint } from './fingerprint.ts';
import type { Keyrings } from './keyrings.ts';
import type { KeyStore } from './merchant-key-rows.ts';
import { createMerchantKeyring } from './merchant-keys.ts';
import { type CardToRead, openStoredCard, readStoredCards } from './open-card.ts';
import { createOwnedTexts } from './owned-text.ts';
import type { RootKeyProvider } from './root-keys/root-key-provider.ts';
import { listRotations, rewrapMerchantKeys, rewrapPans } from './rotate-keys.ts';
import { sealCard } from './seal-card.ts';
import type { Vault } from './vault.ts';
import type { VaultDatabase, VaultMode } from './vault-database.ts';

/** Most cards read by one statement. */
const cardsReadMax = 64;

export interface VaultOptions {
  readonly database: VaultDatabase;
  readonly rootKeys: RootKeyProvider;
  readonly mode: VaultMode;
  /** Says which day's key seals a code, and whether a stored code has expired. */
  readonly clock: Clock;
  /** Makes keys and IVs: anything but the system's is for tests. */
  readonly random?: Random;
  /** Monotonic milliseconds; ages the caches of keys. */
  readonly monotonicMs?: () => number;
}

/** Makes the vault on `database`. It holds nothing but caches: any number of processes may share one database. */
export function createVault(options: VaultOptions): Vault {
  const { database, rootKeys, mode, clock, random = systemRandom } = options;
  const { monotonicMs = () => performance.now() } = options;
  const keyStore: KeyStore = { database, rootKeys, mode, random };
  const merchantKeys = createMerchantKeyring(keyStore, monotonicMs);
  const cvcKeys = createCvcKeyring(keyStore, monotonicMs);
  const keyrings: Keyrings = { mode, random, merchantKeys, cvcKeys };
  const texts = createOwnedTexts(keyrings);
  const readCard = coalesce((cards: readonly CardToRead[]) => readStoredCards(database, cards), cardsReadMax);

  return {
    async prepare(merchantId) {
      await Promise.all([merchantKeys.load(merchantId), cvcKeys.load(clock.now())]);
    },
    async seal(merchantId, cardId, pan, cvc) {
      const now = clock.now();
      const merchant = merchantKeys.peek(merchantId) ?? (await merchantKeys.load(merchantId));
      const day = cvc ? (cvcKeys.peek(now) ?? (await cvcKeys.load(now))) : null;
      return sealCard(keyrings, { merchantId, cardId, pan, cvc }, { merchant, cvc: day });
    },
    async open(merchantId, cardId, openedFor) {
      const card = { merchantId, cardId, openedFor, now: clock.now() };
      return openStoredCard(keyrings, card, await readCard(card));
    },
    async fingerprint(merchantId, pan) {
      const { fingerprint } = merchantKeys.peek(merchantId) ?? (await merchantKeys.load(merchantId));
      return { version: fingerprint.version, value: computeFingerprint(fingerprint, pan) };
    },
    sealText: texts.seal,
    openText: texts.open,
    destroyOldCvcKeys: (now) => cvcKeys.destroyOld(now),
    listRotations: () => listRotations(database),
    async addSealingKey(merchantId) {
      return (await merchantKeys.addSealingKey(merchantId)).version;
    },
    rewrapPans: (merchantId, cardsMax) => rewrapPans(database, keyrings, merchantId, cardsMax),
    rewrapMerchantKeys: (keysMax) => rewrapMerchantKeys(keyStore, keysMax),
  };
}
