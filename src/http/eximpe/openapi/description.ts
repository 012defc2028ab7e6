import { Type } from 'typebox';
import type { DialectDescription, HeaderDescription } from '../../openapi/description.ts';
import { textLike } from '../../openapi/field-schemas.ts';
import { cardOperations } from './card-operations.ts';
import { elsewhere } from './errors.ts';
import * as examples from './examples.ts';
import { orderOperations } from './order-operations.ts';
import {
  disputeUpdatedSchema,
  paymentFailedSchema,
  paymentRefundedSchema,
  paymentSuccessfulSchema,
  refundFailedSchema,
  refundStatusUpdateSchema,
} from './webhook-schemas.ts';

const text = Type.String();

const headers: Readonly<Record<string, HeaderDescription>> = {
  'X-Merchant-ID': {
    description: 'The merchant that the call is for: your own number, or with a PSP account a sub-merchant.',
    schema: text,
    example: '2000000001',
  },
  'X-API-Version': {
    description: "`1.x` or `2.x`; the account's own without it.",
    schema: text,
    example: '1.0.0',
  },
  'Idempotency-Key': {
    description:
      'A word of your own for this operation, 1 to 255 printable ASCII characters. The same request again gets the same answer and does nothing; kept for 30 days. Ours.',
    schema: Type.String({ minLength: 1, maxLength: 255 }),
    example: 'SHOP-1042-1',
  },
  'X-Request-Id': {
    description: 'Names this request; quote it when you ask about it.',
    schema: textLike('^req_[0-9A-Za-z]+$'),
    required: true,
  },
  'Idempotent-Replayed': {
    description: '`true` when the answer is that of an earlier request under the same Idempotency-Key.',
    schema: Type.Literal('true'),
  },
  'Retry-After': { description: 'Seconds to wait before the next try.', schema: text },
  Allow: { description: 'The methods that this address answers.', schema: text, required: true },
  'X-Webhook-Event': { description: 'The type of the event.', schema: text },
  'X-Webhook-Timestamp': { description: 'Unix seconds of this try.', schema: textLike('^[0-9]+$') },
  'X-Webhook-Signature': {
    description: 'Lower-case hex HMAC-SHA256 of the raw body under the Encryption Key.',
    schema: textLike('^[0-9a-f]{64}$'),
  },
  'X-Webhook-Signature-V2': {
    description: 'Ours: the same over `timestamp.body`, so that an old message cannot be played again.',
    schema: textLike('^[0-9a-f]{64}$'),
  },
};

const sent = ['X-Webhook-Event', 'X-Webhook-Timestamp', 'X-Webhook-Signature', 'X-Webhook-Signature-V2'];

/** The dialect as it is published (contract 2 to 14). */
export const eximpeDescription: DialectDescription = {
  name: 'eximpe',
  title: 'Sallyport: the EximPe dialect',
  version: '1.0.0',
  description: [
    'Card orders server to server with 3-D Secure, hosted orders, saved cards, refunds, BIN lookup, and the webhooks that tell of them.',
    'Every sample speaks to a sandbox started with `npm start`, with its demonstration credentials: client id `1000000001`, client secret `demo_secret`, merchant `2000000001`, encryption key `demo_encryption_key`. Put the ids of your own answers in the place of ours. The issuer of the sandbox takes the code `123456`. The test cards are listed at `/sandbox/cards`.',
    '**Success** is `{"success": true, "message", "data"}`; only the list of refunds comes without it. **Errors** are `{"success": false, "error": {"code", "message", "details"}}`.',
    'Addresses end with a slash; without it they answer the same. Amounts are rupees: strings, except where a number is said. Times are ISO 8601 in UTC with microseconds. What another merchant owns is answered exactly as what does not exist.',
    'Subscriptions, payment links, settlements and the other families of the real API that are not about cards answer `501`.',
  ].join('\n\n'),
  tags: [
    { name: 'Orders', description: 'Create, read, add to; papers of an order.' },
    { name: 'Payments', description: 'The attempts behind orders.' },
    { name: 'Saved cards', description: 'Cards under your own key of the customer, `identifier`.' },
    { name: 'Refunds', description: 'Give back, read, and in the sandbox move.' },
    { name: 'BIN lookup', description: 'Bank, network and kind of a card.' },
    {
      name: 'Webhooks',
      description:
        'What we send to endpoints of the format `eximpe`, added at `/v1/webhook_endpoints`. The body has its keys sorted at every level and no white space, in ASCII: verify the raw body. Answer with any 2xx within ten seconds; else we try again after 1, 5, 15 and 60 minutes.',
    },
  ],
  securitySchemes: {
    clientId: {
      type: 'apiKey',
      in: 'header',
      name: 'X-Client-ID',
      description: 'Ten digits.',
      'x-sample': 'X-Client-ID: 1000000001',
    },
    clientSecret: {
      type: 'apiKey',
      in: 'header',
      name: 'X-Client-Secret',
      description: 'For your server only.',
      'x-sample': 'X-Client-Secret: demo_secret',
    },
  },
  headers,
  operations: [...orderOperations, ...cardOperations],
  elsewhere,
  webhooks: [
    {
      name: 'PAYMENT_SUCCESSFUL',
      summary: 'The payment was captured',
      description: '`card_token` and `masked_pan` are there when the payment saved its card.',
      headers: sent,
      schema: paymentSuccessfulSchema,
      example: examples.paymentSuccessful,
    },
    {
      name: 'PAYMENT_FAILED',
      summary: 'The payment failed',
      description: '`message` says why in words, `payment_message` as a code.',
      headers: sent,
      schema: paymentFailedSchema,
      example: examples.paymentFailed,
    },
    {
      name: 'PAYMENT_REFUNDED',
      summary: 'A refund went through',
      headers: sent,
      schema: paymentRefundedSchema,
      example: examples.paymentRefunded,
    },
    {
      name: 'REFUND_FAILED',
      summary: 'A refund failed',
      headers: sent,
      schema: refundFailedSchema,
      example: examples.refundFailed,
    },
    {
      name: 'REFUND_STATUS_UPDATE',
      summary: 'A refund is elsewhere on its way',
      headers: sent,
      schema: refundStatusUpdateSchema,
      example: examples.refundStatusUpdate,
    },
    {
      name: 'DISPUTE_UPDATED',
      summary: 'The cardholder disputes the payment',
      description: 'Without the envelope of the others.',
      headers: sent,
      schema: disputeUpdatedSchema,
      example: examples.disputeUpdated,
    },
  ],
};
