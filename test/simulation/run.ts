import type { CardFace } from '../../src/domain/card.ts';
import type { Currency } from '../../src/domain/currency.ts';
import type { CardId, CardTokenId, MerchantId } from '../../src/domain/ids.ts';
import type { Flow, Merchant } from '../../src/domain/merchant.ts';
import { minorUnits } from '../../src/domain/money.ts';
import type { Payment } from '../../src/domain/payment.ts';
import { noRules } from '../../src/domain/risk/policy.ts';
import { Secret } from '../../src/lib/secret.ts';
import { capturePayment } from '../../src/usecases/capture-payment.ts';
import { createPayment } from '../../src/usecases/create-payment.ts';
import type { Gateway } from '../../src/usecases/gateway.ts';
import type { SealedCard } from '../../src/usecases/ports/vault.ts';
import { refundPayment } from '../../src/usecases/refund-payment.ts';
import { resolveAttempt } from '../../src/usecases/resolve-attempt.ts';
import { voidPayment } from '../../src/usecases/void-payment.ts';
import { SimulatedBank } from './bank.ts';
import { liveHosted } from './hosted.ts';
import { SimulatedStore } from './store.ts';
import { World } from './world.ts';

const merchant: Merchant = {
  id: 'mer_sim' as MerchantId,
  name: 'Simulated Shop',
  status: 'active',
  number: '2000000009',
  settings: { returnOrigins: [], defaultReturnUrl: null, dialects: {} },
};
const currency = 'USD' as Currency;
const flow: Flow = {
  id: 'flow_default',
  merchantId: merchant.id,
  active: true,
  captureMethod: 'automatic',
  currencies: [currency],
  minimumAmounts: {},
  maximumAmounts: {},
  successRedirectUrl: null,
  failureRedirectUrl: null,
  retryAfterDecline: false,
  monthlyCardLimits: {},
  monthlyEmailLimits: {},
  refundFees: {},
};
const timing = { queuedSeconds: 5, sendingSeconds: 60, leaseSeconds: 60 };

/** What is left of one seed's story. */
export interface Aftermath {
  readonly world: World;
  readonly store: SimulatedStore;
  readonly bank: SimulatedBank;
  /** Bodies that clients got for each key. */
  readonly answers: ReadonlyMap<string, ReadonlySet<string>>;
  /** Whether customers of hosted pages could try again. */
  readonly retryAfterDecline: boolean;
}

/**
 * Plays one seed: clients, kills and a bank that loses messages; then faults end and the workers clear up. Without
 * hosted payments a seed tells the story that it told before there were any.
 */
export async function playSeed(seed: number, { hosted }: { readonly hosted: boolean }): Promise<Aftermath> {
  const world = new World(seed);
  const store = new SimulatedStore(world);
  const bank = new SimulatedBank(world);
  const retryAfterDecline = hosted && world.chance(0.6);
  const gateway = assemble(world, store, bank, { ...flow, retryAfterDecline });
  const answers = new Map<string, Set<string>>();
  world.killShare = 0.01;
  bank.faultShare = 0.15;
  const payments = 1 + world.below(3);
  for (let number = 0; number < payments; number++) void live(world, store, gateway, number, answers);
  for (let page = hosted ? world.below(3) : 0; page > 0; page--)
    void liveHosted(world, gateway, merchant, page);
  for (let round = 0; round < 3; round++) void resolveOnce(world, store, gateway);
  await world.run(5000);
  world.killShare = 0;
  bank.faultShare = 0;
  for (let round = 0; round < 12; round++) {
    world.advance(4000);
    void resolveOnce(world, store, gateway);
    await world.run(5000);
  }
  return { world, store, bank, answers, retryAfterDecline };
}

const sealed: SealedCard = {
  fingerprint: Buffer.alloc(32),
  fingerprintVersion: 1,
  sealedPan: Buffer.alloc(0),
  keyVersion: 1,
  sealedCvc: null,
  cvcKeyDay: null,
};

