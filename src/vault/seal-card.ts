import type { Cvc, Pan } from '../domain/card.ts';
import type { CardId, MerchantId } from '../domain/ids.ts';
import type { Secret } from '../lib/secret.ts';
import type { SealedCard } from '../usecases/ports/vault.ts';
import { type CvcKey, sealCvc } from './cvc-box.ts';
import { padDigits } from './digits.ts';
import { sealEnvelope } from './envelope.ts';
import { computeFingerprint } from './fingerprint.ts';
import type { Keyrings } from './keyrings.ts';
import type { MerchantKeys } from './merchant-keys.ts';
import type { Place } from './place.ts';

/** The longest number that ISO/IEC 7812 allows. */
const panLengthMax = 19;

export interface CardToSeal {
  readonly merchantId: MerchantId;
  readonly cardId: CardId;
  readonly pan: Secret<Pan>;
  readonly cvc: Secret<Cvc> | null;
}

/** Seals a card with keys already in memory. */
export function sealCard(
  keyrings: Keyrings,
  card: CardToSeal,
  keys: { readonly merchant: MerchantKeys; readonly cvc: CvcKey | null },
): SealedCard {
  const { mode, random } = keyrings;
  const place: Omit<Place, 'field'> = { mode, merchantId: card.merchantId, row: card.cardId };
  const padded = padDigits(card.pan.reveal(), panLengthMax);
  const sealedPan = sealEnvelope(keys.merchant.sealing, { ...place, field: 'pan' }, padded, random);
  padded.fill(0);
  const sealedCvc =
    card.cvc && keys.cvc ? sealCvc(keys.cvc, { ...place, field: 'cvc' }, card.cvc.reveal(), random) : null;
  return {
    fingerprint: computeFingerprint(keys.merchant.fingerprint, card.pan),
    fingerprintVersion: keys.merchant.fingerprint.version,
    sealedPan,
    keyVersion: keys.merchant.sealing.version,
    sealedCvc,
    cvcKeyDay: sealedCvc && keys.cvc ? keys.cvc.day : null,
  };
}
