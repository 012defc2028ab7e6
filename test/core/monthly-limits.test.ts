import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Merchant } from '../../src/domain/merchant.ts';
import { createPayment } from '../../src/usecases/create-payment.ts';
import { submitHostedCard } from '../../src/usecases/submit-hosted-card.ts';
import { openCard } from '../risk/cards.ts';
import { startTestCore, type TestCore } from '../support/core.ts';
import { command, paymentOf } from '../support/core-commands.ts';
import { insertMerchant } from '../support/webhook-rows.ts';

let house: TestCore;
before(async () => {
  house = await startTestCore();
});
after(() => house.close());

const good = '4242424242424242';

/** A merchant of its own with a monthly limit of 25 dollars on one card. */
async function limitedMerchant(): Promise<Merchant> {
  const id = await insertMerchant(house.core.database);
  await house.core.database.query({
    name: 'test-limited-flow',
    text: `insert into flows (merchant_id, id, currencies, monthly_card_limits, monthly_email_limits)
      values ($1, 'flow_default', '{USD}', '{"USD": "2500"}', '{"USD": "2500"}')`,
    values: [id],
  });
  return { ...house.merchant, id };
}

for (const authentication of ['when_issuer_asks', 'always'] as const) {
  test(`payments that begin at the same moment do not exceed a monthly limit together, authentication ${authentication}`, async () => {
    const merchant = await limitedMerchant();
    const card = { from: 'direct', card: openCard(good), brand: 'visa' } as const;
    const results = await Promise.all(
      Array.from({ length: 6 }, () =>
        createPayment(
          house.gateway,
          command(house, card, { merchant, authentication, email: 'ada@example.com' }),
        ),
      ),
    );
    const refusals = results.flatMap((result) => (result.kind === 'refused' ? [result.refusal.code] : []));
    assert.deepEqual(refusals, Array(4).fill('card_limit_exceeded'));
  });
}

test('cards that are typed at the same moment into two pages do not exceed a monthly limit together', async () => {
  const merchant = await limitedMerchant();
  const pages = await Promise.all(
    Array.from({ length: 6 }, () =>
      createPayment(house.gateway, command(house, { from: 'hosted' }, { merchant })),
    ),
  );
  const results = await Promise.all(
    pages.map((page) =>
      submitHostedCard(house.gateway, {
        merchantId: merchant.id,
        paymentId: paymentOf(page).id,
        card: openCard(good),
        brand: 'visa',
        cardsTried: 0,
        notificationUrl: (token) => `http://127.0.0.1:1/${token}`,
        challengeSeconds: 1800,
      }),
    ),
  );
  const refusals = results.flatMap((result) => (result.kind === 'refused' ? [result.refusal.code] : []));
  assert.deepEqual(refusals, Array(4).fill('card_limit_exceeded'));
});
