import { formatMajorUnits } from '../../../domain/money.ts';
import type { Payment } from '../../../domain/payment.ts';
import { capturedMessage, failureOf } from '../decline-texts.ts';
import { mopTypeOf, orderDetailsOf } from '../order-details.ts';
import { amendmentNames, type OrderPapers } from '../order-papers.ts';
import { isoMicroseconds } from './times.ts';

/** The seed's three words for an order (section 9). */
export type OrderStatus = 'payment_pending' | 'payment_successful' | 'failed';
export type PaymentWord = 'pending' | 'captured' | 'failed';

export function orderStatusOf(payment: Payment): OrderStatus {
  if (payment.status.state === 'captured') return 'payment_successful';
  return failureOf(payment) ? 'failed' : 'payment_pending';
}

export function paymentWordOf(payment: Payment): PaymentWord {
  if (payment.status.state === 'captured') return 'captured';
  return failureOf(payment) ? 'failed' : 'pending';
}

export function statusMessageOf(payment: Payment): string | null {
  if (payment.status.state === 'captured') return capturedMessage;
  return failureOf(payment)?.text ?? null;
}

/** Section 8.1, with the three fields of its older shape. */
export function orderStatusView(payment: Payment) {
  return {
    order_id: payment.orderNumber,
    status: orderStatusOf(payment),
    status_message: statusMessageOf(payment),
    amount: formatMajorUnits(payment.amount, payment.currency),
    currency: payment.currency,
    reference_id: payment.merchantReference,
    created_at: isoMicroseconds(payment.createdAt),
    updated_at: isoMicroseconds(payment.updatedAt),
  };
}

/** The buyer as sent; where the customer's device was stays with us. */
export function buyerView(payment: Payment, { amendment }: OrderPapers) {
  const buyer = orderDetailsOf(payment)?.buyer;
  return {
    name: buyer?.name ?? null,
    email: payment.email,
    phone: payment.phone,
    address: {
      line_1: buyer?.address.line_1 ?? null,
      line_2: buyer?.address.line_2 ?? null,
      city: buyer?.address.city ?? null,
      state: buyer?.address.state ?? null,
      postal_code: buyer?.address.postal_code ?? null,
    },
    pan_number: amendment[amendmentNames.buyerPanNumber] ?? buyer?.pan_number ?? null,
    dob: amendment[amendmentNames.buyerDob] ?? buyer?.dob ?? null,
  };
}

export function invoiceView(payment: Payment, { amendment, documents, addressOf }: OrderPapers) {
  const invoice = orderDetailsOf(payment)?.invoice;
  const file = documents.findLast(({ kind }) => kind === 'invoice');
  return {
    number: amendment[amendmentNames.invoiceNumber] ?? invoice?.number ?? null,
    date: amendment[amendmentNames.invoiceDate] ?? invoice?.date ?? null,
    file: file ? addressOf(file) : null,
  };
}

/** The order without its payments, as payment details show it (section 8.5). */
export function orderView(payment: Payment, papers: OrderPapers) {
  const product = orderDetailsOf(payment)?.product;
  const mopType = mopTypeOf(payment);
  return {
    order_id: payment.orderNumber,
    reference_id: payment.merchantReference,
    amount: formatMajorUnits(payment.amount, payment.currency),
    currency: payment.currency,
    opted_mop_type: mopType,
    mop_type: mopType,
    buyer: buyerView(payment, papers),
    product: {
      name: product?.name ?? payment.productName,
      description: product?.description ?? null,
      hs_code: product?.hs_code ?? null,
      hs_code_description: product?.hs_code_description ?? null,
      type_of_goods: product?.type_of_goods ?? null,
    },
    invoice: invoiceView(payment, papers),
    air_waybills: papers.documents
      .filter(({ kind }) => kind === 'awb')
      .map((document) => ({ number: document.identifier, file: papers.addressOf(document) })),
    status: orderStatusOf(payment),
    status_message: statusMessageOf(payment),
    created_at: isoMicroseconds(payment.createdAt),
  };
}

/** Section 8.2. An order has one payment attempt here; `payments` is a list because the contract has one. */
export function orderDetailView(payment: Payment, papers: OrderPapers, isTesting: boolean) {
  return {
    ...orderView(payment, papers),
    payments: [
      {
        payment_id: payment.orderPaymentNumber,
        mop_type: mopTypeOf(payment),
        status: paymentWordOf(payment),
        status_message: statusMessageOf(payment),
        error_code: failureOf(payment)?.code ?? null,
        settlement: settlementView,
        created_at: isoMicroseconds(payment.createdAt),
      },
    ],
    is_testing: isTesting,
  };
}

/** Settlement is the acquirer's with the merchant; nothing of it passes through here. */
export const settlementView = { status: 'pending', message: null, settlement_details: null } as const;
