import type { CardBrand, OpenCard } from '../domain/card.ts';
import { newId } from '../domain/ids.ts';
import type { Merchant } from '../domain/merchant.ts';
import type { PaymentMethod } from '../domain/payment-method.ts';
import { type Refusal, refuse } from '../domain/refusal.ts';
import type { CardholderBrowser } from '../domain/risk/facts.ts';
import { randomHex } from '../lib/random.ts';
import type { Gateway } from './gateway.ts';
import type { CardStore, NewCard } from './ports/store.ts';
import { admitCard } from './risk/admit-card.ts';
import { sealNewCard } from './tokenize-card.ts';

export interface SaveCard {
  readonly merchant: Merchant;
  readonly customerReference: string;
  readonly card: OpenCard;
  readonly brand: CardBrand;
  readonly nickname: string | null;
  readonly declaredFunding: 'credit' | 'debit' | null;
  /** Who sent the card, as far as the request tells. */
  readonly browser: CardholderBrowser;
}

export type SaveCardResult =
  | { readonly kind: 'done'; readonly method: PaymentMethod }
  | { readonly kind: 'refused'; readonly refusal: Refusal };

/** A card that is sealed and only needs to be written. */
export interface SealedCardToSave {
  readonly kind: 'sealed';
  readonly method: PaymentMethod;
  readonly card: NewCard;
}

/**
 * Judges and seals a card that a customer wants kept without being charged; a code that came along is never stored.
 * Nothing is written yet: sealing may wait for other connections, so it is done before a transaction is opened.
 */
export async function sealCardToSave(
  gateway: Gateway,
  command: SaveCard,
): Promise<SealedCardToSave | { readonly kind: 'refused'; readonly refusal: Refusal }> {
  const refusal = await admitCard(gateway, command.merchant.id, command.card, command.browser);
  if (refusal) return { kind: 'refused', refusal };
  const now = gateway.clock.now();
  const sealed = await sealNewCard(gateway, command.merchant, { ...command.card, cvc: null }, now);
  const card = { ...sealed, face: { ...sealed.face, brand: command.brand } };
  const method: PaymentMethod = {
    id: newId('PaymentMethodId', gateway.random),
    merchantId: command.merchant.id,
    customerReference: command.customerReference,
    hexToken: randomHex(gateway.random, 11),
    status: 'active',
    blockedReason: null,
    isDefault: false,
    nickname: command.nickname,
    declaredFunding: command.declaredFunding,
    card: card.face,
    fingerprint: card.sealed.fingerprint,
    networkTransactionId: null,
    createdAt: now,
    updatedAt: now,
  };
  return { kind: 'sealed', method, card };
}

/** Writes a sealed card; refused as `card_already_saved` when the customer has one of the same number. */
export async function saveCard(
  cards: CardStore,
  { method, card }: SealedCardToSave,
): Promise<SaveCardResult> {
  if (await cards.insertPaymentMethod(method, card)) return { kind: 'done', method };
  return {
    kind: 'refused',
    refusal: refuse('card_already_saved', 'The card is already saved for this customer.'),
  };
}
