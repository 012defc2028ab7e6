import type { Payment } from '../../../domain/payment.ts';
import type { Refund, RefundState } from '../../../domain/refund.ts';
import { unifiedError } from '../declines.ts';
import { requestIdOf } from '../payment-name.ts';
import { amountNumber, amountString, currencyWord } from './amount.ts';
import { statusWord } from './payment-status.ts';

/** A refund's `status`: what banks add on the way is pending or failed to this wire. */
export const refundStatusWords: Record<RefundState, 'pending' | 'succeeded' | 'failed'> = {
  initiated: 'pending',
  processing: 'pending',
  on_hold: 'pending',
  refunded: 'succeeded',
  failed: 'failed',
  reversed: 'failed',
  rejected_by_bank: 'failed',
};

/** Given back so far: `"0"` when nothing was, else with the currency's decimals (contract section 2). */
function amountRefunded({ status, currency }: Payment): string {
  return status.state === 'captured' && status.refunded > 0n ? amountString(status.refunded, currency) : '0';
}

/** The cardholder's name: the card's own, or else the one that came with the payment once there is a card. */
export function cardholderName({ card, details }: Payment): string | null {
  if (card === null) return null;
  return card.cardholderName ?? (typeof details.name === 'string' ? details.name : null);
}

/** `GET /v1/payments/{id}` (contract 6.2): absent values are explicit nulls. */
export function viewPayment(payment: Payment, refunds: readonly Refund[]): object {
  const { card, currency, status } = payment;
  return {
    id: payment.id,
    request_id: requestIdOf(payment.id),
    status: statusWord(payment),
    amount: amountString(payment.amount, currency),
    currency: currencyWord(currency),
    capture_method: payment.captureMethod,
    external_id: payment.merchantReference,
    payment_method: card ? 'card' : null,
    amount_refunded: amountRefunded(payment),
    original_amount: null,
    original_currency: null,
    applied_rate: null,
    card_brand: card?.brand ?? null,
    card_last4: card?.last4 ?? null,
    cardholder_name: cardholderName(payment),
    card_exp_month: card?.expiry.month ?? null,
    card_exp_year: card?.expiry.year ?? null,
    card_country: card?.country ?? null,
    card_funding: card?.funding ?? null,
    payment_method_id: payment.paymentMethodId,
    is_recurring: payment.initiator === 'merchant',
    customer_id: payment.customerReference,
    email: payment.email,
    tel: payment.phone,
    product_name: payment.productName,
    error_code: status.state === 'failed' ? unifiedError(status.reason).code : null,
    refunds: refunds.map((refund) => ({
      id: refund.id,
      amount: amountString(refund.amount, currency),
      status: refundStatusWords[refund.state],
      reason: refund.reason,
      created_at: refund.createdAt.toISOString(),
    })),
    metadata: payment.metadata,
    created_at: payment.createdAt.toISOString(),
    updated_at: payment.updatedAt.toISOString(),
  };
}

/** The answer to capture and void: the payment's name, what became of it, and its amount as a number. */
export function viewFollowUp(payment: Payment): object {
  return {
    id: payment.id,
    status: statusWord(payment),
    amount: amountNumber(payment.amount, payment.currency),
  };
}
