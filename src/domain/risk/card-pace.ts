/**
 * What is counted by the minute, whatever becomes of it: cards that one address hands over, cards that are handed over
 * with one merchant's keys, and payments that a merchant begins. A publishable key is public, and every token is a
 * sealed number in the vault: without a pace anybody could fill it.
 */
export type PaceScope = 'address' | 'merchant' | 'payments';

export const paceSeconds = 60;

/** The most within one minute. An address may be that of a whole office, or of a mobile network. */
export const paceMax: Readonly<Record<PaceScope, number>> = { address: 120, merchant: 6000, payments: 6000 };

/** From this part of its limit on, what one process counts is told to the others; slower ones are not worth a write. */
export const paceToldFrom = 0.1;

/** The minute that `now` lies in, by its beginning. */
export function paceMinute(now: Date): Date {
  const length = paceSeconds * 1000;
  return new Date(Math.floor(now.getTime() / length) * length);
}
