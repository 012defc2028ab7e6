import type { PaymentEventType } from '../../../domain/payment.ts';

/** The words of this wire for events about cards (sections 13.3 to 13.5). */
const eventWords = [
  'PAYMENT_SUCCESSFUL',
  'PAYMENT_FAILED',
  'PAYMENT_REFUNDED',
  'REFUND_FAILED',
  'REFUND_STATUS_UPDATE',
  'DISPUTE_UPDATED',
] as const;
export type EventWord = (typeof eventWords)[number];

/** What each of our events is called; null for those that this wire passes over. */
const wordOf: Readonly<Record<PaymentEventType, EventWord | null>> = {
  'payment.authentication_required': null,
  'payment.authorized': null,
  'payment.captured': 'PAYMENT_SUCCESSFUL',
  'payment.failed': 'PAYMENT_FAILED',
  'payment.voided': 'PAYMENT_FAILED',
  'payment.refunded': 'PAYMENT_REFUNDED',
  'payment.disputed': 'DISPUTE_UPDATED',
  'refund.initiated': null,
  'refund.processing': 'REFUND_STATUS_UPDATE',
  'refund.failed': 'REFUND_FAILED',
  'refund.reversed': 'REFUND_STATUS_UPDATE',
  'refund.on_hold': 'REFUND_STATUS_UPDATE',
  'refund.rejected_by_bank': 'REFUND_STATUS_UPDATE',
};

export function eventWordOf(type: PaymentEventType): EventWord | null {
  return wordOf[type];
}

/** Our events behind `words`, or behind all of them; undefined when a word is not one of this wire's. */
export function eventTypesOf(words: readonly string[] | null): PaymentEventType[] | undefined {
  const wanted: readonly string[] = words ?? eventWords;
  if (wanted.some((word) => !(eventWords as readonly string[]).includes(word))) return undefined;
  return (Object.keys(wordOf) as PaymentEventType[]).filter((type) => wanted.includes(wordOf[type] ?? ''));
}
