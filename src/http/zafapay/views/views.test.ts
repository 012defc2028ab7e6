import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Currency } from '../../../domain/currency.ts';
import { declineReasons } from '../../../domain/decline.ts';
import type { AuthenticationId, MerchantId, PaymentId } from '../../../domain/ids.ts';
import { minorUnits } from '../../../domain/money.ts';
import type { Payment, PaymentStatus } from '../../../domain/payment.ts';
import { unifiedError } from '../declines.ts';
import { amountNumber, amountString } from './amount.ts';
import { paymentType, renderCreatedPayment } from './created-payment.ts';
import { viewPayment } from './payment.ts';
import { paymentStatuses, returnStatus, statusFilters, statusWord } from './payment-status.ts';

const context = { publicUrl: 'https://pay.example', checkoutSecret: Buffer.alloc(32, 7) };
const now = new Date('2026-05-01T09:00:00.000Z');
const authorization = {
  attemptId: 'att_1' as never,
  acquirer: 'simulator',
  acquirerReference: 'bank_1',
  authorizationCode: null,
  networkTransactionId: null,
};

function captured(refunded: bigint): PaymentStatus {
  return {
    state: 'captured',
    authorization,
    captured: minorUnits(1000n),
    capturedAt: now,
    refunded: minorUnits(refunded),
    refunding: minorUnits(0n),
  };
}

function paymentIn(status: PaymentStatus, more: Partial<Payment> = {}): Payment {
  return {
    id: 'tx_abc' as PaymentId,
    merchantId: 'mer_1' as MerchantId,
    version: 1,
    eventCount: 0,
    dialect: 'zafapay',
    orderNumber: null,
    orderPaymentNumber: null,
    status,
    amount: minorUnits(1000n),
    currency: 'USD' as Currency,
    captureMethod: 'automatic',
    flowId: 'flow_default',
    source: 'token',
    initiator: 'cardholder',
    hosted: null,
    card: null,
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
    createdAt: now,
    updatedAt: now,
    ...more,
  };
}

describe('section 6.2 and 6.6: the words for each state', () => {
  const table: [string, PaymentStatus, string, number, 'succeeded' | 'failed' | null][] = [
    ['waiting for a card', { state: 'awaiting_card', expiresAt: now }, 'pending', 201, null],
    [
      'waiting for 3-D Secure',
      { state: 'authenticating', authenticationId: '3ds_1' as AuthenticationId, expiresAt: now },
      'requires_action',
      202,
      null,
    ],
    ['outcome unknown', { state: 'authorizing' }, 'pending', 202, null],
    [
      'authorized',
      { state: 'authorized', authorization, captureBefore: now },
      'authorized',
      201,
      'succeeded',
    ],
    ['captured', captured(0n), 'completed', 201, 'succeeded'],
    ['partly refunded', captured(1n), 'partially_refunded', 201, 'succeeded'],
    ['wholly refunded', captured(1000n), 'refunded', 201, 'succeeded'],
    ['failed', { state: 'failed', reason: 'card_declined' }, 'failed', 400, 'failed'],
    ['voided', { state: 'voided', cause: 'customer' }, 'canceled', 201, 'failed'],
  ];
  for (const [title, status, word, http, returned] of table) {
    it(`${title}: ${word}, create answers ${http}, 3-D Secure returns ${returned ?? 'nothing yet'}`, () => {
      const payment = paymentIn(status);
      assert.equal(statusWord(payment), word);
      assert.equal(returnStatus(payment), returned);
      const answer = renderCreatedPayment(context, 'req_x', { payment, challenge: null, savedCard: null });
      assert.equal(answer.status, http);
      assert.equal(JSON.parse(answer.body).status, word);
    });
  }

  it('every word has a filter that finds the payments which read so, and no others', () => {
    const states = table.map(([, status]) => paymentIn(status));
    for (const word of paymentStatuses) {
      const filter = statusFilters[word];
      const found = states.filter((payment) => {
        if (!filter.states?.includes(payment.status.state)) return false;
        if (payment.status.state !== 'captured' || filter.refunds === undefined) return true;
        const { refunded, captured: all } = payment.status;
        const share = refunded === 0n ? 'none' : refunded === all ? 'whole' : 'part';
        return share === filter.refunds;
      });
      assert.deepEqual(
        found.map(statusWord),
        states.map(statusWord).filter((other) => other === word),
        word,
      );
    }
  });
});

