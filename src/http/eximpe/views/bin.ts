import type { BinFacts } from '../../../domain/bin.ts';
import { detectBrand, type Pan } from '../../../domain/card.ts';
import type { CardMopType } from '../schemas/choices.ts';

const home = 'IN';

/** What is known of a card's first digits (section 12); `unknown` where nothing is. */
export function binView(bin: string, facts: BinFacts | null) {
  // The ranges that tell brands apart are no longer than a BIN, so its digits stand for every number that begins so.
  const network = facts?.brand ?? detectBrand(bin as Pan);
  const cardType: CardMopType =
    facts?.funding === 'debit' || facts?.funding === 'prepaid' ? 'debit_card' : 'credit_card';
  return {
    bank: facts?.bank?.toLowerCase() ?? 'unknown',
    network,
    card_type: cardType,
    // RuPay is issued at home unless the table says otherwise.
    is_domestic: facts?.country ? facts.country === home : network === 'rupay',
  };
}