function assemble(world: World, store: SimulatedStore, bank: SimulatedBank, flow: Flow): Gateway {
  const face = (id: string): CardFace => ({
    id: id as CardId,
    brand: 'visa',
    bin: '424242',
    last4: '4242',
    panLength: 16,
    expiry: { month: 12, year: 2040 },
    cardholderName: world.chance(0.1) ? 'Declined' : 'Ada',
    country: null,
    funding: null,
  });
  const parts = {
    mode: 'sandbox',
    clock: world,
    random: world,
    payments: store,
    idempotency: store,
    acquirer: bank,
    flows: { findFlow: async () => flow },
    cards: {
      findToken: async (_merchant: string, id: string) => ({
        face: face(`card_${id}`),
        fingerprint: Buffer.alloc(32),
        usedBy: store.usedTokens.get(id) ?? null,
        expiresAt: new Date(world.now().getTime() + 1e6),
        browser: { ip: null, device: null },
      }),
    },
    risk: {
      findPolicy: async () => ({ kind: 'ready', policy: noRules }),
      listDecisions: async () => [],
    },
    directory: { findMerchant: async () => merchant },
    vault: {
      open: async () => ({ pan: new Secret('4242424242424242'), cvc: new Secret('123') }),
      seal: async () => sealed,
    },
    newRefundNumber: () => null,
    acceptance: { judge: () => 'accepted' },
    bins: { lookUp: async () => ({ brand: 'visa', country: null, funding: null }) },
    deliveriesWaiting: () => undefined,
    inBackground: (_what: string, work: () => Promise<unknown>) => void work(),
  };
  return parts as unknown as Gateway;
}

function note(answers: Map<string, Set<string>>, key: string, body: string): void {
  const seen = answers.get(key) ?? new Set();
  answers.set(key, seen.add(body));
}

const render = (outcome: { payment: Payment }) => ({
  status: 201,
  body: `${outcome.payment.status.state} ${outcome.payment.amount} v${outcome.payment.version}`,
});

/** One payment and what clients do with it, each request sent twice under its key as nervous clients do. */
async function live(
  world: World,
  store: SimulatedStore,
  gateway: Gateway,
  number: number,
  answers: Map<string, Set<string>>,
): Promise<void> {
  const manual = world.chance(0.5);
  const key = (what: string) => ({
    keyHash: Buffer.from(`${what}-${number}`),
    requestHash: Buffer.from(what),
    expiresAt: new Date(world.now().getTime() + 1e9),
  });
  const create = async () => {
    const result = await createPayment(gateway, {
      merchant,
      dialect: 'sim',
      newNumbers: null,
      amount: minorUnits(1000n),
      currency,
      captureMethod: manual ? 'manual' : 'automatic',
      flowId: null,
      card: { from: 'token', tokenId: `tok_${number}` as CardTokenId },
      authentication: 'when_issuer_asks',
      challengeSeconds: 900,
      hostedSeconds: 900,
      notificationUrl: (token) => token,
      customerReference: null,
      saveCard: false,
      savedCardLabel: { nickname: null, declaredFunding: null },
      merchantReference: `order-${number}`,
      returnUrl: null,
      metadata: {},
      email: null,
      phone: null,
      productName: null,
      details: {},
      claim: key('create'),
      render,
    });
    if (result.kind === 'earlier' && result.earlier.kind === 'answered')
      note(answers, `create-${number}`, result.earlier.answer.body);
    if (result.kind === 'done' && result.outcome.payment.status.state !== 'authorizing') {
      note(answers, `create-${number}`, render(result.outcome).body);
    }
  };
  await Promise.all([create(), create()]);
  const payment = [...store.payments.values()].find(
    (candidate) => candidate.merchantReference === `order-${number}`,
  );
  if (!payment) return;
  const name = { merchantId: merchant.id, name: { id: payment.id }, render };
  const refund = (index: number) =>
    refundPayment(gateway, {
      ...name,
      amount: minorUnits(400n),
      reason: null,
      merchantReference: null,
      settle: world.chance(0.5) ? 'await' : 'in_background',
      claim: key(`refund${index}`),
    });
  const work: (() => Promise<unknown>)[] = [
    () =>
      capturePayment(gateway, {
        ...name,
        amount: world.chance(0.5) ? null : minorUnits(700n),
        claim: key('capture'),
      }),
    () => voidPayment(gateway, { ...name, claim: key('void') }),
    () => refund(0),
    () => refund(1),
    () => refund(2),
  ];
  await Promise.all(work.filter(() => world.chance(0.7)).map((step) => step()));
}

async function resolveOnce(world: World, store: SimulatedStore, gateway: Gateway): Promise<void> {
  await world.pause();
  const due = await store.resolution.claimDue(world.now(), 50, timing);
  for (const attempt of due) await resolveAttempt(gateway, store.resolution, attempt);
}
