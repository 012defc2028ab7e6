import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { test } from 'node:test';
import type { PaymentEvent } from '../../../domain/event.ts';
import type { Merchant } from '../../../domain/merchant.ts';
import { minorUnits } from '../../../domain/money.ts';
import type { Payment, PaymentEventType } from '../../../domain/payment.ts';
import type { Refund } from '../../../domain/refund.ts';
import { Secret } from '../../../lib/secret.ts';
import type { RenderContext } from '../../../usecases/ports/webhooks.ts';
import { createEximpeFormat } from './format.ts';

const format = createEximpeFormat();

const encryptionKey = 'enc_key_for_docs_only_0001';

const merchant = (dialectSettings: object = {}): Merchant => ({
  id: 'mer_1' as Merchant['id'],
  name: 'Shop',
  status: 'active',
  number: '2000000001',
  settings: { returnOrigins: [], defaultReturnUrl: null, dialects: { eximpe: dialectSettings } },
});

const captured: Payment = {
  id: 'tx_1' as Payment['id'],
  merchantId: 'mer_1' as Payment['merchantId'],
  version: 3,
  eventCount: 2,
  dialect: 'eximpe',
  orderNumber: 'OD4410278835',
  orderPaymentNumber: 'PR7719034562',
  status: {
    state: 'captured',
    authorization: {
      attemptId: 'att_1' as never,
      acquirer: 'sandbox',
      acquirerReference: 'b1',
      authorizationCode: null,
      networkTransactionId: null,
    },
    captured: minorUnits(124950n),
    capturedAt: new Date('2026-03-04T09:15:26.401Z'),
    refunded: minorUnits(0n),
    refunding: minorUnits(0n),
  },
  amount: minorUnits(124950n),
  currency: 'INR' as Payment['currency'],
  captureMethod: 'automatic',
  flowId: 'flow_default',
  source: 'direct',
  initiator: 'cardholder',
  hosted: null,
  card: {
    id: 'card_1' as never,
    brand: 'visa',
    bin: '489538',
    last4: '0003',
    panLength: 16,
    expiry: { month: 5, year: 2030 },
    cardholderName: 'Asha Rao',
    country: 'IN',
    funding: 'debit',
  },
  paymentMethodId: null,
  customerReference: 'CUST-88',
  saveCard: false,
  merchantReference: 'SHOP-1042',
  returnUrl: null,
  metadata: {},
  email: 'asha@shop.example',
  phone: '+919800000001',
  productName: 'Plan',
  details: { api_version: '1.0.0', mop_type: 'debit_card' },
  createdAt: new Date('2026-03-04T09:14:02.118Z'),
  updatedAt: new Date('2026-03-04T09:15:26.401Z'),
};
const failed: Payment = { ...captured, status: { state: 'failed', reason: 'insufficient_funds' } };

const refund: Refund = {
  id: 'orf_1' as Refund['id'],
  number: 'RF3305718842',
  paymentId: captured.id,
  merchantId: captured.merchantId,
  amount: minorUnits(24950n),
  fee: minorUnits(0n),
  state: 'refunded',
  reason: null,
  merchantReference: null,
  message: 'Refund processed successfully',
  acquirerReference: '74332846070000112233445',
  createdAt: new Date('2026-03-06T05:00:00Z'),
  updatedAt: new Date('2026-03-06T05:00:11Z'),
  refundedAt: new Date('2026-03-06T05:00:11Z'),
};

interface Given {
  readonly type: PaymentEventType;
  readonly payment?: Payment;
  readonly refund?: Refund;
  readonly settings?: object;
  readonly hexToken?: string;
  readonly sentAt?: Date;
}