describe('section 2: amounts', () => {
  const table: [bigint, string, string, string][] = [
    [1000n, 'USD', '10', '10.00'],
    [1762n, 'USD', '17.62', '17.62'],
    [1750n, 'USD', '17.5', '17.50'],
    [1n, 'USD', '0.01', '0.01'],
    [1000n, 'JPY', '1000', '1000'],
    [100000000000001n, 'USD', '1000000000000.01', '1000000000000.01'],
  ];
  for (const [units, currency, number, string] of table) {
    it(`${units} ${currency} is the number ${number} and the string "${string}"`, () => {
      const amount = minorUnits(units);
      assert.equal(JSON.stringify(amountNumber(amount, currency as Currency)), number);
      assert.equal(amountString(amount, currency as Currency), string);
    });
  }

  it('nothing refunded reads "0" on Get Payment, a refund has the currency\'s decimals', () => {
    const view = (refunded: bigint) =>
      viewPayment(paymentIn(captured(refunded)), []) as { amount_refunded: string };
    assert.equal(view(0n).amount_refunded, '0');
    assert.equal(view(550n).amount_refunded, '5.50');
  });
});

describe('section 6.1: the answer to a create', () => {
  it('the modes name themselves in payment_type', () => {
    const of = (source: Payment['source'], saveCard: boolean) =>
      paymentType(paymentIn(captured(0n), { source, saveCard }));
    assert.equal(of('hosted', false), 'single');
    assert.equal(of('hosted', true), 'initial');
    assert.equal(of('token', false), 'token');
    assert.equal(of('token', true), 'token');
    assert.equal(of('saved', false), 'recurring');
  });

  it('a decline tells the payment and the error in one body', () => {
    const payment = paymentIn({ state: 'failed', reason: 'insufficient_funds' });
    const { body } = renderCreatedPayment(context, 'req_api', { payment, challenge: null, savedCard: null });
    assert.equal(
      body,
      '{"id":"req_abc","transaction_id":"tx_abc","status":"failed","amount":10,"currency":"usd","external_id":null,' +
        '"metadata":{},"flow_id":"flow_default","payment_type":"token","created_at":"2026-05-01T09:00:00.000Z",' +
        '"error_code":"insufficient_funds","error":{"type":"payment_error","code":"payment_failed",' +
        '"message":"The card has insufficient funds.","request_id":"req_api"}}',
    );
  });

  it('redirect_url stands only beside requires_action, payment_url only beside a checkout', () => {
    const authenticating = paymentIn({
      state: 'authenticating',
      authenticationId: '3ds_1' as AuthenticationId,
      expiresAt: now,
    });
    const challenge = { browserToken: 'secret', acsUrl: 'https://acs.example', creq: 'e30' };
    const asked = JSON.parse(
      renderCreatedPayment(context, 'r', { payment: authenticating, challenge, savedCard: null }).body,
    );
    assert.equal(asked.redirect_url, 'https://pay.example/3ds/tx_abc?token=secret');
    assert.equal('payment_url' in asked, false);
    const hosted = paymentIn({ state: 'awaiting_card', expiresAt: now }, { source: 'hosted' });
    const opened = JSON.parse(
      renderCreatedPayment(context, 'r', { payment: hosted, challenge: null, savedCard: null }).body,
    );
    assert.match(opened.payment_url, /^https:\/\/pay\.example\/checkout\/req_abc\?token=[0-9A-Za-z_.-]+$/);
    assert.equal('redirect_url' in opened, false);
  });
});

describe('section 10.3: unified errors', () => {
  it('every decline of the core has a code with a category, a message and an action', () => {
    for (const reason of declineReasons) {
      const error = unifiedError(reason);
      for (const value of Object.values(error)) assert.ok(value.length > 0, `${reason} lacks a word`);
    }
  });

  it('what a card tester could learn from is told in one sentence', () => {
    const messages = [
      'card_declined',
      'lost_card',
      'stolen_card',
      'do_not_honor',
      'fraud_suspected',
    ] as const;
    assert.equal(new Set(messages.map((reason) => unifiedError(reason).message)).size, 1);
  });
});
