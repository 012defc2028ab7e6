import { type DeclineReason, invitesAnotherCard } from './decline.ts';
import { type Payment, refused } from './payment.ts';
import type { Refusal } from './refusal.ts';

/** The link under which a customer types the card. */
export interface HostedPage {
  /** Until when it takes a card. */
  readonly openUntil: Date;
  /** How many cards were submitted on it so far. */
  readonly cardsTried: number;
}

/** Cards that may be tried on one hosted page: enough for an honest customer's wallet, too few to test cards with. */
export const hostedCardsMax = 5;

/**
 * authorizing | authenticating → awaiting_card: the card did not go through, and the hosted page takes another one. No
 * event, for the merchant's payment goes on. Refused for payments without a hosted page, when the link has expired, when
 * `hostedCardsMax` cards were tried, and for reasons that speak against the payment rather than the card.
 */
export function awaitAnotherCard(payment: Payment, reason: DeclineReason, now: Date): Payment | Refusal {
  const { hosted } = payment;
  const { state } = payment.status;
  const open = hosted && now < hosted.openUntil && hosted.cardsTried < hostedCardsMax;
  if ((state !== 'authorizing' && state !== 'authenticating') || !open || !invitesAnotherCard[reason])
    return refused(payment, 'paid with another card');
  return {
    ...payment,
    status: { state: 'awaiting_card', expiresAt: hosted.openUntil },
    updatedAt: now,
    version: payment.version + 1,
  };
}
