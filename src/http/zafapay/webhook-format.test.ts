import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { describe, it } from 'node:test';
import type { CardFace } from '../../domain/card.ts';
import type { Currency } from '../../domain/currency.ts';
import { type EventSnapshot, snapshotFromJson, snapshotToJson } from '../../domain/event.ts';
import type { Merchant } from '../../domain/merchant.ts';
import { minorUnits } from '../../domain/money.ts';
import type { Payment, PaymentEventType, PaymentStatus } from '../../domain/payment.ts';
import { Secret } from '../../lib/secret.ts';
import type { RenderContext } from '../../usecases/ports/webhooks.ts';
import { zafapayWebhookFormat } from './webhook-format.ts';

const createdAt = new Date('2026-04-08T10:00:00.000Z');
const happenedAt = new Date('2026-04-08T10:00:05.000Z');
const secret = 'whsec_c2VjcmV0IG9mIHRoaXMgZW5kcG9pbnQ=';
const card: CardFace = {
  id: 'card_1' as CardFace['id'],
  brand: 'visa',
  bin: '424242',
  last4: '4242',
  panLength: 16,
  expiry: { month: 12, year: 2027 },
  cardholderName: 'Ada Example',
  country: 'US',
  funding: 'credit',
};
const authorization = {
  attemptId: 'att_1' as never,
  acquirer: 'simulator',
  acquirerReference: 'bank_1',
  authorizationCode: null,
  networkTransactionId: null,
};
const completed: PaymentStatus = {
  state: 'captured',
  authorization,
  captured: minorUnits(1000n),
  capturedAt: happenedAt,
  refunded: minorUnits(0n),
  refunding: minorUnits(0n),
};
const plain: Payment = {
  id: 'tx_abc123' as Payment['id'],
  merchantId: 'mer_1' as Payment['merchantId'],
  version: 2,
  eventCount: 1,
  dialect: 'zafapay',
  orderNumber: null,
  orderPaymentNumber: null,
  status: completed,
  amount: minorUnits(1000n),
  currency: 'USD' as Currency,
  captureMethod: 'automatic',
  flowId: 'flow_default',
  source: 'token',
  initiator: 'cardholder',
  hosted: null,
  card,
  paymentMethodId: null,
  customerReference: null,
  saveCard: false,
  merchantReference: null,
  returnUrl: null,
  metadata: {},
  email: null,
  phone: null,
  productName: null,
  details: {},
  createdAt,
  updatedAt: happenedAt,
};

function contextOf(
  type: PaymentEventType,
  payment: Partial<Payment> = {},
  more: Partial<EventSnapshot> = {},
  mode: 'sandbox' | 'live' = 'sandbox',
): RenderContext {
  const written: EventSnapshot = {
    payment: { ...plain, ...payment },
    refund: null,
    savedCard: null,
    ...more,
  };
  return {
    event: {
      id: 'evt_1' as RenderContext['event']['id'],
      uuid: '00000000-0000-4000-8000-000000000000',
      merchantId: plain.merchantId,
      sequence: 1,
      type,
      createdAt: happenedAt,
      // As a worker gets it: through the table's JSON and back.
      snapshot: snapshotFromJson(JSON.parse(snapshotToJson(written))),
    },
    endpoint: {} as RenderContext['endpoint'],
    merchant: { name: 'Example Shop' } as Merchant,
    deliveryId: 'dlv_1' as RenderContext['deliveryId'],
    secrets: [new Secret(secret), new Secret('whsec_old')],
    sentAt: new Date('2026-04-09T00:00:00.000Z'),
    mode,
  };
}

function bodyOf(...given: Parameters<typeof contextOf>): Record<string, unknown> {
  const rendered = zafapayWebhookFormat.render(contextOf(...given));
  assert.ok(rendered);
  return JSON.parse(rendered.body);
}

