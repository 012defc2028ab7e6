import type { CardBrand } from './card.ts';

/** What became of an authentication, as far as the indicator is concerned. */
export type EciOutcome = 'authenticated' | 'attempted' | 'not_authenticated';

const mastercardIndicators: Record<EciOutcome, string> = {
  authenticated: '02',
  attempted: '01',
  not_authenticated: '00',
};
const otherIndicators: Record<EciOutcome, string> = {
  authenticated: '05',
  attempted: '06',
  not_authenticated: '07',
};
const mastercardBrands: ReadonlySet<CardBrand> = new Set(['mastercard', 'maestro', 'sbi_maestro']);

/** The electronic commerce indicator; Mastercard counts the other way round from everybody else. */
export function eciFor(brand: CardBrand, outcome: EciOutcome): string {
  return (mastercardBrands.has(brand) ? mastercardIndicators : otherIndicators)[outcome];
}
