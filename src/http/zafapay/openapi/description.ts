import { Type } from 'typebox';
import type {
  DialectDescription,
  HeaderDescription,
  OperationDescription,
} from '../../openapi/description.ts';
import { accountOperations } from './account-operations.ts';
import { elsewhere } from './errors.ts';
import { standardWebhookSchema, webhookSchema } from './event-schemas.ts';
import * as examples from './examples.ts';
import { id } from './fields.ts';
import { paymentOperations } from './payment-operations.ts';
import { riskOperations } from './risk-operations.ts';

const text = Type.String();

const headers: Readonly<Record<string, HeaderDescription>> = {
  'Idempotency-Key': {
    description:
      'A word of your own for this operation, 1 to 255 printable ASCII characters. The same request again gets the same answer and does nothing; kept for 30 days.',
    schema: Type.String({ minLength: 1, maxLength: 255 }),
    example: 'order_12345-1',
  },
  'X-Request-Id': {
    description: 'Names this request; quote it when you ask about it.',
    schema: id('req_'),
    required: true,
  },
  'Idempotent-Replayed': {
    description: '`true` when the answer is that of an earlier request under the same Idempotency-Key.',
    schema: Type.Literal('true'),
  },
  'Retry-After': { description: 'Seconds to wait before the next try.', schema: text },
  'WWW-Authenticate': { description: '`Bearer`.', schema: text, required: true },
  Allow: { description: 'The methods that this address answers.', schema: text, required: true },
  'Access-Control-Allow-Origin': { description: '`*`.', schema: text, required: true },
  'Access-Control-Allow-Methods': { description: '`POST, OPTIONS`.', schema: text, required: true },
  'Access-Control-Allow-Headers': {
    description: '`authorization, content-type`.',
    schema: text,
    required: true,
  },
  'Access-Control-Max-Age': { description: 'A day, in seconds.', schema: text, required: true },
  'X-Zafapay-Signature-Sandbox': {
    description:
      'In the sandbox: lower-case hex HMAC-SHA256 of the raw body, keyed with the whole `whsec_…` text. Live, the same stands in `X-Zafapay-Signature`.',
    schema: Type.String({ pattern: '^[0-9a-f]{64}$' }),
  },
  'X-Zafapay-Event': { description: 'The name of the event.', schema: text },
  'X-Zafapay-Delivery': {
    description: 'The same on every retry of one event to one endpoint.',
    schema: id('dlv_'),
  },
  'webhook-id': { description: "The event's id, the same on every retry.", schema: id('evt_') },
  'webhook-timestamp': { description: 'Unix seconds of this try.', schema: text },
  'webhook-signature': {
    description:
      '`v1,` and base64 of HMAC-SHA256 over `id.timestamp.body`, keyed with the decoded secret; one for each live secret.',
    schema: text,
  },
};

const ours = ['X-Zafapay-Event', 'X-Zafapay-Delivery', 'X-Zafapay-Signature-Sandbox'];

const sdk: OperationDescription = {
  id: 'loadSdk',
  method: 'get',
  path: '/v1/zafapay.js',
  tag: 'Tokens',
  summary: 'The SDK for browsers',
  description:
    'For a script tag; defines `Zafapay(publishableKey)` with `createToken(card)`. Needs nothing else.',
  security: [],
  answers: {
    200: { description: 'The script.', schema: text, mediaType: 'text/javascript' },
    304: { description: 'The one that you have is the newest.', schema: null },
  },
};

/** The dialect as it is published (contract 14, and what design adds to it). */
export const zafapayDescription: DialectDescription = {
  name: 'zafapay',
  title: 'Sallyport: the Zafapay dialect',
  version: '1.0.0',
  description: [
    'Card payments server to server, hosted checkout, saved cards, and the webhooks that tell of them.',
    'Every sample speaks to a sandbox started with `npm start`, with its demonstration credentials: publishable key `pk_test_demo`, access token `sk_test_demo`. Put the ids of your own answers in the place of ours. The sandbox lists its test cards at `/sandbox/cards`.',
    '**Amounts** are in major units with at most the decimals of the currency: numbers when you pay and capture, strings when you read, refund, and in webhooks. **Times** are ISO 8601 in UTC with milliseconds. Fields that are not known are ignored.',
    'Success has two words: `completed` on the API, `succeeded` in webhooks and on the way back from 3-D Secure.',
    'What another merchant owns is answered exactly as what does not exist.',
  ].join('\n\n'),
  tags: [
    { name: 'Tokens', description: 'From the browser: a card goes in, a token for one payment comes out.' },
    { name: 'Payments', description: 'Pay, read, capture, void, refund.' },
    { name: 'Saved cards', description: "A customer's cards, saved with a payment." },
    { name: 'Events', description: 'What happened, in order, and who was told.' },
    { name: 'Webhook endpoints', description: 'Where we tell you, and in which format.' },
    { name: 'Fraud rules', description: 'Which payments pass, and what was decided about each.' },
    {
      name: 'Webhooks',
      description:
        'What we send to your endpoints. Answer with any 2xx within ten seconds; anything else is tried again, up to eight times over two days (`standard`: ten times over three). The same event may arrive twice.',
    },
  ],
  securitySchemes: {
    accessToken: {
      type: 'http',
      scheme: 'bearer',
      description: 'The secret access token, `sk_…`; for your server only.',
      'x-sample': 'Authorization: Bearer sk_test_demo',
    },
    publishableKey: {
      type: 'http',
      scheme: 'bearer',
      description: 'The publishable key, `pk_…`; for browsers, and good for tokens only.',
      'x-sample': 'Authorization: Bearer pk_test_demo',
    },
  },
  headers,
  operations: [...paymentOperations, ...accountOperations, ...riskOperations, sdk],
  elsewhere,
  webhooks: [
    {
      name: 'payment.succeeded',
      summary: 'The payment was captured',
      headers: ours,
      schema: webhookSchema,
      example: examples.webhook('payment.succeeded'),
    },
    {
      name: 'payment.failed',
      summary: 'The payment failed',
      description: '`error` says why, and what may help.',
      headers: ours,
      schema: webhookSchema,
      example: examples.webhook('payment.failed', {
        error: {
          code: 'insufficient_funds',
          category: 'soft_decline',
          message: 'The card has insufficient funds.',
          recommended_action: 'use_different_card',
        },
      }),
    },
    {
      name: 'payment.canceled',
      summary: 'The payment was voided, or given up by the customer',
      headers: ours,
      schema: webhookSchema,
      example: examples.webhook('payment.canceled'),
    },
    {
      name: 'payment.refunded',
      summary: 'A refund went through',
      description: '`amount_refunded` is the sum so far; `status` is `refunded` for partial refunds too.',
      headers: ours,
      schema: webhookSchema,
      example: examples.webhook('payment.refunded', { amount_refunded: '5.50' }),
    },
    {
      name: 'payment.chargeback',
      summary: 'The cardholder disputes the payment',
      headers: ours,
      schema: webhookSchema,
      example: examples.webhook('payment.chargeback'),
    },
    {
      name: 'payment.authorized',
      summary: 'The payment was authorized and waits for capture',
      description: 'Only for endpoints that ask for it by name.',
      headers: ours,
      schema: webhookSchema,
      example: examples.webhook('payment.authorized'),
    },
    {
      name: 'standard',
      summary: 'Any event, to endpoints of the format `standard`',
      description: 'Standard Webhooks 1.0.0, in neutral words; the event is named in `type`.',
      headers: ['webhook-id', 'webhook-timestamp', 'webhook-signature'],
      schema: standardWebhookSchema,
      example: examples.standardWebhook,
    },
  ],
};