function render(given: Given) {
  const event: PaymentEvent = {
    id: 'evt_1' as PaymentEvent['id'],
    uuid: '5f0c2b9e-7a31-4c55-9d3e-2a1b6c7d8e90',
    merchantId: captured.merchantId,
    sequence: 2,
    type: given.type,
    createdAt: new Date('2026-03-04T09:15:27.250Z'),
    snapshot: {
      payment: given.payment ?? captured,
      refund: given.refund ?? null,
      savedCard: given.hexToken ? { paymentMethodId: 'pmi_1' as never, hexToken: given.hexToken } : null,
    },
  };
  return format.render({
    event,
    endpoint: {} as RenderContext['endpoint'],
    merchant: merchant(given.settings),
    deliveryId: 'dlv_1' as RenderContext['deliveryId'],
    secrets: [new Secret(encryptionKey)],
    sentAt: given.sentAt ?? new Date('2026-03-04T09:15:28.900Z'),
    mode: 'sandbox',
  });
}

function bodyOf(given: Given) {
  const rendered = render(given);
  assert.ok(rendered);
  return JSON.parse(rendered.body);
}

test('13.3: PAYMENT_SUCCESSFUL has the seven keys of the seed with its lower-case values, and the seven later ones', () => {
  const body = bodyOf({ type: 'payment.captured' });
  assert.deepEqual(body, {
    event_type: 'PAYMENT_SUCCESSFUL',
    event_time: '2026-03-04 09:15:27',
    version: '1.0',
    sequence_number: '5f0c2b9e-7a31-4c55-9d3e-2a1b6c7d8e90',
    data: {
      status: 'captured',
      message: 'Payment successful',
      mop_type: 'debit_card',
      order_id: 'OD4410278835',
      payment_id: 'PR7719034562',
      bank_ref_num: 'OD4410278835-PR7719034562',
      payment_completed_at: '2026-03-04T09:15:26.401000Z',
      amount: 1249.5,
      extended_status: 'SUCCESS',
      merchant_reference_id: 'SHOP-1042',
      payment_message: null,
      utr: null,
      subscription_id: null,
      virtual_account_id: null,
    },
  });
});

test('13.3: PAYMENT_FAILED says why in words and as a code', () => {
  const { data } = bodyOf({ type: 'payment.failed', payment: failed });
  assert.equal(data.status, 'failed');
  assert.equal(data.extended_status, 'FAILED');
  assert.equal(data.message, 'Not enough balance');
  assert.equal(data.payment_message, 'INSUFFICIENT_FUNDS');
  assert.equal(data.bank_ref_num, null);
  assert.equal(data.payment_completed_at, null);
});

test('13.3 and 17: a card that the payment saved is named', () => {
  const { data } = bodyOf({ type: 'payment.captured', hexToken: '7b1d0c4fe2a96853b0d1f4' });
  assert.equal(data.card_token, '7b1d0c4fe2a96853b0d1f4');
  assert.equal(data.masked_pan, 'XXXXXXXXXXXX0003');
});

test('13.3: the switch of the account writes values in upper case', () => {
  const body = bodyOf({ type: 'payment.captured', settings: { webhook_case: 'upper' } });
  assert.deepEqual([body.version, body.data.status, body.data.mop_type], ['1.0', 'CAPTURED', 'DEBIT_CARD']);
});

test('13.2: orders made under version 2 get its envelope', () => {
  const payment = { ...captured, details: { ...captured.details, api_version: '2.0.0' } };
  const body = bodyOf({ type: 'payment.captured', payment });
  assert.equal(body.version, '2.0.0');
  assert.equal(body.event_time, '2026-03-04T09:15:27.250000Z');
  assert.deepEqual([body.data.status, body.data.mop_type], ['CAPTURED', 'DEBIT_CARD']);
});

test('13.4: PAYMENT_REFUNDED carries one refund under both spellings', () => {
  const body = bodyOf({ type: 'payment.refunded', refund });
  assert.equal(body.event_type, 'PAYMENT_REFUNDED');
  const { refund_reference_id: reference, ...element } = body.data.refunds[0];
  assert.match(reference, /^[0-9a-f]{32}$/);
  assert.deepEqual(element, {
    amount: 249.5,
    bank_arn: '74332846070000112233445',
    comments: 'Refund processed successfully',
    order_id: 'OD4410278835',
    order_reference_id: 'SHOP-1042',
    payment_id: 'PR7719034562',
    payment_request_id: 'PR7719034562',
    refund_amount: 249.5,
    refund_completed_at: '2026-03-06T05:00:11.000000Z',
    refund_id: 'RF3305718842',
  });
});

