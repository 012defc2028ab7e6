import type { CardBrand } from '../../../domain/card.ts';

/** The networks that any page of the real documentation names (section 5.2). */
export const networks = [
  'visa',
  'mastercard',
  'rupay',
  'amex',
  'diners',
  'discover',
  'maestro',
  'sbi_maestro',
] as const satisfies readonly CardBrand[];
export type Network = (typeof networks)[number];

export const cardMopTypes = ['credit_card', 'debit_card'] as const;
export type CardMopType = (typeof cardMopTypes)[number];
/** Those that the real service takes beside cards, and this gateway does not offer. */
const otherMopTypes = ['upi', 'net_banking', 'wallet', 'qr', 'emi'] as const;
export const mopTypes = [...cardMopTypes, ...otherMopTypes] as const;

export const collectionModes = ['hosted_payment', 's2s'] as const;
export const goodsTypes = ['physical_goods', 'digital_goods', 'service'] as const;

/** Older spellings that are still sent (section 4). */
export const mopTypeAliases: Readonly<Record<string, string>> = {
  credit: 'credit_card',
  debit: 'debit_card',
  netbanking: 'net_banking',
};
export const goodsAliases: Readonly<Record<string, string>> = { goods: 'physical_goods' };

export function isCardMopType(mopType: string | undefined): mopType is CardMopType {
  return mopType !== undefined && (cardMopTypes as readonly string[]).includes(mopType);
}
