import type { PaymentEvent } from '../../../domain/event.ts';
import type { Payment, PaymentEventType } from '../../../domain/payment.ts';
import { unifiedError } from '../declines.ts';
import { wireEvents } from '../event-names.ts';
import { amountString, currencyWord } from './amount.ts';
import { cardholderName, refundStatusWords } from './payment.ts';
import { statusWord } from './payment-status.ts';

/** What an event tells of its payment (contract 10.3), in the documented order; conditional fields are left out. */
export function eventFacts(
  { snapshot, type }: Pick<PaymentEvent, 'snapshot' | 'type'>,
  merchantName: string,
) {
  const { payment, savedCard } = snapshot;
  const saved = savedCard?.paymentMethodId ?? (payment.saveCard ? payment.paymentMethodId : null);
  const paymentMethodId = saved ?? payment.paymentMethodId;
  return {
    transaction_id: payment.id,
    merchant_id: payment.merchantId,
    merchant_name: merchantName,
    status: wireEvents[type]?.status ?? statusWord(payment),
    amount: amountString(payment.amount, payment.currency),
    ...refundedAmount(payment, type),
    currency: currencyWord(payment.currency),
    ...given('external_id', payment.merchantReference),
    payment_method: 'card',
    ...given('payment_method_id', paymentMethodId),
    ...(saved !== null && { save_card: true }),
    is_recurring: payment.initiator === 'merchant',
    ...given('customer_id', payment.customerReference),
    ...given('email', payment.email),
    ...given('tel', payment.phone),
    ...given('product_name', payment.productName),
    ...cardFacts(payment),
    ...(payment.status.state === 'failed' && { error: unifiedError(payment.status.reason) }),
    metadata: payment.metadata,
    created_at: payment.createdAt.toISOString(),
  };
}

/** A refund that an event is about, for event lists; webhooks tell only the sum. */
export function refundFacts({ snapshot }: Pick<PaymentEvent, 'snapshot'>): object {
  const { refund, payment } = snapshot;
  if (!refund) return {};
  return {
    refund: {
      id: refund.id,
      amount: amountString(refund.amount, payment.currency),
      status: refundStatusWords[refund.state],
      reason: refund.reason,
      created_at: refund.createdAt.toISOString(),
    },
  };
}

function given(name: string, value: string | null): Record<string, string> {
  return value === null ? {} : { [name]: value };
}

function refundedAmount({ status, currency }: Payment, type: PaymentEventType): object {
  if (type !== 'payment.refunded' || status.state !== 'captured') return {};
  return { amount_refunded: amountString(status.refunded, currency) };
}

function cardFacts(payment: Payment): object {
  const { card } = payment;
  if (!card) return {};
  return {
    card_brand: card.brand,
    card_last4: card.last4,
    ...given('card_country', card.country),
    ...given('card_funding', card.funding),
    ...given('cardholder_name', cardholderName(payment)),
    card_exp_month: card.expiry.month,
    card_exp_year: card.expiry.year,
  };
}
