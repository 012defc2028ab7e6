import { Type } from 'typebox';
import type { AnswerDescription, NamedExample, OperationDescription } from '../../openapi/description.ts';
import { orderBody } from '../schemas/order-body.ts';
import { orderPatchBody } from '../schemas/order-patch-body.ts';
import { paymentsQuery } from '../schemas/queries.ts';
import {
  bodyAnswers,
  keyInUse,
  orderInvalid,
  orderInvalidKeyed,
  orderUnknown,
  paymentInvalid,
  paymentUnknown,
  readAnswers,
  tooManyCards,
} from './errors.ts';
import * as examples from './examples.ts';
import {
  createdOrderSchema,
  createdSessionSchema,
  orderSchema,
  orderStatusSchema,
  ordersSchema,
  patchedOrderSchema,
  paymentSchema,
  paymentsSchema,
  pendingOrderSchema,
  uploadedSchema,
} from './schemas.ts';

/** Both headers together; a PSP names the merchant that it acts for. */
export const credentials = [['clientId', 'clientSecret']] as const;
export const readHeaders = ['X-Merchant-ID', 'X-API-Version'];
export const writeHeaders = [...readHeaders, 'Idempotency-Key'];

/** A success with one sample. */
export function success(
  description: string,
  schema: AnswerDescription['schema'],
  value: unknown,
  isReplayable = false,
): AnswerDescription {
  const sample: NamedExample = { summary: description, value };
  return {
    description,
    schema,
    headers: ['X-Request-Id', ...(isReplayable ? ['Idempotent-Replayed'] : [])],
    examples: { sample },
  };
}

const orderId = { order_id: { description: 'The order.', example: 'OD4410278835' } };

const created: AnswerDescription = {
  description:
    'The order and its first payment. Also for a card that the bank declines: read the status. Hosted orders answer a session.',
  schema: Type.Union([createdOrderSchema, createdSessionSchema]),
  headers: ['X-Request-Id', 'Idempotent-Replayed'],
  examples: {
    s2s: { summary: 'Show acs_template to the customer', value: examples.createdOrder },
    hosted: { summary: 'Send the customer to checkout_url', value: examples.createdSession },
  },
};

const filterNotes = {
  currency: 'INR.',
  merchant_id: 'Your own number, or that of the merchant you act for.',
  payment_id: 'PR….',
  order_id: 'OD….',
  reference_id: 'Your reference, exactly.',
  buyer_name: 'A part of the name, in any case.',
  mop_type: 'credit_card or debit_card.',
  status: 'pending, captured or failed.',
  from_created_at: 'A day, or ISO 8601 with a time; UTC unless it names a zone.',
  to_created_at: 'The same; a day means its last instant.',
};

const orders: readonly OperationDescription[] = [
  {
    id: 'createOrder',
    method: 'post',
    path: '/pg/orders/',
    tag: 'Orders',
    summary: 'Create an order and its first payment',
    description:
      'With `collection_mode: s2s` the card comes along, and the answer holds the page for 3-D Secure in Base64. Without, a page of ours takes the card. Choices may be spelt in any case, with spaces or dashes; months, years and amounts may be numbers; members that are not known are ignored. `reference_id` is taken while its order is pending or paid.',
    security: credentials,
    headers: writeHeaders,
    body: { name: 'CreateOrder', schema: orderBody, required: true, examples: examples.createOrder },
    answers: {
      200: created,
      202: {
        description:
          'No challenge was needed, and the bank has not answered: the outcome comes by webhook, and under the same Idempotency-Key.',
        schema: pendingOrderSchema,
        headers: ['X-Request-Id'],
        examples: { pending: { summary: 'Read the status until it is known', value: examples.pendingOrder } },
      },
      400: orderInvalidKeyed,
      409: keyInUse,
      429: tooManyCards,
      ...bodyAnswers,
    },
  },
  {
    id: 'listOrders',
    method: 'get',
    path: '/pg/orders/',
    tag: 'Orders',
    summary: 'List orders',
    description: 'Ours: the real API cannot. Filters as for payments, ten a page, newest first.',
    security: credentials,
    headers: readHeaders,
    query: paymentsQuery,
    queryNotes: filterNotes,
    answers: {
      200: success(
        'A page of orders.',
        ordersSchema,
        examples.envelope('Orders retrieved successfully', examples.page(examples.orderStatus)),
      ),
      400: orderInvalid,
      ...readAnswers,
    },
  },
  {
    id: 'readOrderStatus',
    method: 'get',
    path: '/pg/orders/{order_id}/status/',
    tag: 'Orders',
    summary: "Read an order's status",
    description: 'The truth about a payment; what a browser brings back is a hint.',
    security: credentials,
    headers: readHeaders,
    pathParameters: orderId,
    answers: {
      200: success(
        'The status as it is now.',
        orderStatusSchema,
        examples.envelope('Order status fetched successfully', examples.orderStatus),
      ),
      400: orderInvalid,
      404: orderUnknown,
      ...readAnswers,
    },
  },
  {
    id: 'readOrder',
    method: 'get',
    path: '/pg/orders/{order_id}/',
    tag: 'Orders',
    summary: 'Read an order',
    security: credentials,
    headers: readHeaders,
    pathParameters: orderId,
    answers: {
      200: success(
        'The order as it was sent, with its payment and papers; never card data.',
        orderSchema,
        examples.envelope('Order fetched successfully', examples.orderDetail),
      ),
      400: orderInvalid,
      404: orderUnknown,
      ...readAnswers,
    },
  },
  {
    id: 'updateOrder',
    method: 'patch',
    path: '/pg/orders/{order_id}/',
    tag: 'Orders',
    summary: 'Add to an order',
    description:
      'What may still be told: tax number and birthday of the buyer, number and date of the invoice.',
    security: credentials,
    headers: readHeaders,
    pathParameters: orderId,
    body: {
      name: 'UpdateOrder',
      schema: orderPatchBody,
      required: true,
      examples: { taxNumber: { summary: 'A tax number', value: { buyer: { pan_number: 'ABCDE1234F' } } } },
    },
    answers: {
      200: success('An envelope inside an envelope.', patchedOrderSchema, examples.updatedOrder),
      400: orderInvalid,
      404: orderUnknown,
      ...bodyAnswers,
    },
  },
];

