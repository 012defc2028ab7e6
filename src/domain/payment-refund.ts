import { addUnits, type MinorUnits, subtractUnits } from './money.ts';
import { moved, type Payment, type PaymentEventType, refused, type Transition } from './payment.ts';
import type { Refusal } from './refusal.ts';

/** What may still be asked back: captured, less given back, less asked back. */
export function refundableAmount(payment: Payment): MinorUnits {
  const { status } = payment;
  return status.state === 'captured'
    ? subtractUnits(subtractUnits(status.captured, status.refunded), status.refunding)
    : (0n as MinorUnits);
}

/** captured → captured with `amount` reserved for a refund that is about to be sent. */
export function beginRefund(payment: Payment, amount: MinorUnits, now: Date): Payment | Refusal {
  const { status } = payment;
  if (status.state !== 'captured') return refused(payment, 'refunded');
  const left = refundableAmount(payment);
  if (left === 0n) return refused(payment, 'refunded');
  if (amount > left)
    return { code: 'amount_too_large', message: 'The refund is more than what is left of the payment.' };
  return {
    ...payment,
    status: { ...status, refunding: addUnits(status.refunding, amount) },
    updatedAt: now,
    version: payment.version + 1,
  };
}

/** The reserved refund went through: it counts as given back. */
export function settleRefund(payment: Payment, amount: MinorUnits, now: Date): Transition | Refusal {
  const { status } = payment;
  if (status.state !== 'captured' || amount > status.refunding) return refused(payment, 'refunded');
  const refunded = addUnits(status.refunded, amount);
  return moved(
    payment,
    { ...status, refunded, refunding: subtractUnits(status.refunding, amount) },
    'payment.refunded',
    now,
  );
}

/** The reserved refund did not go through: the reservation is released. */
export function releaseRefund(
  payment: Payment,
  amount: MinorUnits,
  event: PaymentEventType,
  now: Date,
): Transition | Refusal {
  const { status } = payment;
  if (status.state !== 'captured' || amount > status.refunding) return refused(payment, 'refunded');
  return moved(payment, { ...status, refunding: subtractUnits(status.refunding, amount) }, event, now);
}
