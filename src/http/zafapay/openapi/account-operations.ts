import type { AnswerDescription, OperationDescription } from '../../openapi/description.ts';
import { blockBody } from '../schemas/follow-ups.ts';
import { listEventsQuery } from '../schemas/lists.ts';
import { createEndpointBody, updateEndpointBody } from '../schemas/webhook-endpoints.ts';
import { bodyAnswers, errorsOf, keyInUse, notFound, readAnswers } from './errors.ts';
import {
  deletedSchema,
  endpointSchema,
  endpointsSchema,
  endpointWithSecretSchema,
  eventDetailSchema,
  eventsSchema,
  resentSchema,
} from './event-schemas.ts';
import * as examples from './examples.ts';
import { accessToken, replayable, sample } from './payment-operations.ts';
import { paymentMethodStatusSchema, paymentMethodsSchema } from './schemas.ts';

const answered = ['X-Request-Id'];

const methodId = {
  id: { description: 'The saved card.', example: 'pmi_7Wc2mQhXz5NbRk0TyLe3Va' },
};

const once = errorsOf(['validation_error', 'idempotency_key_mismatch']);

/** A change of one saved card; `detach` has a second name. */
function changeOfMethod(
  operation: Pick<OperationDescription, 'id' | 'method' | 'path' | 'summary' | 'description' | 'body'>,
  status: string,
  more: object = {},
): OperationDescription {
  return {
    tag: 'Saved cards',
    security: accessToken,
    pathParameters: methodId,
    headers: ['Idempotency-Key'],
    ...operation,
    answers: {
      200: {
        description: 'The card as it is now.',
        schema: paymentMethodStatusSchema,
        headers: replayable,
        examples: sample(status, {
          id: 'pmi_7Wc2mQhXz5NbRk0TyLe3Va',
          status,
          ...more,
          updated_at: '2026-05-03T10:35:00.000Z',
        }),
      },
      400: once,
      404: notFound,
      409: keyInUse,
      ...bodyAnswers,
    },
  };
}

const savedCards: readonly OperationDescription[] = [
  {
    id: 'listPaymentMethods',
    method: 'get',
    path: '/v1/customers/{customer_id}/payment-methods',
    tag: 'Saved cards',
    summary: "List a customer's cards",
    description: 'Newest first; a customer that nobody heard of has an empty list.',
    security: accessToken,
    pathParameters: {
      customer_id: { description: 'Your own id of the customer.', example: 'cust_abc123' },
    },
    answers: {
      200: {
        description: 'The cards, without detached ones.',
        schema: paymentMethodsSchema,
        headers: answered,
        examples: sample('One card', examples.paymentMethods),
      },
      ...readAnswers,
    },
  },
  changeOfMethod(
    {
      id: 'blockPaymentMethod',
      method: 'post',
      path: '/v1/customers/payment-methods/{id}/block',
      summary: 'Block a saved card',
      description: 'Until it is unblocked nobody can be charged with it.',
      body: {
        name: 'BlockPaymentMethod',
        schema: blockBody,
        required: true,
        examples: { reason: { summary: 'Why', value: { reason: 'Suspected fraud' } } },
      },
    },
    'blocked',
    { blocked_reason: 'Suspected fraud' },
  ),
  changeOfMethod(
    {
      id: 'unblockPaymentMethod',
      method: 'post',
      path: '/v1/customers/payment-methods/{id}/unblock',
      summary: 'Unblock a saved card',
    },
    'active',
  ),
  changeOfMethod(
    {
      id: 'detachPaymentMethod',
      method: 'post',
      path: '/v1/customers/payment-methods/{id}/detach',
      summary: 'Forget a saved card',
      description: 'For good: its number is erased, its payments stay.',
    },
    'detached',
  ),
  changeOfMethod(
    {
      id: 'deletePaymentMethod',
      method: 'delete',
      path: '/v1/customers/payment-methods/{id}',
      summary: 'Forget a saved card, by DELETE',
      description: 'The same as detach.',
    },
    'detached',
  ),
];

const eventId = { id: { description: 'The event.', example: 'evt_3LmZx9QwRt6YbNc1KdVe5P' } };

const events: readonly OperationDescription[] = [
  {
    id: 'listEvents',
    method: 'get',
    path: '/v1/events',
    tag: 'Events',
    summary: 'List events',
    description: 'What happened to your payments, of both dialects, newest first.',
    security: accessToken,
    query: listEventsQuery,
    answers: {
      200: {
        description: 'A page of events.',
        schema: eventsSchema,
        headers: answered,
        examples: sample('The only page', { data: [examples.event], next_cursor: null }),
      },
      400: errorsOf(['validation_error']),
      ...readAnswers,
    },
  },
  {
    id: 'readEvent',
    method: 'get',
    path: '/v1/events/{id}',
    tag: 'Events',
    summary: 'Read an event and its deliveries',
    security: accessToken,
    pathParameters: eventId,
    answers: {
      200: {
        description: 'The event, and how its delivery to each endpoint stands.',
        schema: eventDetailSchema,
        headers: answered,
        examples: sample('Delivered', { ...examples.event, deliveries: [examples.delivery] }),
      },
      404: notFound,
      ...readAnswers,
    },
  },
  {
    id: 'resendEvent',
    method: 'post',
    path: '/v1/events/{id}/resend',
    tag: 'Events',
    summary: 'Send an event again',
    description: 'To every endpoint that wants it now. No body.',
    security: accessToken,
    pathParameters: eventId,
    headers: ['Idempotency-Key'],
    answers: {
      200: {
        description: 'It is under way.',
        schema: resentSchema,
        headers: replayable,
        examples: sample('To one endpoint', { id: 'evt_3LmZx9QwRt6YbNc1KdVe5P', deliveries: 1 }),
      },
      400: once,
      404: notFound,
      409: keyInUse,
      ...bodyAnswers,
    },
  },
];

