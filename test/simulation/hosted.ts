import type { Currency } from '../../src/domain/currency.ts';
import type { Merchant } from '../../src/domain/merchant.ts';
import { minorUnits } from '../../src/domain/money.ts';
import type { Payment } from '../../src/domain/payment.ts';
import { cancelByCustomer } from '../../src/usecases/cancel-by-customer.ts';
import { createPayment } from '../../src/usecases/create-payment.ts';
import { expirePayment } from '../../src/usecases/expire-payment.ts';
import type { Gateway } from '../../src/usecases/gateway.ts';
import { submitHostedCard } from '../../src/usecases/submit-hosted-card.ts';
import { openCard } from '../risk/cards.ts';
import type { World } from './world.ts';

const linkSeconds = 900;
/** More than the page takes, so that seeds come to its end. */
const triesMax = 8;

/** One hosted payment: a customer with two tabs and several cards, a change of mind, and a link that ends. */
export async function liveHosted(
  world: World,
  gateway: Gateway,
  merchant: Merchant,
  number: number,
): Promise<void> {
  const result = await createPayment(gateway, {
    merchant,
    dialect: 'sim',
    newNumbers: null,
    amount: minorUnits(1000n),
    currency: 'USD' as Currency,
    captureMethod: world.chance(0.5) ? 'manual' : 'automatic',
    flowId: null,
    card: { from: 'hosted' },
    authentication: 'when_issuer_asks',
    challengeSeconds: linkSeconds,
    hostedSeconds: linkSeconds,
    notificationUrl: (token) => token,
    customerReference: null,
    saveCard: false,
    savedCardLabel: { nickname: null, declaredFunding: null },
    merchantReference: `hosted-${number}`,
    returnUrl: null,
    metadata: {},
    email: null,
    phone: null,
    productName: null,
    details: {},
    claim: null,
    render: () => ({ status: 201, body: '' }),
  });
  if (result.kind !== 'done') return;
  const { payment } = result.outcome;
  const tabs = Array.from({ length: 1 + world.below(2) }, () => tryCards(world, gateway, payment));
  await Promise.all([
    ...tabs,
    ...(world.chance(0.2) ? [cancelByCustomer(gateway, merchant.id, payment.id)] : []),
    ...(world.chance(0.3) ? [expireLater(world, gateway, payment)] : []),
  ]);
}

/** One tab: each card is typed into the form as it stands then; most of them are declined. */
async function tryCards(world: World, gateway: Gateway, { id, merchantId }: Payment): Promise<void> {
  for (let tries = 0; tries < triesMax; tries++) {
    const shown = await gateway.payments.findPayment(merchantId, { id });
    if (shown?.status.state !== 'awaiting_card') return;
    const card = openCard('4242424242424242');
    await submitHostedCard(gateway, {
      merchantId,
      paymentId: id,
      card: { ...card, cardholderName: world.chance(0.75) ? 'Declined' : 'Ada' },
      brand: 'visa',
      cardsTried: shown.hosted?.cardsTried ?? 0,
      notificationUrl: (token) => token,
      challengeSeconds: linkSeconds,
    });
  }
}

async function expireLater(world: World, gateway: Gateway, payment: Payment): Promise<void> {
  for (let wait = world.below(20); wait > 0; wait--) await world.pause();
  world.advance(linkSeconds);
  await expirePayment(gateway, payment.merchantId, payment.id);
}
