import type { PaymentMethod } from '../../../domain/payment-method.ts';

/** A saved card in a customer's list (contract 9.2). */
export function viewPaymentMethod(method: PaymentMethod, connector: string): object {
  const { brand, last4, expiry } = method.card;
  return {
    id: method.id,
    type: 'card',
    connector_id: connector,
    card: { brand, last4, exp_month: expiry.month, exp_year: expiry.year },
    is_default: method.isDefault,
    status: method.status,
    blocked_reason: method.blockedReason,
    created_at: method.createdAt.toISOString(),
  };
}

/** The answer to block, unblock and detach; only a blocked card has a reason to tell. */
export function viewPaymentMethodStatus(method: PaymentMethod): object {
  return {
    id: method.id,
    status: method.status,
    ...(method.status === 'blocked' && { blocked_reason: method.blockedReason }),
    updated_at: method.updatedAt.toISOString(),
  };
}
