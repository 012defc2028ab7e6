import type { MerchantId } from '../domain/ids.ts';
import { addSeconds } from '../lib/clock.ts';
import type { KeyRotation, VaultKeys } from './ports/vault.ts';

/** Cards moved by one call: some 100 ms of work, between which payments find the database free. */
const batch = 200;

export interface RotatedKeys {
  readonly merchantId: MerchantId;
  /** An earlier rotation was taken up where it was left. */
  readonly resumed: boolean;
  readonly cards: number;
}

/**
 * Gives every merchant, or the one named, a new key and moves its cards to it, while payments go on. A merchant whose
 * key is younger than `minimumAgeSeconds` is left as it is, so that a rotation that was killed is finished by the next
 * call and not begun again. `onMoved` hears of every batch.
 */
export async function rotateVaultKeys(
  vault: VaultKeys,
  wanted: {
    readonly merchantId: MerchantId | null;
    readonly minimumAgeSeconds: number;
    /** Real time, by which the database dates keys. */
    readonly now: Date;
  },
  onMoved: (merchantId: MerchantId, cards: number) => void = () => undefined,
): Promise<RotatedKeys[]> {
  const old = addSeconds(wanted.now, -wanted.minimumAgeSeconds);
  const rotated: RotatedKeys[] = [];
  for (const rotation of await vault.listRotations()) {
    const { merchantId } = rotation;
    if (wanted.merchantId !== null && merchantId !== wanted.merchantId) continue;
    const resumed = rotation.begun || rotation.behind;
    if (!resumed && rotation.newestAt > old) continue;
    if (!resumed) await vault.addSealingKey(merchantId);
    const cards = await moveCards(vault, merchantId, (moved) => onMoved(merchantId, moved));
    rotated.push({ merchantId, resumed, cards });
  }
  return rotated;
}

async function moveCards(
  vault: VaultKeys,
  merchantId: MerchantId,
  onMoved: (cards: number) => void,
): Promise<number> {
  for (let cards = 0; ; ) {
    const moved = await vault.rewrapPans(merchantId, batch);
    if (moved === 0) return cards;
    cards += moved;
    onMoved(moved);
  }
}

/** Moves cards that lie under older keys, and merchant keys that lie under older root keys, to the newest. */
export async function catchUpWithKeys(vault: VaultKeys): Promise<void> {
  while ((await vault.rewrapMerchantKeys(batch)) > 0);
  const behind = (await vault.listRotations()).filter((rotation: KeyRotation) => rotation.behind);
  for (const { merchantId } of behind) await moveCards(vault, merchantId, () => undefined);
}
