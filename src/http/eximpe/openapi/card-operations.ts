import { Type } from 'typebox';
import type { OperationDescription } from '../../openapi/description.ts';
import { binBody } from '../routes/bin-lookup.ts';
import { refundsQuery } from '../schemas/queries.ts';
import { refundBody, simulateStatusBody } from '../schemas/refund-bodies.ts';
import { deleteCardBody, listCardsQuery, saveCardBody } from '../schemas/token-bodies.ts';
import {
  binInvalid,
  bodyAnswers,
  cardUnknown,
  errorsOf,
  keyInUse,
  readAnswers,
  refundInvalid,
  refundInvalidKeyed,
  refundUnknown,
  tokenInvalid,
  tooManyCards,
} from './errors.ts';
import * as examples from './examples.ts';
import { credentials, readHeaders, success, writeHeaders } from './order-operations.ts';
import {
  binSchema,
  cardsSchema,
  createdRefundSchema,
  deletedCardSchema,
  refundSchema,
  refundsSchema,
  savedCardSchema,
  simulatedRefundSchema,
} from './schemas.ts';

const token = { card_token: '7b1d0c4fe2a96853b0d1f4', identifier: 'CUST-88' };

function deletion(method: 'post' | 'delete', id: string): OperationDescription {
  return {
    id,
    method,
    path: '/pg/tokens/delete/',
    tag: 'Saved cards',
    summary: method === 'post' ? 'Forget a saved card' : 'Forget a saved card, by DELETE',
    description: 'For good. Some pages of the real documentation show POST, others DELETE; both do the same.',
    security: credentials,
    headers: writeHeaders,
    body: {
      name: 'DeleteCard',
      schema: deleteCardBody,
      required: true,
      examples: { token: { summary: 'By token and identifier', value: token } },
    },
    answers: {
      200: success(
        'It is gone.',
        deletedCardSchema,
        examples.envelope('Card details deleted successfully', {}),
        true,
      ),
      400: tokenInvalid,
      404: cardUnknown,
      409: keyInUse,
      ...bodyAnswers,
    },
  };
}

const cards: readonly OperationDescription[] = [
  {
    id: 'saveCard',
    method: 'post',
    path: '/pg/tokens/',
    tag: 'Saved cards',
    summary: 'Save a card',
    description:
      'The number comes as `card_number` or `number`. A CVV is checked and forgotten. RuPay and Amex want `authorization_reference_number`.',
    security: credentials,
    headers: writeHeaders,
    body: {
      name: 'SaveCard',
      schema: saveCardBody,
      required: true,
      examples: { card: { summary: 'A card', value: examples.saveCard } },
    },
    answers: {
      200: success(
        'The token.',
        savedCardSchema,
        examples.envelope('Card details saved successfully', {
          card_label: 'Salary card',
          card_token: '7b1d0c4fe2a96853b0d1f4',
        }),
        true,
      ),
      400: tokenInvalid,
      409: {
        name: 'CardExistsOrKeyInUse',
        ...errorsOf(
          ['ERR_TOKEN_409', 'ERR_IDEMPOTENCY_002'],
          'The card is saved already, or the Idempotency-Key is in use:',
          ['Retry-After'],
        ),
      },
      429: tooManyCards,
      ...bodyAnswers,
    },
  },
  {
    id: 'listCards',
    method: 'get',
    path: '/pg/tokens/',
    tag: 'Saved cards',
    summary: "List a customer's cards",
    description: 'No cards are an empty list.',
    security: credentials,
    headers: readHeaders,
    query: listCardsQuery,
    queryNotes: { identifier: 'Your key of the customer.' },
    answers: {
      200: success(
        'The cards, all digits hidden but the last four.',
        cardsSchema,
        examples.envelope('Card details fetched successfully', [examples.savedCard]),
      ),
      400: tokenInvalid,
      ...readAnswers,
    },
  },
  deletion('post', 'deleteCard'),
  deletion('delete', 'deleteCardByDelete'),
];

const refundId = { refund_id: { description: 'The refund.', example: 'RF3305718842' } };