const papers: readonly OperationDescription[] = [
  {
    id: 'uploadDocument',
    method: 'post',
    path: '/pg/orders/{order_id}/documents/',
    tag: 'Orders',
    summary: 'Upload an invoice or air waybill',
    description: 'PDF or JPEG, at most 2 MB.',
    security: credentials,
    headers: writeHeaders,
    pathParameters: orderId,
    body: {
      name: 'UploadDocument',
      schema: Type.Object({
        identifier: Type.String({ maxLength: 255, description: 'The number on the paper.' }),
        document_type: Type.Unsafe({ type: 'string', enum: ['invoice', 'awb'] }),
        file: Type.Unsafe({ type: 'string', contentMediaType: 'application/octet-stream' }),
      }),
      required: true,
      mediaType: 'multipart/form-data',
      examples: {},
    },
    answers: {
      200: success(
        'The order with its papers.',
        uploadedSchema,
        examples.envelope('Documents uploaded successfully', {
          ...examples.orderDetail,
          air_waybills: [
            { number: 'AWB-9', file: 'http://127.0.0.1:8000/pg/orders/OD4410278835/documents/0d2f/' },
          ],
        }),
        true,
      ),
      400: orderInvalidKeyed,
      404: orderUnknown,
      409: keyInUse,
      ...bodyAnswers,
    },
  },
  {
    id: 'downloadDocument',
    method: 'get',
    path: '/pg/orders/{order_id}/documents/{document_id}/',
    tag: 'Orders',
    summary: 'Download a paper of an order',
    security: credentials,
    headers: readHeaders,
    pathParameters: {
      ...orderId,
      document_id: {
        description: "The last part of the file's address.",
        example: '0d2f7c6b5a4e493887a1c0b9e8d7f6a5',
      },
    },
    answers: {
      200: {
        description: 'The file.',
        schema: Type.Unsafe({}),
        mediaType: ['application/pdf', 'image/jpeg'],
        headers: ['X-Request-Id'],
      },
      400: orderInvalid,
      404: orderUnknown,
      ...readAnswers,
    },
  },
];

const payments: readonly OperationDescription[] = [
  {
    id: 'listPayments',
    method: 'get',
    path: '/pg/payments/',
    tag: 'Payments',
    summary: 'List payments',
    description: 'Ten a page, newest first.',
    security: credentials,
    headers: readHeaders,
    query: paymentsQuery,
    queryNotes: filterNotes,
    answers: {
      200: success(
        'A page of payments.',
        paymentsSchema,
        examples.envelope(
          'Domestic payment requests retrieved successfully',
          examples.page(examples.paymentRow),
        ),
      ),
      400: paymentInvalid,
      ...readAnswers,
    },
  },
  {
    id: 'readPayment',
    method: 'get',
    path: '/pg/payments/{payment_id}/',
    tag: 'Payments',
    summary: 'Read a payment',
    security: credentials,
    headers: readHeaders,
    pathParameters: { payment_id: { description: 'The payment.', example: 'PR7719034562' } },
    answers: {
      200: success(
        'The payment with its order, its card as far as it may be shown, and its refunds.',
        paymentSchema,
        examples.envelope('Domestic payment request details retrieved successfully', examples.payment),
      ),
      400: paymentInvalid,
      404: paymentUnknown,
      ...readAnswers,
    },
  },
];

/** Contract 5 and 8. */
export const orderOperations: readonly OperationDescription[] = [...orders, ...papers, ...payments];
