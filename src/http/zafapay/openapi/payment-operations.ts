import { Type } from 'typebox';
import type { AnswerDescription, OperationDescription } from '../../openapi/description.ts';
import { createPaymentBody } from '../schemas/create-payment.ts';
import { createTokenBody } from '../schemas/create-token.ts';
import { captureBody, refundBody } from '../schemas/follow-ups.ts';
import { listPaymentsQuery } from '../schemas/lists.ts';
import { bodyAnswers, errorsOf, errorWith, keyInUse, notFound, readAnswers } from './errors.ts';
import * as examples from './examples.ts';
import {
  createdPaymentSchema,
  failedPaymentSchema,
  followUpSchema,
  pageOf,
  paymentSchema,
  refundSchema,
  tokenSchema,
} from './schemas.ts';

const answered = ['X-Request-Id'];
/** Headers of an answer that may be a replay. */
export const replayable = ['X-Request-Id', 'Idempotent-Replayed'];

export const accessToken = [['accessToken']] as const;

const paymentId = {
  id: {
    description: 'The transaction (`tx_…`) or the request (`req_…`).',
    example: 'tx_9vYb3KqLx0TnWf6Ra1ZcHd',
  },
};

/** A single sample, under the name that OpenAPI wants for it. */
export function sample(summary: string, value: unknown) {
  return { sample: { summary, value } };
}

const createErrors = [
  'validation_error',
  'invalid_amount',
  'amount_below_minimum',
  'amount_above_maximum',
  'unsupported_currency',
  'not_supported',
  'invalid_status',
  'invalid_state',
  'payment_token_expired',
  'payment_token_already_used',
  'tokenization_failed',
  'card_limit_exceeded',
  'email_limit_exceeded',
  'recurring_not_supported',
  'flow_not_active',
  'idempotency_key_mismatch',
] as const;

