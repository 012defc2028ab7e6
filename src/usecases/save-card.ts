import type { CardBrand, OpenCard } from '../domain/card.ts';
import { newId } from '../domain/ids.ts';
import type { Merchant } from '../domain/merchant.ts';
import type { PaymentMethod } from '../domain/payment-method.ts';
import { type Refusal, refuse } from '../domain/refusal.ts';
import { randomHex } from '../lib/random.ts';
import type { Gateway } from './gateway.ts';
import type { CardStore } from './ports/store.ts';
import { judgeAcceptance, sealNewCard } from './tokenize-card.ts';

export interface SaveCard {
  readonly merchant: Merchant;
  readonly customerReference: string;
  readonly card: OpenCard;
  readonly brand: CardBrand;
  readonly nickname: string | null;
  readonly declaredFunding: 'credit' | 'debit' | null;
}

export type SaveCardResult =
  | { readonly kind: 'done'; readonly method: PaymentMethod }
  | { readonly kind: 'refused'; readonly refusal: Refusal };

/** Keeps a card for a customer without charging it. A code that came along is never stored. */
export async function saveCard(
  gateway: Gateway,
  cards: CardStore,
  command: SaveCard,
): Promise<SaveCardResult> {
  const refusal = judgeAcceptance(gateway, command.card);
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
  if (await cards.insertPaymentMethod(method, card)) return { kind: 'done', method };
  return {
    kind: 'refused',
    refusal: refuse('card_already_saved', 'The card is already saved for this customer.'),
  };
}
