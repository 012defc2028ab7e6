import { type CardFace, detectBrand, type OpenCard, truncatePan } from '../domain/card.ts';
import { type CardTokenId, newId } from '../domain/ids.ts';
import type { Merchant } from '../domain/merchant.ts';
import type { Refusal } from '../domain/refusal.ts';
import type { CardholderBrowser } from '../domain/risk/facts.ts';
import { addSeconds } from '../lib/clock.ts';
import type { Gateway } from './gateway.ts';
import type { NewCard } from './ports/store.ts';
import { admitCard } from './risk/admit-card.ts';
import { unknownBrowser } from './risk/browser.ts';

const tokenSeconds = 30 * 60;
/** A payment may begin in the last moment of a token, or of a cardholder's time: its code is there for so long after it. */
const codeGraceSeconds = 120;

export interface CardToken {
  readonly id: CardTokenId;
  readonly face: CardFace;
  readonly createdAt: Date;
  readonly expiresAt: Date;
}

export type TokenizeResult =
  | { readonly kind: 'done'; readonly token: CardToken }
  | { readonly kind: 'refused'; readonly refusal: Refusal };

/** Seals a card behind a token that pays once, within thirty minutes. */
export async function tokenizeCard(
  gateway: Gateway,
  command: {
    readonly merchant: Merchant;
    readonly card: OpenCard;
    /** Where the card was typed. */
    readonly browser?: CardholderBrowser;
  },
): Promise<TokenizeResult> {
  const { merchant, browser = unknownBrowser } = command;
  const refusal = await admitCard(gateway, merchant.id, command.card, browser);
  if (refusal) return { kind: 'refused', refusal };
  const createdAt = gateway.clock.now();
  const expiresAt = addSeconds(createdAt, tokenSeconds);
  const card = await sealNewCard(gateway, merchant, command.card, expiresAt);
  const id = newId('CardTokenId', gateway.random);
  await gateway.cards.insertToken({ id, merchantId: merchant.id, card, createdAt, expiresAt, browser });
  return { kind: 'done', token: { id, face: card.face, createdAt, expiresAt } };
}

/** Until when a card's code is kept that may be used until `usableUntil`. */
export function codeExpiry(usableUntil: Date): Date {
  return addSeconds(usableUntil, codeGraceSeconds);
}

/** A new card's face and sealed bytes, ready for the transaction that stores them. */
export async function sealNewCard(
  gateway: Gateway,
  merchant: Merchant,
  card: OpenCard,
  usableUntil: Date,
): Promise<NewCard> {
  const id = newId('CardId', gateway.random);
  const pan = card.pan.reveal();
  const sealed = await gateway.vault.seal(merchant.id, id, card.pan, card.cvc);
  const facts = await gateway.bins.lookUp(pan);
  const face: CardFace = {
    id,
    brand: facts.brand ?? detectBrand(pan),
    ...truncatePan(pan),
    expiry: card.expiry,
    cardholderName: card.cardholderName,
    country: facts.country,
    funding: facts.funding,
  };
  return { face, sealed, cvcExpiresAt: codeExpiry(usableUntil) };
}