const createRefused: AnswerDescription = {
  description: `Declined: the payment with \`status: failed\` and the error. Or refused, with nothing made: ${createErrors.map((code) => `\`${code}\``).join(', ')}`,
  schema: Type.Union([failedPaymentSchema, errorWith(createErrors)]),
  headers: replayable,
  examples: examples.failedPayment,
};

const tokens: readonly OperationDescription[] = [
  {
    id: 'createToken',
    method: 'post',
    path: '/v1/tokens',
    tag: 'Tokens',
    summary: 'Turn a card into a token',
    description:
      'From a browser, with the publishable key; the SDK does it for you. The token pays once, within thirty minutes. Any page may call it (CORS), and the answer never holds number, code or name. `Idempotency-Key` has no effect here.',
    security: [['publishableKey']],
    body: {
      name: 'CreateToken',
      schema: createTokenBody,
      required: true,
      examples: { card: examples.createToken },
    },
    answers: {
      201: {
        description: 'The token.',
        schema: tokenSchema,
        headers: ['X-Request-Id', 'Access-Control-Allow-Origin'],
        examples: sample('A token', examples.token),
      },
      400: errorsOf(['validation_error', 'tokenization_failed']),
      ...bodyAnswers,
    },
  },
  {
    id: 'allowBrowsersToTokenize',
    method: 'options',
    path: '/v1/tokens',
    tag: 'Tokens',
    summary: 'Ask whether a page may call it',
    description: 'What browsers send before the POST. Every page may.',
    security: [],
    answers: {
      204: {
        description: 'It may.',
        schema: null,
        headers: [
          'X-Request-Id',
          'Access-Control-Allow-Origin',
          'Access-Control-Allow-Methods',
          'Access-Control-Allow-Headers',
          'Access-Control-Max-Age',
        ],
      },
    },
  },
];

const creation: OperationDescription = {
  id: 'createPayment',
  method: 'post',
  path: '/v1/payments',
  tag: 'Payments',
  summary: 'Make a payment',
  description:
    'One address, three ways, chosen by the fields. With `token`: server to server, final at once unless the issuer wants 3-D Secure. With `payment_method_id` and `customer_id`: a saved card, without the customer, final at once. With neither: hosted checkout.\n\n`201` is paid, authorized, or a checkout that waits; `202` needs the customer (`requires_action`) or has no known outcome yet (`pending`); `400` failed. Fields that are not known are ignored.',
  security: accessToken,
  headers: ['Idempotency-Key'],
  body: {
    name: 'CreatePayment',
    schema: createPaymentBody,
    required: true,
    examples: examples.createPayment,
  },
  answers: {
    201: {
      description: '`completed`, `authorized`, or a hosted checkout that is `pending`.',
      schema: createdPaymentSchema,
      headers: replayable,
      examples: examples.createdPayments,
    },
    202: {
      description:
        '`requires_action`: send the customer to `redirect_url`. `pending`: the bank has not answered; the outcome comes by webhook, and under the same Idempotency-Key.',
      schema: createdPaymentSchema,
      headers: replayable,
      examples: examples.requiresAction,
    },
    400: createRefused,
    404: errorsOf(
      ['not_found', 'flow_not_found', 'no_default_flow', 'connector_config_not_found'],
      [],
      'No such token, saved card or flow:',
    ),
    409: keyInUse,
    ...bodyAnswers,
  },
};

const reads: readonly OperationDescription[] = [
  {
    id: 'listPayments',
    method: 'get',
    path: '/v1/payments',
    tag: 'Payments',
    summary: 'List payments',
    description: 'Yours, of both dialects, newest first.',
    security: accessToken,
    query: listPaymentsQuery,
    queryNotes: {
      external_id: 'Your own id of the order, exactly.',
      status: 'As the payment reads now.',
      customer_id: 'Your own id of the customer, exactly.',
    },
    answers: {
      200: {
        description: 'A page of payments.',
        schema: pageOf('Payments', paymentSchema),
        headers: answered,
        examples: sample('The only page', { data: [examples.payment], next_cursor: null }),
      },
      400: errorsOf(['validation_error']),
      ...readAnswers,
    },
  },
  {
    id: 'readPayment',
    method: 'get',
    path: '/v1/payments/{id}',
    tag: 'Payments',
    summary: 'Read a payment',
    description: 'Absent values are null; amounts are strings.',
    security: accessToken,
    pathParameters: paymentId,
    answers: {
      200: {
        description: 'The payment as it is now.',
        schema: paymentSchema,
        headers: answered,
        examples: sample('Partly refunded', examples.payment),
      },
      404: notFound,
      ...readAnswers,
    },
  },
];

const followUps: readonly OperationDescription[] = [
  {
    id: 'capturePayment',
    method: 'post',
    path: '/v1/payments/{id}/capture',
    tag: 'Payments',
    summary: 'Capture an authorized payment',
    description:
      'Once: the whole, or less with `amount`; the rest is released and `amount` becomes what was captured. The body may be left out.',
    security: accessToken,
    pathParameters: paymentId,
    headers: ['Idempotency-Key'],
    body: {
      name: 'Capture',
      schema: captureBody,
      required: false,
      examples: { part: { summary: 'A part', value: { amount: 7.5 } } },
    },
    answers: {
      200: {
        description: 'Captured.',
        schema: followUpSchema,
        headers: replayable,
        examples: sample('Captured', {
          id: 'tx_9vYb3KqLx0TnWf6Ra1ZcHd',
          status: 'completed',
          amount: 7.5,
        }),
      },
      202: {
        description: '`pending`: the bank has not answered yet.',
        schema: followUpSchema,
        headers: replayable,
      },
      400: errorsOf(
        [
          'validation_error',
          'invalid_amount',
          'invalid_status',
          'invalid_state',
          'capture_failed',
          'idempotency_key_mismatch',
        ],
        ['Idempotent-Replayed'],
      ),
      404: notFound,
      409: keyInUse,
      ...bodyAnswers,
    },
  },
  {
    id: 'voidPayment',
    method: 'post',
    path: '/v1/payments/{id}/void',
    tag: 'Payments',
    summary: 'Release an authorized payment',
    description: 'Also ends one that still waits for the customer. No body.',
    security: accessToken,
    pathParameters: paymentId,
    headers: ['Idempotency-Key'],
    answers: {
      200: {
        description: 'Canceled.',
        schema: followUpSchema,
        headers: replayable,
        examples: sample('Canceled', { id: 'tx_9vYb3KqLx0TnWf6Ra1ZcHd', status: 'canceled', amount: 10 }),
      },
      202: {
        description: '`pending`: the bank has not answered yet.',
        schema: followUpSchema,
        headers: replayable,
      },
      400: errorsOf(
        ['validation_error', 'invalid_status', 'invalid_state', 'payment_failed', 'idempotency_key_mismatch'],
        ['Idempotent-Replayed'],
      ),
      404: notFound,
      409: keyInUse,
      ...bodyAnswers,
    },
  },
  {
    id: 'refundPayment',
    method: 'post',
    path: '/v1/payments/{id}/refund',
    tag: 'Payments',
    summary: 'Refund a payment',
    description: 'In parts until nothing is left; without `amount`, all that is left. Answers are strings.',
    security: accessToken,
    pathParameters: paymentId,
    headers: ['Idempotency-Key'],
    body: {
      name: 'CreateRefund',
      schema: refundBody,
      required: false,
      examples: { part: { summary: 'A part', value: { amount: 5.5, reason: 'Damaged item' } } },
    },
    answers: {
      200: {
        description: 'Refunded.',
        schema: refundSchema,
        headers: replayable,
        examples: sample('A part', examples.refund),
      },
      202: {
        description: '`pending`: the bank has not answered yet.',
        schema: refundSchema,
        headers: replayable,
      },
      400: errorsOf(
        [
          'validation_error',
          'invalid_amount',
          'invalid_status',
          'invalid_state',
          'unsupported_currency',
          'refund_failed',
          'idempotency_key_mismatch',
        ],
        ['Idempotent-Replayed'],
      ),
      404: notFound,
      409: keyInUse,
      ...bodyAnswers,
    },
  },
];

/** Contract 5 and 6. */
export const paymentOperations: readonly OperationDescription[] = [
  ...tokens,
  creation,
  ...reads,
  ...followUps,
];
