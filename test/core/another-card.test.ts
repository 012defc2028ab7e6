import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Merchant } from '../../src/domain/merchant.ts';
import type { Payment } from '../../src/domain/payment.ts';
import { createResolutionStore } from '../../src/store/resolution.ts';
import { createPayment } from '../../src/usecases/create-payment.ts';
import type { Gateway } from '../../src/usecases/gateway.ts';
import type { Acquirer } from '../../src/usecases/ports/acquirer.ts';
import { resolveAttempt } from '../../src/usecases/resolve-attempt.ts';
import { reviewPayment } from '../../src/usecases/risk/review-payment.ts';
import { submitHostedCard } from '../../src/usecases/submit-hosted-card.ts';
import { openCard } from '../risk/cards.ts';
import { rule } from '../risk/facts.ts';
import { startTestCore, type TestCore } from '../support/core.ts';
import { command, paymentOf } from '../support/core-commands.ts';
import { insertMerchant } from '../support/webhook-rows.ts';

let house: TestCore;
before(async () => {
  house = await startTestCore();
});
after(() => house.close());

const good = '4242424242424242';
const declined = '4000000000000002';

/** A merchant of its own whose customers may try again. */
async function retryingMerchant(): Promise<Merchant> {
  const id = await insertMerchant(house.core.database);
  await house.core.database.query({
    name: 'test-retrying-flow',
    text: `insert into flows (merchant_id, id, currencies, retry_after_decline)
      values ($1, 'flow_default', '{USD}', true)`,
    values: [id],
  });
  return { ...house.merchant, id };
}

async function openPage(merchant: Merchant): Promise<Payment> {
  const hosted = { ...command(house, { from: 'hosted' }), merchant };
  return paymentOf(await createPayment(house.gateway, hosted));
}

async function submit(payment: Payment, pan: string, gateway: Gateway = house.gateway): Promise<Payment> {
  const { hosted } = await reread(payment);
  return paymentOf(
    await submitHostedCard(gateway, {
      merchantId: payment.merchantId,
      paymentId: payment.id,
      card: openCard(pan),
      brand: 'visa',
      cardsTried: hosted?.cardsTried ?? 0,
      notificationUrl: (token) => `http://127.0.0.1:1/${token}`,
      challengeSeconds: 1800,
    }),
  );
}

async function reread(payment: Payment): Promise<Payment> {
  const current = await house.gateway.payments.findPayment(payment.merchantId, { id: payment.id });
  assert.ok(current);
  return current;
}

const timing = { queuedSeconds: 5, sendingSeconds: 60, leaseSeconds: 60 };

async function resolveAll(gateway: Gateway): Promise<void> {
  const store = createResolutionStore(house.core.database);
  for (let round = 0; round < 6; round++) {
    await house.core.clock.advance(130);
    for (const due of await store.claimDue(gateway.clock.now(), 100, timing))
      await resolveAttempt(gateway, store, due);
  }
}

test('suspected fraud ends the payment, wherever customers may try again', async () => {
  const merchant = await retryingMerchant();
  const conditions = [{ fact: 'country', operator: 'in', values: ['US'] }];
  await house.gateway.riskRules.insertRule(rule('block', conditions, { merchantId: merchant.id }));
  const { status } = await submit(await openPage(merchant), good);
  assert.deepEqual(status, { state: 'failed', reason: 'fraud_suspected' });
});

test('each card is decided about for itself: all decisions are kept, and those of earlier cards lead to nothing any more', async () => {
  const merchant = await retryingMerchant();
  const conditions = [{ fact: 'bin', operator: 'in', values: ['400000'] }];
  await house.gateway.riskRules.insertRule(rule('review', conditions, { merchantId: merchant.id }));
  const payment = await openPage(merchant);
  const { risk } = house.gateway;
  const decisions = async () =>
    (await risk.listDecisions(merchant.id, payment.id)).map(({ action, review, superseded }) => [
      action,
      review,
      superseded,
    ]);
  assert.equal((await submit(payment, declined)).status.state, 'awaiting_card');
  assert.deepEqual(await decisions(), [['review', 'open', false]]);
  await house.core.clock.advance(30);
  assert.equal((await submit(payment, good)).status.state, 'captured');
  assert.deepEqual(await decisions(), [
    ['review', 'open', true],
    ['allow', null, false],
  ]);
  assert.deepEqual(await risk.listOpenReviews(merchant.id, { limit: 10 }), []);
  assert.equal(await risk.closeReview(merchant.id, payment.id, 'approved', house.core.clock.now()), false);
  const command = { merchantId: merchant.id, paymentId: payment.id, verdict: 'refused' } as const;
  assert.equal((await reviewPayment(house.gateway, command)).kind, 'refused', 'nobody’s money is taken back');
});

test('a review of the card that paid is open, whatever was decided about earlier ones', async () => {
  const merchant = await retryingMerchant();
  const conditions = [{ fact: 'bin', operator: 'in', values: ['424242'] }];
  await house.gateway.riskRules.insertRule(rule('review', conditions, { merchantId: merchant.id }));
  const payment = await openPage(merchant);
  assert.equal((await submit(payment, declined)).status.state, 'awaiting_card');
  assert.equal((await submit(payment, good)).status.state, 'captured');
  const open = await house.gateway.risk.listOpenReviews(merchant.id, { limit: 10 });
  assert.deepEqual(
    open.map(({ action, review, superseded }) => [action, review, superseded]),
    [['review', 'open', false]],
  );
});

/** The bank, with authorizations of which the answer is lost. */
const answerLost = (acquirer: Acquirer): Acquirer => ({
  ...acquirer,
  authorize: async (request) => {
    await acquirer.authorize(request);
    return { kind: 'unknown', cause: 'the answer was lost' };
  },
});

test('a decline that is only found out later ends the payment: no second card is asked for while the first may be in force', async () => {
  const gateway = { ...house.gateway, acquirer: answerLost(house.gateway.acquirer) };
  const payment = await openPage(await retryingMerchant());
  assert.equal((await submit(payment, declined, gateway)).status.state, 'authorizing');
  await resolveAll(gateway);
  assert.deepEqual((await reread(payment)).status, { state: 'failed', reason: 'card_declined' });
});

test('a card that was undone, because nobody knows what became of it, ends the payment', async () => {
  const acquirer: Acquirer = {
    ...house.gateway.acquirer,
    authorize: async () => ({ kind: 'unknown', cause: 'it never left' }),
  };
  const gateway = { ...house.gateway, acquirer };
  const payment = await openPage(await retryingMerchant());
  await submit(payment, good, gateway);
  await resolveAll(gateway);
  assert.deepEqual((await reread(payment)).status, { state: 'failed', reason: 'processing_error' });
});
