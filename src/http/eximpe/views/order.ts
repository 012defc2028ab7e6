import { formatMajorUnits } from '../../../domain/money.ts';
import type { Payment } from '../../../domain/payment.ts';
import type { OrderDocument } from '../../../usecases/ports/orders.ts';
import { capturedMessage, failureOf } from '../decline-texts.ts';
import { mopTypeOf, orderDetailsOf } from '../order-details.ts';
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
export function buyerView(payment: Payment) {
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
    pan_number: buyer?.pan_number ?? null,
    dob: buyer?.dob ?? null,
  };
}

export function invoiceView(payment: Payment, file: string | null) {
  const invoice = orderDetailsOf(payment)?.invoice;
  return { number: invoice?.number ?? null, date: invoice?.date ?? null, file };
}

/** The order without its payments, as payment details show it (section 8.5). */
export function orderView(payment: Payment, documents: readonly OrderDocument[]) {
  const product = orderDetailsOf(payment)?.product;
  const mopType = mopTypeOf(payment);
  const fileOf = (document: OrderDocument) => `/pg/orders/${payment.orderNumber}/documents/${document.id}/`;
  const invoiceFile = documents.findLast(({ kind }) => kind === 'invoice');
  return {
    order_id: payment.orderNumber,
    reference_id: payment.merchantReference,
    amount: formatMajorUnits(payment.amount, payment.currency),
    currency: payment.currency,
    opted_mop_type: mopType,
    mop_type: mopType,
    buyer: buyerView(payment),
    product: {
      name: product?.name ?? payment.productName,
      description: product?.description ?? null,
      hs_code: product?.hs_code ?? null,
      hs_code_description: product?.hs_code_description ?? null,
      type_of_goods: product?.type_of_goods ?? null,
    },
    invoice: invoiceView(payment, invoiceFile ? fileOf(invoiceFile) : null),
    air_waybills: documents
      .filter(({ kind }) => kind === 'awb')
      .map((document) => ({ number: document.identifier, file: fileOf(document) })),
    status: orderStatusOf(payment),
    status_message: statusMessageOf(payment),
    created_at: isoMicroseconds(payment.createdAt),
  };
}

/** Section 8.2. An order has one payment attempt here; `payments` is a list because the contract has one. */
export function orderDetailView(payment: Payment, documents: readonly OrderDocument[], isTesting: boolean) {
  return {
    ...orderView(payment, documents),
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
