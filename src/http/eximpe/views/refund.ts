import type { Currency } from '../../../domain/currency.ts';
import { formatMajorUnits, shortestMajorUnits } from '../../../domain/money.ts';
import type { Refund, RefundState } from '../../../domain/refund.ts';
import { NumberLiteral } from '../../../lib/strict-json.ts';
import { isoMicroseconds } from './times.ts';

const statusWords: Readonly<Record<RefundState, string>> = {
  initiated: 'initiated',
  processing: 'processing',
  refunded: 'refunded',
  failed: 'failed',
  reversed: 'reversed',
  on_hold: 'on_hold',
  rejected_by_bank: 'bank_rejected_refund',
};

/** What is said of a refund that has no message of its own (section 11.3). */
const defaultMessages: Readonly<Record<RefundState, string>> = {
  initiated: 'Refund initiated',
  processing: 'Refund processing',
  refunded: 'Refund processed successfully',
  failed: 'Refund failed',
  reversed: 'Refund reversed',
  on_hold: 'Refund on hold',
  rejected_by_bank: 'Refund rejected by bank',
};

/** The state in this wire's lower-case words. */
export function refundStatusOf(refund: Refund): string {
  return statusWords[refund.state];
}

function messageOf(refund: Refund): string {
  return refund.message ?? defaultMessages[refund.state];
}

/** A refund that was just asked for (section 11.1); the amount as a string. */
export function createdRefundView(refund: Refund, orderPaymentNumber: string, currency: Currency) {
  return {
    refund_id: refund.number,
    payment_id: orderPaymentNumber,
    refund_status: refundStatusOf(refund),
    message: 'Refund Request Queued',
    transaction_id: refund.id,
    bank_ref_num: refund.acquirerReference,
    refund_amount: formatMajorUnits(refund.amount, currency),
  };
}

/** A row of the refund list (section 11.2); the amount as a number. */
export function refundRowView(refund: Refund, orderPaymentNumber: string, currency: Currency) {
  return {
    refund_id: refund.number,
    refund_amount: new NumberLiteral(shortestMajorUnits(refund.amount, currency)),
    refund_status: refundStatusOf(refund),
    refunded_at: refund.refundedAt && isoMicroseconds(refund.refundedAt),
    message: messageOf(refund),
    payment_id: orderPaymentNumber,
  };
}

export function refundDetailView(refund: Refund, orderPaymentNumber: string, currency: Currency) {
  return {
    ...refundRowView(refund, orderPaymentNumber, currency),
    bank_ref_num: refund.acquirerReference,
    reference_id: refund.merchantReference,
    created_at: isoMicroseconds(refund.createdAt),
  };
}

/** A refund after the sandbox moved it (section 11.4); the amount as a string again. */
export function simulatedRefundView(refund: Refund, orderPaymentNumber: string, currency: Currency) {
  return {
    refund_id: refund.number,
    payment_id: orderPaymentNumber,
    refund_amount: formatMajorUnits(refund.amount, currency),
    refund_status: refundStatusOf(refund),
    refunded_at: refund.refundedAt && isoMicroseconds(refund.refundedAt),
    message: messageOf(refund),
    settlement_details: {},
    reference_id: refund.merchantReference,
    created_at: isoMicroseconds(refund.createdAt),
  };
}
