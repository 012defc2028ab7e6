import type { BinFacts } from '../../domain/bin.ts';

/** What is known of a card from its first digits; what no table says stays null. */
export interface BinDirectory {
  /** Brand, country and funding of the card with this number, digits only. */
  lookUp(pan: string): Promise<Omit<BinFacts, 'bank'>>;
  /** All that is known of the cards that begin with these 6 to 9 digits; null when no table has them. */
  lookUpBin(bin: string): Promise<BinFacts | null>;
}
