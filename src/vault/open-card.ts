import type { Cvc, Pan } from '../domain/card.ts';
import type { CardId, MerchantId } from '../domain/ids.ts';
import { Secret } from '../lib/secret.ts';
import { openCvc, readCvcKeyId } from './cvc-box.ts';
import { takeDigits } from './digits.ts';
import { openEnvelope, readKeyVersion } from './envelope.ts';
import type { Keyrings } from './keyrings.ts';
import type { Place } from './place.ts';
import type { VaultDatabase } from './vault-database.ts';

export interface OpenedCard {
  readonly pan: Secret<Pan> | null;
  readonly cvc: Secret<Cvc> | null;
}

/** A stored card, as the database holds it. */
export interface StoredCard {
  readonly sealed_pan: Buffer | null;
  readonly sealed_cvc: Buffer | null;
  /** `YYYY-MM-DD` */
  readonly cvc_key_day: string | null;
}

/** Reads what is stored of a merchant's card; a code that expired by `now` is left out. */
export async function readStoredCard(
  database: VaultDatabase,
  card: { readonly merchantId: MerchantId; readonly cardId: CardId },
  now: Date,
): Promise<StoredCard | undefined> {
  const { rows } = await database.query<StoredCard>({
    name: 'vault_open_card',
    text: `select pans.sealed as sealed_pan, cvcs.sealed as sealed_cvc, to_char(cvcs.key_day, 'YYYY-MM-DD') as cvc_key_day
      from (select $1::text as card_id, $2::text as merchant_id) wanted
      left join vault.pans on pans.card_id = wanted.card_id and pans.merchant_id = wanted.merchant_id
      left join vault.cvcs on cvcs.card_id = wanted.card_id and cvcs.merchant_id = wanted.merchant_id
        and cvcs.expires_at > $3`,
    values: [card.cardId, card.merchantId, now],
  });
  return rows[0];
}

/** Opens what `readStoredCard` found. */
export async function openStoredCard(
  keyrings: Keyrings,
  card: { readonly merchantId: MerchantId; readonly cardId: CardId },
  stored: StoredCard | undefined,
  now: Date,
): Promise<OpenedCard> {
  const place = { mode: keyrings.mode, merchantId: card.merchantId, row: card.cardId };
  return {
    pan: stored?.sealed_pan ? await openPan(keyrings, { ...place, field: 'pan' }, stored.sealed_pan) : null,
    cvc:
      stored?.sealed_cvc && stored.cvc_key_day
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
