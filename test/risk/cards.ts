import type { Cvc, OpenCard, Pan } from '../../src/domain/card.ts';
import { Secret } from '../../src/lib/secret.ts';

/** A card as somebody typed it. */
export function openCard(pan: string): OpenCard {
  return {
    pan: new Secret(pan as Pan),
    cvc: new Secret('123' as Cvc),
    expiry: { month: 12, year: 2040 },
    cardholderName: 'Ada Example',
  };
}

/** The `index`th of many Visa numbers that no table lists. */
export function unlistedPan(index: number, bin = '453201'): string {
  const digits = `${bin}${String(index).padStart(9, '0')}`;
  for (let check = 0; check < 10; check++) {
    const pan = `${digits}${check}`;
    if (luhnSum(pan) % 10 === 0) return pan;
  }
  throw new Error('some digit makes it whole');
}

function luhnSum(pan: string): number {
  return [...pan].reverse().reduce((sum, digit, index) => {
    const doubled = index % 2 === 1 ? Number(digit) * 2 : Number(digit);
    return sum + (doubled > 9 ? doubled - 9 : doubled);
  }, 0);
}
