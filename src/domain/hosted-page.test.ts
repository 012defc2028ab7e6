import assert from 'node:assert/strict';
import { test } from 'node:test';
import { samplePayment } from '../../test/support/sample-payment.ts';
import { type DeclineReason, declineReasons } from './decline.ts';
import { awaitAnotherCard, hostedCardsMax } from './hosted-page.ts';
import type { AttemptId, AuthenticationId, MerchantId } from './ids.ts';
import type { MinorUnits } from './money.ts';
import {
  beginAuthorization,
  isRefusal,
  type Payment,
  type PaymentState,
  type PaymentStatus,
} from './payment.ts';

const openUntil = new Date('2026-05-02T09:00:00.000Z');
const now = new Date('2026-05-01T10:00:00.000Z');
const authorization = {
  attemptId: 'att_1' as AttemptId,
  acquirer: 'simulator',
  acquirerReference: 'sim_1',
  authorizationCode: null,
  networkTransactionId: null,
};
const units = (value: bigint) => value as MinorUnits;

const statuses: Record<PaymentState, PaymentStatus> = {
  awaiting_card: { state: 'awaiting_card', expiresAt: openUntil },
  authenticating: {
    state: 'authenticating',
    authenticationId: 'aut_1' as AuthenticationId,
    expiresAt: openUntil,
  },
  authorizing: { state: 'authorizing' },
  authorized: { state: 'authorized', authorization, captureBefore: openUntil },
  captured: {
    state: 'captured',
    authorization,
    captured: units(1234n),
    capturedAt: now,
    refunded: units(0n),
    refunding: units(0n),
  },
  failed: { state: 'failed', reason: 'card_declined' },
  voided: { state: 'voided', cause: 'customer' },
};

function hosted(state: PaymentState, cardsTried = 1): Payment {
  return samplePayment('mer_1' as MerchantId, {
    source: 'hosted',
    status: statuses[state],
    hosted: { openUntil, cardsTried },
  });
}

const mayWaitAgain: readonly PaymentState[] = ['authenticating', 'authorizing'];
for (const state of Object.keys(statuses) as PaymentState[]) {
  const may = mayWaitAgain.includes(state);
  test(`a hosted payment that is ${state} ${may ? 'waits for another card' : 'does not wait for a card again'}`, () => {
    const payment = hosted(state);
    const waiting = awaitAnotherCard(payment, 'card_declined', now);
    assert.equal(isRefusal(waiting), !may);
    if (isRefusal(waiting)) return;
    assert.deepEqual(waiting.status, { state: 'awaiting_card', expiresAt: openUntil });
    assert.equal(waiting.version, payment.version + 1);
    assert.equal(waiting.eventCount, payment.eventCount, 'the merchant sees nothing new');
  });
}

const againstThePayment: readonly DeclineReason[] = [
  'fraud_suspected',
  'authentication_canceled',
  'authentication_expired',
  'session_expired',
  'canceled_by_customer',
];
for (const reason of declineReasons) {
  const ends = againstThePayment.includes(reason);
  test(`${reason} ${ends ? 'ends a hosted payment' : 'leaves room for another card'}`, () => {
    assert.equal(isRefusal(awaitAnotherCard(hosted('authorizing'), reason, now)), ends);
  });
}

test('the link takes another card as long as it lives, to the moment', () => {
  const before = new Date(openUntil.getTime() - 1);
  assert.equal(isRefusal(awaitAnotherCard(hosted('authorizing'), 'card_declined', before)), false);
  assert.equal(isRefusal(awaitAnotherCard(hosted('authorizing'), 'card_declined', openUntil)), true);
});

test(`the card number ${hostedCardsMax} is the last one`, () => {
  let payment = hosted('awaiting_card', 0);
  for (let card = 1; card < hostedCardsMax; card++) {
    const begun = beginAuthorization(payment, now);
    assert.ok(!isRefusal(begun));
    assert.equal(begun.hosted?.cardsTried, card);
    const waiting = awaitAnotherCard(begun, 'card_declined', now);
    assert.ok(!isRefusal(waiting));
    payment = waiting;
  }
  const last = beginAuthorization(payment, now);
  assert.ok(!isRefusal(last));
  assert.equal(isRefusal(awaitAnotherCard(last, 'card_declined', now)), true);
});

test('a card that is sent after its 3-D Secure counts once', () => {
  const begun = beginAuthorization(hosted('authenticating', 2), now);
  assert.ok(!isRefusal(begun));
  assert.equal(begun.hosted?.cardsTried, 2);
});

test('a payment without a hosted page never waits for a card', () => {
  const direct = samplePayment('mer_1' as MerchantId, { status: statuses.authorizing });
  assert.equal(isRefusal(awaitAnotherCard(direct, 'card_declined', now)), true);
});
