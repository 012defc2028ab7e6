import type { Cvc, Pan } from '../domain/card.ts';
import type { AttemptId, AuthenticationId, CardId, MerchantId } from '../domain/ids.ts';
import { Secret } from '../lib/secret.ts';
import { openCvc, readCvcKeyId } from './cvc-box.ts';
import { takeDigits } from './digits.ts';
import { openEnvelope, readKeyVersion } from './envelope.ts';
import type { Keyrings } from './keyrings.ts';
import type { Place } from './place.ts';
import type { VaultDatabase } from './vault-database.ts';
import { VaultError } from './vault-error.ts';

export interface OpenedCard {
  readonly pan: Secret<Pan> | null;
  readonly cvc: Secret<Cvc> | null;
}

/** Which card, and the attempt or authentication that it is opened for. */
export interface CardToOpen {
  readonly merchantId: MerchantId;
  readonly cardId: CardId;
  readonly openedFor: AttemptId | AuthenticationId;
}

/** A stored card, as the database holds it. */
export interface StoredCard {
  readonly sealed_pan: Buffer | null;
  readonly sealed_cvc: Buffer | null;
  /** `YYYY-MM-DD` */
  readonly cvc_key_day: string | null;
}

/**
 * Reads what is stored of a merchant's card; a code that expired by `now` is left out. The record of the opening is part
 * of the read, so that no card is read without one; it must be fresh, so that an old one serves nobody again.
 *
 * @throws {VaultError} `opening_not_announced`
 */
export async function readStoredCard(
  database: VaultDatabase,
  card: CardToOpen,
  now: Date,
): Promise<StoredCard> {
  const { rows } = await database.query<StoredCard>({
    name: 'vault_open_card',
    text: `select pans.sealed as sealed_pan, cvcs.sealed as sealed_cvc, to_char(cvcs.key_day, 'YYYY-MM-DD') as cvc_key_day
      from vault.openings wanted
      left join vault.pans on pans.card_id = wanted.card_id and pans.merchant_id = wanted.merchant_id
      left join vault.cvcs on cvcs.card_id = wanted.card_id and cvcs.merchant_id = wanted.merchant_id
        and cvcs.expires_at > $3
      where wanted.reference = $4 and wanted.card_id = $1 and wanted.merchant_id = $2
        and wanted.announced_at > now() - interval '5 minutes'`,
    values: [card.cardId, card.merchantId, now, card.openedFor],
  });
  if (rows[0]) return rows[0];
  throw new VaultError(
    'opening_not_announced',
    `${card.cardId} (merchant ${card.merchantId}) was not opened: no record says that it is needed for ${card.openedFor} now`,
  );
}

/** Opens what `readStoredCard` found. */
export async function openStoredCard(
  keyrings: Keyrings,
  card: CardToOpen,
  stored: StoredCard,
  now: Date,
): Promise<OpenedCard> {
  const place = { mode: keyrings.mode, merchantId: card.merchantId, row: card.cardId };
  return {
    pan: stored.sealed_pan ? await openPan(keyrings, { ...place, field: 'pan' }, stored.sealed_pan) : null,
    cvc:
      stored.sealed_cvc && stored.cvc_key_day
        ? await openStoredCvc(
            keyrings,
            { ...place, field: 'cvc' },
            { blob: stored.sealed_cvc, day: stored.cvc_key_day, now },
          )
        : null,
  };
}

async function openPan(keyrings: Keyrings, place: Place, blob: Buffer): Promise<Secret<Pan>> {
  const key = await keyrings.merchantKeys.sealingKey(place.merchantId, readKeyVersion(blob, place));
  return new Secret(takeDigits(openEnvelope(key, place, blob)) as Pan);
}

async function openStoredCvc(
  keyrings: Keyrings,
  place: Place,
  { blob, day, now }: { blob: Buffer; day: string; now: Date },
): Promise<Secret<Cvc> | null> {
  const key = await keyrings.cvcKeys.find({ day, id: readCvcKeyId(blob, place), now });
  return key ? new Secret(openCvc(key, place, blob) as Cvc) : null;
}