const refunds: readonly OperationDescription[] = [
  {
    id: 'createRefund',
    method: 'post',
    path: '/pg/refunds/',
    tag: 'Refunds',
    summary: 'Refund a payment',
    description:
      'In parts until nothing is left; without `refund_amount`, all that is left. Answers as soon as the refund is kept; what the bank says comes by webhook.',
    security: credentials,
    headers: writeHeaders,
    body: {
      name: 'CreateRefund',
      schema: refundBody,
      required: true,
      examples: {
        part: {
          summary: 'A part',
          value: { payment_id: 'PR7719034562', refund_amount: '249.50', reference_id: 'RETURN-7' },
        },
      },
    },
    answers: {
      200: success(
        'It is queued.',
        createdRefundSchema,
        examples.envelope('Refund request processed successfully', examples.createdRefund),
        true,
      ),
      400: refundInvalidKeyed,
      409: keyInUse,
      ...bodyAnswers,
    },
  },
  {
    id: 'listRefunds',
    method: 'get',
    path: '/pg/refunds/',
    tag: 'Refunds',
    summary: 'List refunds',
    description: 'The paginator alone, without an envelope; 250 a page, newest first.',
    security: credentials,
    headers: readHeaders,
    query: refundsQuery,
    queryNotes: {
      payment_id: 'PR….',
      reference_id: 'Your reference of the refund, exactly.',
      merchant_id: 'Your own number, or that of the merchant you act for.',
      from_date: 'A day, or ISO 8601 with a time.',
      to_date: 'The same; a day means its last instant.',
    },
    answers: {
      200: success('A page of refunds.', refundsSchema, examples.page(examples.refundRow)),
      400: refundInvalid,
      ...readAnswers,
    },
  },
  {
    id: 'readRefund',
    method: 'get',
    path: '/pg/refunds/{refund_id}/',
    tag: 'Refunds',
    summary: 'Read a refund',
    security: credentials,
    headers: readHeaders,
    pathParameters: refundId,
    answers: {
      200: success(
        'The refund as it is now.',
        refundSchema,
        examples.envelope('Refund details retrieved successfully', examples.refund),
      ),
      400: refundInvalid,
      404: refundUnknown,
      ...readAnswers,
    },
  },
  {
    id: 'simulateRefundStatus',
    method: 'post',
    path: '/pg/refunds/{refund_id}/simulate-status/',
    tag: 'Refunds',
    summary: 'Move a refund, in the sandbox',
    description: 'To any of the seven states, in upper case; webhooks go out as if the bank had said so.',
    security: credentials,
    headers: writeHeaders,
    pathParameters: refundId,
    body: {
      name: 'SimulateRefundStatus',
      schema: simulateStatusBody,
      required: true,
      examples: { hold: { summary: 'On hold', value: { status: 'ON_HOLD' } } },
    },
    answers: {
      200: success(
        'The refund as it is now.',
        simulatedRefundSchema,
        examples.envelope('Refund status updated successfully', examples.simulatedRefund),
        true,
      ),
      400: refundInvalidKeyed,
      404: {
        description: 'Unknown; a bare `detail`, here alone.',
        schema: Type.Object({ detail: Type.String() }, { $id: 'BareDetail' }),
        headers: ['X-Request-Id'],
      },
      409: keyInUse,
      ...bodyAnswers,
    },
  },
];

const bins: readonly OperationDescription[] = [
  {
    id: 'lookUpBin',
    method: 'post',
    path: '/pg/bin/',
    tag: 'BIN lookup',
    summary: 'Look up the first digits of a card',
    security: credentials,
    headers: writeHeaders,
    body: {
      name: 'LookUpBin',
      schema: binBody,
      required: true,
      examples: { bin: { summary: 'Eight digits', value: { bin: '48953801' } } },
    },
    answers: {
      200: success(
        'What is known of the card.',
        binSchema,
        examples.envelope('BIN lookup successful', {
          bank: 'sandbox bank',
          network: 'visa',
          card_type: 'debit_card',
          is_domestic: true,
        }),
        true,
      ),
      400: binInvalid,
      409: keyInUse,
      ...bodyAnswers,
    },
  },
];

/** Contract 10, 11 and 12. */
export const cardOperations: readonly OperationDescription[] = [...cards, ...refunds, ...bins];
