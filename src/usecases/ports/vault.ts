import type { Cvc, Pan } from '../../domain/card.ts';
import type { AttemptId, AuthenticationId, CardId, MerchantId } from '../../domain/ids.ts';
import type { Secret } from '../../lib/secret.ts';

/** Sealed bytes of a card; they mean something only in the row they were sealed for. */
export interface SealedCard {
  readonly fingerprint: Buffer;
  readonly fingerprintVersion: number;
  readonly sealedPan: Buffer;
  readonly keyVersion: number;
  readonly sealedCvc: Buffer | null;
  readonly cvcKeyDay: string | null;
}

/** The only room that turns a PAN into bytes at rest and back. */
export interface CardVault {
  /** Seals in memory; the caller's own transaction stores the bytes. */
  seal(
    merchantId: MerchantId,
    cardId: CardId,
    pan: Secret<Pan>,
    cvc: Secret<Cvc> | null,
  ): Promise<SealedCard>;
  /**
   * Reads and opens a stored card; `pan` is null when it was purged, `cvc` when it is gone. The attempt or authentication
   * that it is opened for must have been committed, with its card, in the last five minutes: without that record nothing
   * opens.
   */
  open(
    merchantId: MerchantId,
    cardId: CardId,
    openedFor: AttemptId | AuthenticationId,
  ): Promise<{ readonly pan: Secret<Pan> | null; readonly cvc: Secret<Cvc> | null }>;
  fingerprint(
    merchantId: MerchantId,
    pan: Secret<Pan>,
  ): Promise<{ readonly version: number; readonly value: Buffer }>;
}

/** How far a merchant's cards have come in the change from one key to the next. */
export interface KeyRotation {
  readonly merchantId: MerchantId;
  /** When the key that seals now was made. */
  readonly newestAt: Date;
  /** A newer key seals, and the older one is not retired yet. */
  readonly begun: boolean;
  /** Cards lie under an older key. */
  readonly behind: boolean;
}

/** The keys under which cards are sealed. */
export interface VaultKeys {
  /** Every merchant that has keys. */
  listRotations(): Promise<KeyRotation[]>;
  /** Makes a new key that seals the merchant's cards from now on (other processes follow within five minutes); returns its version. */
  addSealingKey(merchantId: MerchantId): Promise<number>;
  /**
   * Moves up to `cardsMax` of the merchant's cards to its newest key, without opening a number; returns how many. To be
   * repeated until 0, which retires the older keys; may be stopped and taken up at any time, while payments go on.
   */
  rewrapPans(merchantId: MerchantId, cardsMax: number): Promise<number>;
  /** Wraps up to `keysMax` merchant keys of older root keys anew under the current one; returns how many, 0 when done. */
  rewrapMerchantKeys(keysMax: number): Promise<number>;
}
