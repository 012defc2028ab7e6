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
