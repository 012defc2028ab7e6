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

/** A card to read and the moment by which its code must not have expired. */
export interface CardToRead extends CardToOpen {
  readonly now: Date;
}

/**
 * Reads what is stored of cards, in the order asked; an expired code is left out. The record of the opening is part of
 * the read, so that no card is read without one; it must be fresh, so that an old one serves nobody again. Undefined
 * where there is none.
 */
export async function readStoredCards(
  database: VaultDatabase,
  cards: readonly CardToRead[],
): Promise<(StoredCard | undefined)[]> {
  const { rows } = await database.query<StoredCard & { place: number }>({
    name: 'vault_open_cards',
    // Lateral and limited, so that each card is looked up by key whatever the planner believes of the tables' sizes. The
    // arrays come by subqueries: seeing their lengths, the planner would plan anew at every execution.
    text: `select asked.place::integer, stored.*
      from unnest(
          (select $1::text[]), (select $2::text[]), (select $3::text[]), (select $4::timestamptz[]))
        with ordinality as asked (card_id, merchant_id, reference, now, place)
      cross join lateral (
        select pans.sealed as sealed_pan, cvcs.sealed as sealed_cvc, to_char(cvcs.key_day, 'YYYY-MM-DD') as cvc_key_day
        from vault.openings wanted
        left join vault.pans on pans.card_id = wanted.card_id and pans.merchant_id = wanted.merchant_id
        left join vault.cvcs on cvcs.card_id = wanted.card_id and cvcs.merchant_id = wanted.merchant_id
          and cvcs.expires_at > asked.now
        where wanted.reference = asked.reference and wanted.card_id = asked.card_id
          and wanted.merchant_id = asked.merchant_id and wanted.announced_at > now() - interval '5 minutes'
        limit 1) stored`,
    values: [
      cards.map(({ cardId }) => cardId),
      cards.map(({ merchantId }) => merchantId),
      cards.map(({ openedFor }) => openedFor),
      cards.map(({ now }) => now.toISOString()),
    ],
  });
  const found = new Map(rows.map((row) => [row.place, row]));
  return cards.map((_, index) => found.get(index + 1));
}

/**
 * Opens what `readStoredCards` found.
 *
 * @throws {VaultError} `opening_not_announced` when it found no record of the opening.
 */
export async function openStoredCard(
  keyrings: Keyrings,
  card: CardToRead,
  stored: StoredCard | undefined,
): Promise<OpenedCard> {
  if (!stored) {
    throw new VaultError(
      'opening_not_announced',
      `${card.cardId} (merchant ${card.merchantId}) was not opened: no record says that it is needed for ${card.openedFor} now`,
    );
  }
  const place = { mode: keyrings.mode, merchantId: card.merchantId, row: card.cardId };
  return {
    pan: stored.sealed_pan ? await openPan(keyrings, { ...place, field: 'pan' }, stored.sealed_pan) : null,
    cvc:
      stored.sealed_cvc && stored.cvc_key_day
        ? await openStoredCvc(
            keyrings,
            { ...place, field: 'cvc' },
            { blob: stored.sealed_cvc, day: stored.cvc_key_day, now: card.now },
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
