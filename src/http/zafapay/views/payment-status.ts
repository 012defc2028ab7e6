import type { Payment } from '../../../domain/payment.ts';
import { assertNever } from '../../../lib/assert.ts';
import type { PaymentFilter } from '../../../usecases/ports/store.ts';

/** A payment's `status` on the API (contract 6.2); webhooks and return addresses have words of their own. */
export const paymentStatuses = [
  'pending',
  'requires_action',
  'authorized',
  'completed',
  'failed',
  'canceled',
  'partially_refunded',
  'refunded',
] as const;
export type PaymentStatusWord = (typeof paymentStatuses)[number];

/** The word for a payment as it is; a refund counts once the acquirer has acknowledged it. */
export function statusWord({ status }: Payment): PaymentStatusWord {
  switch (status.state) {
    case 'awaiting_card':
    case 'authorizing':
      return 'pending';
    case 'authenticating':
      return 'requires_action';
    case 'authorized':
      return 'authorized';
    case 'captured':
      if (status.refunded === 0n) return 'completed';
      return status.refunded === status.captured ? 'refunded' : 'partially_refunded';
    case 'failed':
      return 'failed';
    case 'voided':
      return 'canceled';
    default:
      return assertNever(status, 'payment status');
  }
}

/** The payments that read as each word. */
export const statusFilters: Record<PaymentStatusWord, Pick<PaymentFilter, 'states' | 'refunds'>> = {
  pending: { states: ['awaiting_card', 'authorizing'] },
  requires_action: { states: ['authenticating'] },
  authorized: { states: ['authorized'] },
  completed: { states: ['captured'], refunds: 'none' },
  failed: { states: ['failed'] },
  canceled: { states: ['voided'] },
  partially_refunded: { states: ['captured'], refunds: 'part' },
  refunded: { states: ['captured'], refunds: 'whole' },
};

/** `status` on a return or redirect address (contract 6.6); null while the payment has no outcome. */
export function returnStatus(payment: Payment): 'succeeded' | 'failed' | null {
  const { state } = payment.status;
  if (state === 'authorized' || state === 'captured') return 'succeeded';
  return state === 'failed' || state === 'voided' ? 'failed' : null;
}
