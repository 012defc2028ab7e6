import { type Random, randomDigits } from '../../lib/random.ts';

/** Fresh numbers for an order and its payment attempt: `OD` and `PR` with ten digits each (section 4). */
export function newOrderNumbers(random: Random): { readonly order: string; readonly payment: string } {
  return { order: `OD${randomDigits(random, 10)}`, payment: `PR${randomDigits(random, 10)}` };
}

/** A fresh number for a refund: `RF` and ten digits. */
export function newRefundNumber(random: Random): string {
  return `RF${randomDigits(random, 10)}`;
}