const refundWords: [
  type: PaymentEventType,
  state: Refund['state'],
  word: string,
  status: string | undefined,
][] = [
  ['refund.failed', 'failed', 'REFUND_FAILED', undefined],
  ['refund.processing', 'processing', 'REFUND_STATUS_UPDATE', 'PROCESSING'],
  ['refund.reversed', 'reversed', 'REFUND_STATUS_UPDATE', 'REVERSED'],
  ['refund.on_hold', 'on_hold', 'REFUND_STATUS_UPDATE', 'ON_HOLD'],
  ['refund.rejected_by_bank', 'rejected_by_bank', 'REFUND_STATUS_UPDATE', 'BANK_REJECTED_REFUND'],
];
for (const [type, state, word, status] of refundWords) {
  test(`13.4: ${type} is ${word}${status ? ` with refund_status ${status}` : ''}`, () => {
    const body = bodyOf({ type, refund: { ...refund, state, refundedAt: null } });
    assert.equal(body.event_type, word);
    assert.equal(body.data.refunds[0].refund_status, status);
    assert.equal(body.data.refunds[0].refund_completed_at, null);
  });
}

for (const type of ['payment.authentication_required', 'payment.authorized', 'refund.initiated'] as const) {
  test(`13.3: ${type} has no word on this wire`, () => assert.equal(render({ type, refund }), null));
}

test('13.3: a payment of another dialect is called by its own id', () => {
  const payment = {
    ...captured,
    dialect: 'zafapay',
    orderNumber: null,
    orderPaymentNumber: null,
    details: {},
  };
  const { data } = bodyOf({ type: 'payment.captured', payment });
  assert.deepEqual([data.order_id, data.payment_id, data.mop_type], ['tx_1', 'tx_1', 'debit_card']);
});

test('13.1: every try sends the same bytes and signature, at its own time', () => {
  const first = render({ type: 'payment.captured', sentAt: new Date('2026-03-04T09:15:28Z') });
  const second = render({ type: 'payment.captured', sentAt: new Date('2026-03-04T09:16:28Z') });
  assert.ok(first && second);
  assert.equal(first.body, second.body);
  assert.equal(first.headers['X-Webhook-Signature'], second.headers['X-Webhook-Signature']);
  assert.equal(first.headers['X-Webhook-Timestamp'], '1772615728');
  assert.equal(second.headers['X-Webhook-Timestamp'], '1772615788');
});

test('13.1: the signature is that of the body under the encryption key', () => {
  const rendered = render({ type: 'payment.captured' });
  assert.ok(rendered);
  const expected = createHmac('sha256', encryptionKey).update(rendered.body).digest('hex');
  assert.equal(rendered.headers['X-Webhook-Signature'], expected);
  assert.equal(rendered.headers['User-Agent'], 'Eximpe-Webhook/1.0');
  assert.equal(rendered.headers['X-Webhook-Event'], 'PAYMENT_SUCCESSFUL');
  assert.match(rendered.body, /^\{"data":\{"amount":1249\.5,/);
});

test('13.2: filters are written in the words of this wire', () => {
  assert.deepEqual(format.eventTypes(['PAYMENT_SUCCESSFUL']), ['payment.captured']);
  assert.equal(format.eventTypes(['payment.captured']), undefined);
  assert.equal(format.eventTypes(null)?.includes('refund.on_hold'), true);
  assert.equal(format.eventTypes(null)?.includes('payment.authorized'), false);
});

test('13.1: five tries: at once, then after 1, 5, 15 and 60 minutes', () => {
  assert.deepEqual(format.retrySeconds, [60, 300, 900, 3600]);
  assert.equal(format.timeoutSeconds, 10);
});
