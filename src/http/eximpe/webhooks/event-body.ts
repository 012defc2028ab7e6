import { createHash } from 'node:crypto';
import type { CardFace } from '../../../domain/card.ts';
import type { Currency } from '../../../domain/currency.ts';
import type { PaymentEvent } from '../../../domain/event.ts';
import { type MinorUnits, shortestMajorUnits } from '../../../domain/money.ts';
import type { Payment } from '../../../domain/payment.ts';
import type { Refund } from '../../../domain/refund.ts';
import { assertNever } from '../../../lib/assert.ts';
import { NumberLiteral } from '../../../lib/strict-json.ts';
import { failureOf } from '../decline-texts.ts';
import { mopTypeOf, orderDetailsOf } from '../order-details.ts';
import { bankReferenceOf } from '../views/bank-reference.ts';
import { maskedPanOf } from '../views/card.ts';
import { refundStatusOf } from '../views/refund.ts';
import { isoMicroseconds, plainTime } from '../views/times.ts';
import type { CanonicalValue } from './canonical-json.ts';
import { type EventWord, eventWordOf } from './event-words.ts';

type Members = { readonly [name: string]: CanonicalValue };

/** The two flavours of the envelope: orders made under version 2 get the second. */
interface Flavour {
  readonly second: boolean;
  readonly upperCase: boolean;
}

/** The body for `event`, or null when this wire has no word for it. `valueCase` is the account's switch (section 13.3). */
export function eventBody(event: PaymentEvent, valueCase: 'lower' | 'upper'): CanonicalValue | null {
  const word = eventWordOf(event.type);
  const { payment, refund, savedCard } = event.snapshot;
  const second = orderDetailsOf(payment)?.api_version.startsWith('2') ?? false;
  const flavour: Flavour = { second, upperCase: second || valueCase === 'upper' };
  switch (word) {
    case null:
      return null;
    case 'PAYMENT_SUCCESSFUL':
      return envelope(event, word, flavour, successData(payment, flavour, savedCard?.hexToken ?? null));
    case 'PAYMENT_FAILED':
      return envelope(event, word, flavour, failureData(payment, flavour));
    case 'PAYMENT_REFUNDED':
    case 'REFUND_FAILED':
    case 'REFUND_STATUS_UPDATE':
      return refund && envelope(event, word, flavour, { refunds: [refundElement(word, payment, refund)] });
    case 'DISPUTE_UPDATED':
      return disputeBody(event, payment);
    default:
      return assertNever(word, 'webhook event');
  }
}

function envelope(event: PaymentEvent, word: EventWord, { second }: Flavour, data: Members): Members {
  const firstVersion = word === 'REFUND_FAILED' || word === 'REFUND_STATUS_UPDATE' ? '1.0.0' : '1.0';
  return {
    event_type: word,
    event_time: second ? isoMicroseconds(event.createdAt) : plainTime(event.createdAt),
    version: second ? '2.0.0' : firstVersion,
    sequence_number: event.uuid,
    data,
  };
}

/** What success and failure have in common; payments of another dialect are called by their own id. */
function paymentData(payment: Payment, { upperCase }: Flavour): Members {
  const mopType = mopTypeOf(payment);
  return {
    amount: amountNumber(payment.amount, payment.currency),
    merchant_reference_id: payment.merchantReference,
    mop_type: upperCase ? mopType.toUpperCase() : mopType,
    order_id: orderIdOf(payment),
    payment_id: paymentIdOf(payment),
    subscription_id: null,
    utr: null,
    virtual_account_id: null,
  };
}

function successData(payment: Payment, flavour: Flavour, cardToken: string | null): Members {
  const { status } = payment;
  return {
    ...paymentData(payment, flavour),
    bank_ref_num: bankReferenceOf(payment),
    extended_status: 'SUCCESS',
    message: flavour.upperCase ? 'Payment Captured' : 'Payment successful',
    payment_completed_at: status.state === 'captured' ? isoMicroseconds(status.capturedAt) : null,
    payment_message: null,
    status: flavour.upperCase ? 'CAPTURED' : 'captured',
    ...(cardToken !== null && savedCardData(cardToken, payment.card)),
  };
}

/** Added to the contract (section 17): the token that the payment made, so that the merchant need not list cards. */
function savedCardData(cardToken: string, card: CardFace | null): Members {
  return { card_token: cardToken, masked_pan: card && maskedPanOf(card) };
}

function failureData(payment: Payment, flavour: Flavour): Members {
  const failure = failureOf(payment);
  return {
    ...paymentData(payment, flavour),
    bank_ref_num: null,
    extended_status: 'FAILED',
    message: failure?.text ?? 'Payment failed',
    payment_completed_at: null,
    payment_message: failure?.code ?? null,
    status: flavour.upperCase ? 'FAILED' : 'failed',
  };
}

/** Section 13.4; PAYMENT_REFUNDED has the names of both of its editions. */
function refundElement(word: EventWord, payment: Payment, refund: Refund): Members {
  const amount = amountNumber(refund.amount, payment.currency);
  return {
    bank_arn: refund.acquirerReference,
    comments: refund.message,
    order_id: orderIdOf(payment),
    order_reference_id: payment.merchantReference,
    payment_id: paymentIdOf(payment),
    refund_amount: amount,
    refund_completed_at: refund.refundedAt && isoMicroseconds(refund.refundedAt),
    refund_id: refund.number ?? refund.id,
    refund_reference_id: createHash('sha256').update(refund.id).digest('hex').slice(0, 32),
    ...(word === 'PAYMENT_REFUNDED' && { amount, payment_request_id: paymentIdOf(payment) }),
    ...(word === 'REFUND_STATUS_UPDATE' && { refund_status: refundStatusOf(refund).toUpperCase() }),
  };
}

/** Section 13.5: without an envelope. A case number in this wire's form is derived from the event. */
function disputeBody(event: PaymentEvent, payment: Payment): Members {
  const { dispute } = event.snapshot;
  const digits = BigInt(`0x${event.uuid.replaceAll('-', '')}`) % 9_000_000_000n;
  return {
    event_type: 'DISPUTE_UPDATED',
    order_id: orderIdOf(payment),
    payment_id: paymentIdOf(payment),
    chargeback_id: `CB${digits + 1_000_000_000n}`,
    chargeback_type: 'CHARGEBACK',
    chargeback_amount: amountNumber(dispute?.amount ?? payment.amount, payment.currency),
    chargeback_status: 'NEW',
    raised_on: isoMicroseconds(dispute?.raisedAt ?? event.createdAt),
    reply_before: null,
    reason_description: dispute?.reasonCode
      ? `The cardholder disputes the payment (reason ${dispute.reasonCode})`
      : 'The cardholder disputes the payment',
  };
}

function orderIdOf(payment: Payment): string {
  return payment.orderNumber ?? payment.id;
}

function paymentIdOf(payment: Payment): string {
  return payment.orderPaymentNumber ?? payment.id;
}

/** Whole amounts as integers, others in their shortest form: `1000`, `1249.5`. */
function amountNumber(amount: MinorUnits, currency: Currency): NumberLiteral {
  return new NumberLiteral(shortestMajorUnits(amount, currency));
}
