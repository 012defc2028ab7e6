import { createHmac } from 'node:crypto';
import { declineMessages } from '../domain/decline.ts';
import type { PaymentEvent } from '../domain/event.ts';
import { formatMajorUnits } from '../domain/money.ts';
import type { Payment, PaymentEventType } from '../domain/payment.ts';
import type { Refund } from '../domain/refund.ts';
import type { Secret } from '../lib/secret.ts';
import type { RenderContext, RenderedWebhook, WebhookFormat } from '../usecases/ports/webhooks.ts';

const secretPrefix = 'whsec_';
const minute = 60;
const hour = 60 * minute;
/** The specification's example, "Deliverability and reliability": ten tries over 75 h 35 m. */
const retrySeconds = [
  5,
  5 * minute,
  30 * minute,
  2 * hour,
  5 * hour,
  10 * hour,
  14 * hour,
  20 * hour,
  24 * hour,
];
/** The specification asks for bodies under 20 kB. */
const bodyBytesMax = 20_000;

const subscribable: Record<PaymentEventType, true> = {
  'payment.authentication_required': true,
  'payment.authorized': true,
  'payment.captured': true,
  'payment.failed': true,
  'payment.voided': true,
  'payment.refunded': true,
  'payment.disputed': true,
  'refund.initiated': true,
  'refund.processing': true,
  'refund.failed': true,
  'refund.reversed': true,
  'refund.on_hold': true,
  'refund.rejected_by_bank': true,
};

/**
 * Standard Webhooks 1.0.0: body `{type, timestamp, data}`, signed as `id.timestamp.body` by HMAC-SHA256 under the
 * decoded bytes of each live `whsec_…`. Filter words are our event types; no filter means all of them.
 */
export const standardFormat: WebhookFormat = {
  name: 'standard',
  eventTypes: readFilter,
  render,
  retrySeconds,
  jitter: 0.2,
  timeoutSeconds: 20,
  signsWith: 'endpoint',
};

function isEventType(word: string): word is PaymentEventType {
  return Object.hasOwn(subscribable, word);
}

function readFilter(filter: readonly string[] | null): readonly PaymentEventType[] | undefined {
  if (filter === null || filter.length === 0) return Object.keys(subscribable).filter(isEventType);
  return filter.every(isEventType) ? [...new Set(filter)] : undefined;
}

function render(context: RenderContext): RenderedWebhook {
  const { event, secrets, sentAt } = context;
  const body = renderBody(event);
  const timestamp = Math.floor(sentAt.getTime() / 1000).toString();
  const message = `${event.id}.${timestamp}.${body}`;
  return {
    body,
    headers: {
      'content-type': 'application/json',
      'webhook-id': event.id,
      'webhook-timestamp': timestamp,
      'webhook-signature': secrets.map((secret) => sign(secret, message)).join(' '),
    },
  };
}

function sign(secret: Secret<string>, message: string): string {
  const key = Buffer.from(secret.reveal().slice(secretPrefix.length), 'base64');
  return `v1,${createHmac('sha256', key).update(message).digest('base64')}`;
}

/** Depends on the event alone. Metadata too large for the limit is left out, and the body says so. */
function renderBody(event: PaymentEvent): string {
  const { type } = event;
  const timestamp = event.createdAt.toISOString();
  const data = standardEventData(event);
  const body = JSON.stringify({ type, timestamp, data });
  if (Buffer.byteLength(body) < bodyBytesMax) return body;
  return JSON.stringify({ type, timestamp, data: { ...data, metadata: {}, metadata_omitted: true } });
}

/** A payment as it was right after the event, in neutral words; amounts are strings of major units. */
function standardEventData(event: PaymentEvent): Record<string, unknown> {
  const { payment, refund, savedCard } = event.snapshot;
  const { status } = payment;
  return {
    transaction_id: payment.id,
    order_id: payment.orderNumber,
    sequence: event.sequence,
    status: status.state,
    amount: formatMajorUnits(payment.amount, payment.currency),
    currency: payment.currency,
    ...moneyMoved(payment),
    capture_method: payment.captureMethod,
    merchant_reference: payment.merchantReference,
    customer_id: payment.customerReference,
    payment_method_id: savedCard?.paymentMethodId ?? payment.paymentMethodId,
    initiator: payment.initiator,
    card: payment.card && {
      brand: payment.card.brand,
      last4: payment.card.last4,
      exp_month: payment.card.expiry.month,
      exp_year: payment.card.expiry.year,
      country: payment.card.country,
      funding: payment.card.funding,
    },
    failure:
      status.state === 'failed' ? { reason: status.reason, message: declineMessages[status.reason] } : null,
    void_cause: status.state === 'voided' ? status.cause : null,
    refund: refund && refundData(refund, payment),
    metadata: payment.metadata,
    created_at: payment.createdAt.toISOString(),
  };
}

function moneyMoved(payment: Payment): Record<string, unknown> {
  const { status, currency } = payment;
  if (status.state !== 'captured') return { amount_captured: null, amount_refunded: null };
  return {
    amount_captured: formatMajorUnits(status.captured, currency),
    amount_refunded: formatMajorUnits(status.refunded, currency),
  };
}

function refundData(refund: Refund, payment: Payment): Record<string, unknown> {
  return {
    id: refund.id,
    refund_id: refund.number,
    amount: formatMajorUnits(refund.amount, payment.currency),
    status: refund.state,
    reason: refund.reason,
    merchant_reference: refund.merchantReference,
    created_at: refund.createdAt.toISOString(),
  };
}