describe('section 10.3: the payload', () => {
  it('of the seed: a completed payment that saved its card, byte for byte in the documented order', () => {
    const rendered = zafapayWebhookFormat.render(
      contextOf(
        'payment.captured',
        {
          merchantReference: 'order_12345',
          customerReference: 'cust_abc123',
          saveCard: true,
          paymentMethodId: 'pmi_xyz789' as Payment['paymentMethodId'],
        },
        { savedCard: { paymentMethodId: 'pmi_xyz789' as never, hexToken: 'a' } },
      ),
    );
    assert.equal(
      rendered?.body,
      '{"event":"payment.succeeded","transaction_id":"tx_abc123","merchant_id":"mer_1","merchant_name":"Example Shop",' +
        '"status":"succeeded","amount":"10.00","currency":"usd","external_id":"order_12345","payment_method":"card",' +
        '"payment_method_id":"pmi_xyz789","save_card":true,"is_recurring":false,"customer_id":"cust_abc123",' +
        '"card_brand":"visa","card_last4":"4242","card_country":"US","card_funding":"credit",' +
        '"cardholder_name":"Ada Example","card_exp_month":12,"card_exp_year":2027,"metadata":{},' +
        '"created_at":"2026-04-08T10:00:00.000Z","timestamp":"2026-04-08T10:00:05.000Z"}',
    );
  });

  it('what the merchant did not give is left out, not null', () => {
    const body = bodyOf('payment.captured', {
      card: { ...card, country: null, funding: null, cardholderName: null },
    });
    assert.deepEqual(Object.keys(body), [
      'event',
      'transaction_id',
      'merchant_id',
      'merchant_name',
      'status',
      'amount',
      'currency',
      'payment_method',
      'is_recurring',
      'card_brand',
      'card_last4',
      'card_exp_month',
      'card_exp_year',
      'metadata',
      'created_at',
      'timestamp',
    ]);
  });

  const names: [PaymentEventType, PaymentStatus, string, string][] = [
    ['payment.captured', completed, 'payment.succeeded', 'succeeded'],
    ['payment.failed', { state: 'failed', reason: 'insufficient_funds' }, 'payment.failed', 'failed'],
    ['payment.voided', { state: 'voided', cause: 'merchant' }, 'payment.canceled', 'canceled'],
    ['payment.refunded', { ...completed, refunded: minorUnits(250n) }, 'payment.refunded', 'refunded'],
    ['payment.disputed', completed, 'payment.chargeback', 'chargeback'],
    [
      'payment.authorized',
      { state: 'authorized', authorization, captureBefore: happenedAt },
      'payment.authorized',
      'authorized',
    ],
  ];
  for (const [type, status, event, word] of names) {
    it(`${event} says status ${word}`, () => {
      const body = bodyOf(type, { status });
      assert.equal(body.event, event);
      assert.equal(body.status, word);
      assert.equal('error' in body, event === 'payment.failed');
      assert.equal('amount_refunded' in body, event === 'payment.refunded');
    });
  }

  it('a partial refund tells the sum refunded so far, and the payment keeps its amount', () => {
    const body = bodyOf('payment.refunded', {
      status: { ...completed, refunded: minorUnits(1250n - 1000n) },
    });
    assert.equal(body.amount_refunded, '2.50');
    assert.equal(body.amount, '10.00');
  });

  it('a failure explains itself', () => {
    assert.deepEqual(
      bodyOf('payment.failed', { status: { state: 'failed', reason: 'insufficient_funds' } }).error,
      {
        code: 'insufficient_funds',
        category: 'soft_decline',
        message: 'The card has insufficient funds.',
        recommended_action: 'use_different_card',
      },
    );
  });

  it('a charge of a saved card is recurring and names the card, but did not save it', () => {
    const body = bodyOf('payment.captured', {
      initiator: 'merchant',
      source: 'saved',
      paymentMethodId: 'pmi_1' as Payment['paymentMethodId'],
    });
    assert.equal(body.is_recurring, true);
    assert.equal(body.payment_method_id, 'pmi_1');
    assert.equal('save_card' in body, false);
  });

  it('events that the wire has no word for are not sent', () => {
    for (const type of ['payment.authentication_required', 'refund.initiated', 'refund.failed'] as const)
      assert.equal(zafapayWebhookFormat.render(contextOf(type)), null);
  });
});

describe('section 10.4: the signature', () => {
  it('is hex HMAC-SHA256 of the body under the whole secret text, the newest one', () => {
    const rendered = zafapayWebhookFormat.render(contextOf('payment.captured'));
    assert.ok(rendered);
    const expected = createHmac('sha256', secret).update(rendered.body).digest('hex');
    assert.equal(rendered.headers['X-Zafapay-Signature-Sandbox'], expected);
    assert.equal('X-Zafapay-Signature' in rendered.headers, false);
  });

  it('stands in another header in live mode', () => {
    const rendered = zafapayWebhookFormat.render(contextOf('payment.captured', {}, {}, 'live'));
    assert.match(rendered?.headers['X-Zafapay-Signature'] ?? '', /^[0-9a-f]{64}$/);
    assert.equal('X-Zafapay-Signature-Sandbox' in (rendered?.headers ?? {}), false);
  });

  it('verifies over the raw bytes and over the body parsed and written again', () => {
    const metadata = { z: 'ü/é', 10: 'ten', 2: 'two', amount: 1.5, note: '"quoted"\n', line: '\u2028' };
    const rendered = zafapayWebhookFormat.render(contextOf('payment.captured', { metadata }));
    assert.ok(rendered);
    assert.equal(JSON.stringify(JSON.parse(rendered.body)), rendered.body);
    assert.match(rendered.body, /"metadata":\{"2":"two","10":"ten","z":"ü\/é"/);
  });

  it('is the same on every retry, for the body is', () => {
    const first = contextOf('payment.captured');
    const later = { ...first, sentAt: new Date('2027-01-01T00:00:00.000Z') };
    assert.deepEqual(zafapayWebhookFormat.render(later), zafapayWebhookFormat.render(first));
  });

  it('comes with the event and a name for the delivery that stays the same', () => {
    const headers = zafapayWebhookFormat.render(contextOf('payment.captured'))?.headers;
    assert.equal(headers?.['X-Zafapay-Event'], 'payment.succeeded');
    assert.equal(headers?.['X-Zafapay-Delivery'], 'dlv_1');
    assert.equal(headers?.['Content-Type'], 'application/json');
  });
});

describe('section 10.2 and 10.5: subscriptions and retries', () => {
  it('no filter means the five documented events; payment.authorized must be asked for', () => {
    assert.deepEqual(zafapayWebhookFormat.eventTypes(null), [
      'payment.captured',
      'payment.failed',
      'payment.voided',
      'payment.refunded',
      'payment.disputed',
    ]);
    assert.deepEqual(zafapayWebhookFormat.eventTypes(['payment.authorized', 'payment.succeeded']), [
      'payment.authorized',
      'payment.captured',
    ]);
  });

  it('a name that is not of this wire is refused', () => {
    for (const name of ['payment.captured', 'payment.completed', 'toString', ''])
      assert.equal(zafapayWebhookFormat.eventTypes([name]), undefined, name);
  });

  it('eight attempts: at once, then after 1, 5, 30 minutes, 2, 6, 12 and 24 hours', () => {
    assert.deepEqual(zafapayWebhookFormat.retrySeconds, [60, 300, 1800, 7200, 21600, 43200, 86400]);
    assert.equal(zafapayWebhookFormat.timeoutSeconds, 10);
  });
});
