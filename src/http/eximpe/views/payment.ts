import type { BinFacts } from '../../../domain/bin.ts';
import type { Merchant } from '../../../domain/merchant.ts';
import { formatMajorUnits } from '../../../domain/money.ts';
import type { Payment } from '../../../domain/payment.ts';
import type { Refund } from '../../../domain/refund.ts';
import { failureOf } from '../decline-texts.ts';
import { mopTypeOf, orderDetailsOf } from '../order-details.ts';
import type { OrderPapers } from '../order-papers.ts';
import { bankReferenceOf } from './bank-reference.ts';
import { maskedPanOf } from './card.ts';
import { orderView, paymentWordOf, settlementView, statusMessageOf } from './order.ts';
import { refundDetailView } from './refund.ts';
import { isoMicroseconds } from './times.ts';

/** A row of the payment list (section 8.5). */
export function paymentRowView(payment: Payment, merchant: Merchant) {
  const details = orderDetailsOf(payment);
  const amount = formatMajorUnits(payment.amount, payment.currency);
  return {
    payment_id: payment.orderPaymentNumber,
    merchant: { id: merchant.number, name: merchant.name },
    reference_id: payment.merchantReference,
    buyer: { name: details?.buyer.name ?? null, email: payment.email, phone: payment.phone },
    order_id: payment.orderNumber,
    invoice_number: details?.invoice?.number ?? null,
    amount: { amount, total_amount: amount, currency: payment.currency },
    created_at: isoMicroseconds(payment.createdAt),
    comment: null,
    mop_type: mopTypeOf(payment),
    status: paymentWordOf(payment),
  };
}

/** A payment with its order, card and refunds (section 8.5). */
export function paymentDetailView(
  payment: Payment,
  papers: OrderPapers,
  refunds: readonly Refund[],
  issuer: BinFacts | null,
) {
  const { card, status, orderPaymentNumber } = payment;
  return {
    payment_id: orderPaymentNumber,
    order: orderView(payment, papers),
    settlement: settlementView,
    refund: refunds.map((refund) => refundDetailView(refund, orderPaymentNumber ?? '', payment.currency)),
    collection_mode: orderDetailsOf(payment)?.collection_mode ?? null,
    mop_type: mopTypeOf(payment),
    bank_ref_num: bankReferenceOf(payment),
    mop_detail: card && {
      card_mask: maskedPanOf(card),
      card_holder_name: card.cardholderName,
      card_issuer_country: card.country,
      card_issuer_bank: issuer?.bank ?? null,
    },
    payment_completed_at: status.state === 'captured' ? isoMicroseconds(status.capturedAt) : null,
    status: paymentWordOf(payment),
    status_message: statusMessageOf(payment),
    error_code: failureOf(payment)?.code ?? null,
    created_date: isoMicroseconds(payment.createdAt),
  };
}
