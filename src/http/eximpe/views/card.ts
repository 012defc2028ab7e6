import type { CardFace } from '../../../domain/card.ts';
import type { PaymentMethod } from '../../../domain/payment-method.ts';
import type { CardMopType } from '../schemas/choices.ts';

/** An X for every digit but the last four (section 10.2). */
export function maskedPanOf(card: CardFace): string {
  return 'X'.repeat(card.panLength - 4) + card.last4;
}

/** What the merchant said of the saved card, else what its range says, else credit. */
function cardTypeOf(method: PaymentMethod): CardMopType {
  if (method.declaredFunding !== null)
    return method.declaredFunding === 'debit' ? 'debit_card' : 'credit_card';
  const { funding } = method.card;
  return funding === 'debit' || funding === 'prepaid' ? 'debit_card' : 'credit_card';
}

/** The nickname, or a name made from what may be shown: `VISA ****0003`. */
export function cardLabelOf(method: PaymentMethod): string {
  return method.nickname ?? `${method.card.brand.toUpperCase()} ****${method.card.last4}`;
}

/** A saved card as lists show it (section 10.2). */
export function savedCardView(method: PaymentMethod) {
  return {
    card_token: method.hexToken,
    identifier: method.customerReference,
    cardholder_name: method.card.cardholderName,
    nickname: method.nickname,
    card_type: cardTypeOf(method),
    network: method.card.brand,
    masked_pan: maskedPanOf(method.card),
    expiry_month: method.card.expiry.month,
    expiry_year: method.card.expiry.year,
  };
}