const endpointId = {
  id: { description: 'The webhook endpoint.', example: 'whe_5PnYk1TzQx7RmWc9LbVd3E' },
};

const oneEndpoint: AnswerDescription = {
  description: 'The endpoint, without its secret.',
  schema: endpointSchema,
  headers: answered,
  examples: sample('An endpoint', examples.endpoint),
};

const endpoints: readonly OperationDescription[] = [
  {
    id: 'createWebhookEndpoint',
    method: 'post',
    path: '/v1/webhook_endpoints',
    tag: 'Webhook endpoints',
    summary: 'Add a webhook endpoint',
    description:
      'At most sixteen. Each has a format (`zafapay`, `eximpe`, `standard`), a filter of events, and a secret that this answer tells once; a replay masks it. Live, only https to public addresses; in the sandbox loopback too.',
    security: accessToken,
    headers: ['Idempotency-Key'],
    body: {
      name: 'CreateWebhookEndpoint',
      schema: createEndpointBody,
      required: true,
      examples: {
        zafapay: {
          summary: 'A receiver on this machine',
          value: { url: 'http://127.0.0.1:3000/webhooks', format: 'zafapay' },
        },
      },
    },
    answers: {
      201: {
        description: 'The endpoint with its secret.',
        schema: endpointWithSecretSchema,
        headers: replayable,
        examples: sample('With its secret', examples.endpointWithSecret),
      },
      400: errorsOf(['validation_error', 'invalid_state', 'idempotency_key_mismatch']),
      409: keyInUse,
      ...bodyAnswers,
    },
  },
  {
    id: 'listWebhookEndpoints',
    method: 'get',
    path: '/v1/webhook_endpoints',
    tag: 'Webhook endpoints',
    summary: 'List webhook endpoints',
    security: accessToken,
    answers: {
      200: {
        description: 'All of them.',
        schema: endpointsSchema,
        headers: answered,
        examples: sample('One endpoint', { data: [examples.endpoint] }),
      },
      ...readAnswers,
    },
  },
  {
    id: 'readWebhookEndpoint',
    method: 'get',
    path: '/v1/webhook_endpoints/{id}',
    tag: 'Webhook endpoints',
    summary: 'Read a webhook endpoint',
    security: accessToken,
    pathParameters: endpointId,
    answers: { 200: oneEndpoint, 404: notFound, ...readAnswers },
  },
  {
    id: 'updateWebhookEndpoint',
    method: 'patch',
    path: '/v1/webhook_endpoints/{id}',
    tag: 'Webhook endpoints',
    summary: 'Change a webhook endpoint',
    description: 'What is left out stays as it is.',
    security: accessToken,
    pathParameters: endpointId,
    body: {
      name: 'UpdateWebhookEndpoint',
      schema: updateEndpointBody,
      required: true,
      examples: { off: { summary: 'Switch it off', value: { status: 'disabled' } } },
    },
    answers: {
      200: oneEndpoint,
      400: errorsOf(['validation_error']),
      404: notFound,
      ...bodyAnswers,
    },
  },
  {
    id: 'deleteWebhookEndpoint',
    method: 'delete',
    path: '/v1/webhook_endpoints/{id}',
    tag: 'Webhook endpoints',
    summary: 'Remove a webhook endpoint',
    security: accessToken,
    pathParameters: endpointId,
    answers: {
      200: {
        description: 'It is gone.',
        schema: deletedSchema,
        headers: answered,
        examples: sample('Removed', { id: 'whe_5PnYk1TzQx7RmWc9LbVd3E', deleted: true }),
      },
      400: errorsOf(['validation_error']),
      404: notFound,
      ...bodyAnswers,
    },
  },
  {
    id: 'rotateWebhookSecret',
    method: 'post',
    path: '/v1/webhook_endpoints/{id}/rotate_secret',
    tag: 'Webhook endpoints',
    summary: 'Change the secret of a webhook endpoint',
    description: 'The old one signs beside the new one for a day, where the format has room for two.',
    security: accessToken,
    pathParameters: endpointId,
    headers: ['Idempotency-Key'],
    answers: {
      200: {
        description: 'The endpoint with its new secret.',
        schema: endpointWithSecretSchema,
        headers: replayable,
        examples: sample('With its new secret', examples.endpointWithSecret),
      },
      400: errorsOf(['validation_error', 'not_supported', 'idempotency_key_mismatch']),
      404: notFound,
      409: keyInUse,
      ...bodyAnswers,
    },
  },
];

/** Contract 9.2, and what design adds: events and webhook endpoints. */
export const accountOperations: readonly OperationDescription[] = [...savedCards, ...events, ...endpoints];
