import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Merchant } from '../../src/domain/merchant.ts';
import type { Payment } from '../../src/domain/payment.ts';
import type { RiskAction } from '../../src/domain/risk/rule.ts';
import { readBook } from '../../src/sandbox/bank/entries.ts';
import { createResolutionStore } from '../../src/store/resolution.ts';
import type { CreatePayment } from '../../src/usecases/commands.ts';
import { completeAuthentication } from '../../src/usecases/complete-authentication.ts';
import { createPayment } from '../../src/usecases/create-payment.ts';
import type { Gateway } from '../../src/usecases/gateway.ts';
import { resolveAttempt } from '../../src/usecases/resolve-attempt.ts';
import { reviewPayment } from '../../src/usecases/risk/review-payment.ts';
import { submitHostedCard } from '../../src/usecases/submit-hosted-card.ts';
import { startTestCore, type TestCore } from '../support/core.ts';
import { command, paymentOf, tokenFor } from '../support/core-commands.ts';
import { insertMerchant } from '../support/webhook-rows.ts';
import { openCard } from './cards.ts';
import { list, rule } from './facts.ts';

let house: TestCore;
before(async () => {
  house = await startTestCore();
});
after(() => house.close());

const plain = '4242424242424242';
const wrongCode = '4000009600000049';
const wrongAddress = '4000009600000023';

/** The demonstration core, in the hands of a merchant of its own with these rules. */
async function shopWith(
  rules: readonly [RiskAction, readonly object[]][],
  whenCheckFails?: RiskAction,
): Promise<TestCore> {
  const id = await insertMerchant(house.core.database);
  await house.core.database.query({
    name: 'test-copy-flow',
    text: `insert into flows (merchant_id, id, currencies) values ($1, 'flow_default', '{USD,EUR}')`,
    values: [id],
  });
  const { riskRules } = house.gateway;
  for (const [action, conditions] of rules)
    await riskRules.insertRule(rule(action, conditions, { merchantId: id }));
  if (whenCheckFails) await riskRules.setWhenCheckFails(id, whenCheckFails, house.gateway.clock.now());
  const merchant: Merchant = { ...house.merchant, id };
  return { ...house, merchant };
}

async function pay(shop: TestCore, pan: string, over: Partial<CreatePayment> = {}): Promise<Payment> {
  return paymentOf(await createPayment(shop.gateway, command(shop, await tokenFor(shop, pan), over)));
}

async function booked(payment: Payment) {
  const filter = { reference: null, merchantReference: payment.id, after: 0n, limit: 100 };
  return (await readBook(house.database.pool, filter, house.gateway.clock.now())).authorizations;
}

function failure({ status }: Payment): string | undefined {
  return status.state === 'failed' ? status.reason : undefined;
}

const velocity = (count: number, of = 'fingerprint') => ({
  fact: 'velocity',
  operator: 'above',
  of,
  window: '1h',
  count,
});
const fromUs = { fact: 'country', operator: 'in', values: ['US'] };

test('a blocked payment fails as suspected fraud, tells nobody at the bank, and says why by its decision', async () => {
  const shop = await shopWith([['block', [fromUs]]]);
  const payment = await pay(shop, plain, { email: 'Ada@Example.com' });
  assert.equal(failure(payment), 'fraud_suspected');
  assert.deepEqual(await booked(payment), []);
  const [decision, ...rest] = await shop.gateway.risk.listDecisions(shop.merchant.id, payment.id);
  assert.equal(rest.length, 0);
  assert.equal(decision?.action, 'block');
  assert.equal(decision?.reason, 'rule');
  assert.equal(decision?.rule?.name, 'block by test');
  assert.equal(decision?.facts.country, 'US');
  assert.equal(decision?.facts.email, 'ada@example.com');
  assert.equal(decision?.facts.amount, '1000');
  assert.ok(!JSON.stringify(decision).includes('4242424242'), 'no more of the number than its BIN');
  const { rows } = await house.database.pool.query(
    'select state, decline_reason from attempts where payment_id = $1',
    [payment.id],
  );
  assert.deepEqual(rows, [{ state: 'declined', decline_reason: 'fraud_suspected' }]);
});

test('a merchant without rules has nothing counted and nothing decided', async () => {
  const payment = await pay(house, plain);
  assert.equal(payment.status.state, 'captured');
  assert.deepEqual(await house.gateway.risk.listDecisions(house.merchant.id, payment.id), []);
  const { rows } = await house.database.pool.query('select 1 from risk_counters where merchant_id = $1', [
    house.merchant.id,
  ]);
  assert.equal(rows.length, 0);
});

test('of fifty payments at once with a limit of five, exactly five reach the bank', async () => {
  const shop = await shopWith([['block', [velocity(5)]]]);
  const cards = await Promise.all(Array.from({ length: 50 }, () => tokenFor(shop, plain)));
  const results = await Promise.all(
    cards.map((card) => createPayment(shop.gateway, command(shop, card)).then(paymentOf)),
  );
  const states = results.map(({ status }) => status.state);
  assert.equal(states.filter((state) => state === 'captured').length, 5);
  assert.equal(states.filter((state) => state === 'failed').length, 45);
  const { rows } = await house.database.pool.query<{ count: bigint }>(
    'select count(*) from sandbox_bank.authorizations where merchant_reference = any ($1)',
    [results.map(({ id }) => id)],
  );
  assert.equal(rows[0]?.count, 5n);
});

test('payments that share two values in different company never wait for each other in a ring', async () => {
  const shop = await shopWith([['block', [velocity(1000), velocity(1000, 'email'), velocity(1000, 'ip')]]]);
  const pans = [plain, '5555555555554444'];
  const browser = { ip: '203.0.113.9', device: null };
  const results = await Promise.all(
    Array.from({ length: 40 }, (_, index) =>
      createPayment(
        shop.gateway,
        command(
          shop,
          { from: 'direct', card: openCard(pans[index % 2] ?? plain), brand: 'visa' },
          { email: `${(index >> 1) % 2}@example.com`, browser },
        ),
      ),
    ),
  );
  for (const result of results) assert.equal(paymentOf(result).status.state, 'captured');
});

test('an earlier request under the same key is not counted again', async () => {
  const shop = await shopWith([['block', [velocity(2)]]]);
  const card = await tokenFor(shop, plain);
  const claim = {
    keyHash: Buffer.alloc(32, 7),
    requestHash: Buffer.alloc(32, 1),
    expiresAt: new Date(Date.now() + 1e9),
  };
  const first = await createPayment(shop.gateway, command(shop, card, { claim }));
  assert.equal(paymentOf(first).status.state, 'captured');
  for (let round = 0; round < 5; round++)
    assert.equal((await createPayment(shop.gateway, command(shop, card, { claim }))).kind, 'earlier');
  assert.equal((await pay(shop, plain)).status.state, 'captured', 'the second attempt');
  assert.equal(failure(await pay(shop, plain)), 'fraud_suspected', 'the third');
});

test('a window ends with the business clock', async () => {
  const shop = await shopWith([['block', [velocity(1)]]]);
  await pay(shop, plain);
  assert.equal(failure(await pay(shop, plain)), 'fraud_suspected');
  await house.core.clock.advance(2 * 3600);
  assert.equal((await pay(shop, plain)).status.state, 'captured');
});

test('a card typed on the hosted page is counted and judged too', async () => {
  const shop = await shopWith([['block', [velocity(1, 'ip')]]]);
  const submit = async (): Promise<Payment> => {
    const { id } = await pay(shop, plain, { card: { from: 'hosted' } });
    return paymentOf(
      await submitHostedCard(shop.gateway, {
        merchantId: shop.merchant.id,
        paymentId: id,
        card: openCard(plain),
        brand: 'visa',
        cardsTried: 0,
        notificationUrl: (token) => `http://127.0.0.1:1/${token}`,
        challengeSeconds: 1800,
        browser: { ip: '198.51.100.4', device: null },
      }),
    );
  };
  assert.equal((await submit()).status.state, 'captured');
  const second = await submit();
  assert.equal(failure(second), 'fraud_suspected');
  assert.deepEqual(await booked(second), []);
});

test('a rule to authenticate sends the cardholder to the issuer before anything is authorized', async () => {
  const shop = await shopWith([['authenticate', [fromUs]]]);
  const result = await createPayment(shop.gateway, command(shop, await tokenFor(shop, plain)));
  const payment = paymentOf(result);
  assert.equal(payment.status.state, 'authenticating');
  assert.ok(result.kind === 'done' && result.outcome.challenge);
  assert.deepEqual(await booked(payment), []);
  const returned = await completeAuthentication(shop.gateway, result.outcome.challenge.browserToken);
  assert.equal(returned.kind, 'waiting', 'the browser alone proves nothing');
  const [decision] = await shop.gateway.risk.listDecisions(shop.merchant.id, payment.id);
  assert.equal(decision?.action, 'authenticate');
});

test('a payment that asks its issuer first is stopped before it asks, and a rule to authenticate adds nothing', async () => {
  const asked: string[] = [];
  const watched = (shop: TestCore): Gateway => ({
    ...shop.gateway,
    authenticator: {
      authenticate(request) {
        asked.push(request.id);
        return shop.gateway.authenticator.authenticate(request);
      },
    },
  });
  const always = { authentication: 'always' } as const;
  const strict = await shopWith([['block', [fromUs]]]);
  const blocked = await createPayment(
    watched(strict),
    command(strict, await tokenFor(strict, plain), always),
  );
  assert.equal(failure(paymentOf(blocked)), 'fraud_suspected');
  assert.deepEqual(asked, []);
  const careful = await shopWith([['authenticate', [fromUs]]]);
  const sent = await createPayment(
    watched(careful),
    command(careful, await tokenFor(careful, plain), always),
  );
  assert.equal(paymentOf(sent).status.state, 'authenticating');
  assert.equal(asked.length, 1);
});

test('nobody is there to authenticate a merchant’s own charge: it fails and says so', async () => {
  const shop = await shopWith([
    ['authenticate', [{ fact: 'initiator', operator: 'in', values: ['merchant'] }]],
  ]);
  const first = await pay(shop, plain, { saveCard: true, customerReference: 'c' });
  assert.equal(first.status.state, 'captured');
  assert.ok(first.paymentMethodId);
  const card = { from: 'saved', method: { id: first.paymentMethodId } } as const;
  const charge = paymentOf(
    await createPayment(
      shop.gateway,
      command(shop, card, { customerReference: 'c', authentication: 'never' }),
    ),
  );
  assert.equal(failure(charge), 'authentication_required');
  assert.deepEqual(await booked(charge), []);
});

test('a payment whose rules cannot be read goes through 3-D Secure, or as its merchant chose', async () => {
  for (const [choice, expected] of [
    [undefined, 'authenticating'],
    ['authenticate', 'authenticating'],
    ['allow', 'captured'],
    ['review', 'captured'],
    ['block', 'failed'],
  ] as const) {
    const shop = await shopWith([['allow', [fromUs]]], choice);
    await house.core.database.query({
      name: 'test-break-rule',
      text: `update risk_rules set conditions = '[{"fact":"phase_of_moon","operator":"in","values":["full"]}]'
        where merchant_id = $1`,
      values: [shop.merchant.id],
    });
    const payment = await pay(shop, plain);
    assert.equal(payment.status.state, expected, String(choice));
    const [decision] = await shop.gateway.risk.listDecisions(shop.merchant.id, payment.id);
    assert.equal(decision?.reason, 'check_failed');
    assert.equal(decision?.review, choice === 'review' ? 'open' : null);
  }
});

test('a store of rules that throws is a check that fails, and is logged', async () => {
  const shop = await shopWith([]);
  const logged: string[] = [];
  const broken: Gateway = {
    ...shop.gateway,
    inBackground: (what, work) => void work().catch(() => logged.push(what)),
    risk: {
      ...shop.gateway.risk,
      findPolicy: () => Promise.reject(new Error('canceling statement due to statement timeout')),
    },
  };
  const payment = paymentOf(await createPayment(broken, command(shop, await tokenFor(shop, plain))));
  assert.equal(payment.status.state, 'authenticating');
  assert.deepEqual(logged, [`reading the rules of ${shop.merchant.id}`]);
});

for (const kind of ['automatic', 'manual'] as const) {
  test(`an approval with a wrong code is undone at once when a rule says so (${kind} capture)`, async () => {
    const shop = await shopWith([['block', [{ fact: 'cvc_result', operator: 'in', values: ['N'] }]]]);
    const payment = await pay(shop, wrongCode, { captureMethod: kind });
    assert.equal(failure(payment), 'fraud_suspected');
    const [entry, ...rest] = await booked(payment);
    assert.equal(rest.length, 0);
    assert.equal(entry?.status, 'reversed');
    assert.equal(entry?.live, false);
    const decisions = await shop.gateway.risk.listDecisions(shop.merchant.id, payment.id);
    assert.deepEqual(
      decisions.map(({ stage, action }) => [stage, action]),
      [
        ['before_authorization', 'allow'],
        ['after_authorization', 'block'],
      ],
    );
    const { rows } = await house.database.pool.query(
      'select kind, state from attempts where payment_id = $1 order by created_at, id',
      [payment.id],
    );
    assert.deepEqual(rows.map(({ state }) => state).sort(), ['approved', 'reversed']);
    assert.equal((await pay(shop, plain)).status.state, 'captured', 'a matching code passes');
  });
}

test('the address may be judged like the code, and reviewed instead of refused', async () => {
  const shop = await shopWith([['review', [{ fact: 'avs_result', operator: 'in', values: ['N'] }]]]);
  const payment = await pay(shop, wrongAddress);
  assert.equal(payment.status.state, 'captured');
  const open = await shop.gateway.risk.listOpenReviews(shop.merchant.id, { limit: 10 });
  assert.deepEqual(
    open.map(({ paymentId }) => paymentId),
    [payment.id],
  );
});

test('a reversal whose answer is lost is repeated by the worker, and the payment fails for the rule’s reason', async () => {
  const shop = await shopWith([['block', [{ fact: 'cvc_result', operator: 'in', values: ['N'] }]]]);
  const { acquirer } = shop.gateway;
  const silent: Gateway = {
    ...shop.gateway,
    acquirer: {
      ...acquirer,
      async reverse(request) {
        await acquirer.reverse(request);
        return { kind: 'unknown', cause: 'no answer within 1 ms' };
      },
    },
  };
  const left = paymentOf(await createPayment(silent, command(shop, await tokenFor(shop, wrongCode))));
  assert.equal(left.status.state, 'authorizing', 'silence is unknown, never a decline');
  await resolveAll(shop);
  const payment = await shop.gateway.payments.findPayment(shop.merchant.id, { id: left.id });
  assert.ok(payment);
  assert.equal(failure(payment), 'fraud_suspected');
  assert.equal((await booked(payment))[0]?.live, false);
});

test('an approval that is only found out by inquiry is held to the same rules', async () => {
  const shop = await shopWith([
    ['block', [{ fact: 'cvc_result', operator: 'in', values: ['N'] }]],
    ['review', [{ fact: 'amount', operator: 'at_least', amount: '5000', currency: 'USD' }]],
  ]);
  const { acquirer } = shop.gateway;
  const deaf: Gateway = {
    ...shop.gateway,
    acquirer: {
      ...acquirer,
      async authorize(request) {
        await acquirer.authorize(request);
        return { kind: 'unknown', cause: 'no answer within 1 ms' };
      },
    },
  };
  const refused = paymentOf(await createPayment(deaf, command(shop, await tokenFor(shop, wrongCode))));
  const adopted = paymentOf(await createPayment(deaf, command(shop, await tokenFor(shop, plain))));
  // A process that dies between its two commits takes the decision with it.
  const dying = await tokenFor(shop, plain);
  const forgetful: Gateway = {
    ...deaf,
    payments: {
      ...deaf.payments,
      recordChange: (change) => deaf.payments.recordChange({ ...change, riskDecisions: undefined }),
    },
  };
  const lost = paymentOf(await createPayment(forgetful, command(shop, dying)));
  await resolveAll(shop);
  const read = async ({ id }: Payment): Promise<Payment> => {
    const found = await shop.gateway.payments.findPayment(shop.merchant.id, { id });
    assert.ok(found);
    return found;
  };
  assert.equal(failure(await read(refused)), 'fraud_suspected');
  assert.equal((await booked(refused))[0]?.live, false);
  assert.equal((await read(adopted)).status.state, 'captured');
  assert.equal((await read(lost)).status.state, 'captured');
  const open = await shop.gateway.risk.listOpenReviews(shop.merchant.id, { limit: 10 });
  assert.deepEqual(
    open.map(({ paymentId, reason }) => [paymentId, reason]),
    [[lost.id, 'check_failed']],
    'where rules call for reviews, a lost decision is one',
  );
});

test('a review that is refused voids a hold and refunds what was captured; the same verdict again changes nothing', async () => {
  const shop = await shopWith([['review', [fromUs]]]);
  for (const [captureMethod, state] of [
    ['automatic', 'refunded'],
    ['manual', 'voided'],
  ] as const) {
    const payment = await pay(shop, plain, { captureMethod });
    const asked = { merchantId: shop.merchant.id, paymentId: payment.id, verdict: 'refused' } as const;
    const twice = await Promise.all([reviewPayment(shop.gateway, asked), reviewPayment(shop.gateway, asked)]);
    assert.ok(twice.some(({ kind }) => kind === 'done'));
    assert.equal((await reviewPayment(shop.gateway, asked)).kind, 'done');
    const [entry] = await booked(payment);
    assert.equal(entry?.status, state);
    assert.equal(entry?.live, false);
    const other = await reviewPayment(shop.gateway, { ...asked, verdict: 'approved' });
    assert.equal(other.kind === 'refused' && other.refusal.code, 'invalid_status');
  }
});

test('a review stays open while nobody knows whether its money was taken back, and is decided once it was', async () => {
  const shop = await shopWith([['review', [fromUs]]]);
  const lost = async () => ({ kind: 'unknown', cause: 'never received' }) as const;
  const deaf = { ...shop.gateway, acquirer: { ...shop.gateway.acquirer, refund: lost, void: lost } };
  for (const [captureMethod, state] of [
    ['automatic', 'refunded'],
    ['manual', 'voided'],
  ] as const) {
    const payment = await pay(shop, plain, { captureMethod });
    const asked = { merchantId: shop.merchant.id, paymentId: payment.id, verdict: 'refused' } as const;
    for (const gateway of [deaf, shop.gateway]) {
      const result = await reviewPayment(gateway, asked);
      assert.equal(result.kind === 'refused' && result.refusal.code, 'operation_in_progress');
    }
    await resolveAll(shop);
    const [open] = await shop.gateway.risk.listOpenReviews(shop.merchant.id, { limit: 1 });
    assert.equal(
      open?.paymentId,
      payment.id,
      'what was lost on its way came to nothing, so somebody must decide again',
    );
    assert.equal((await reviewPayment(shop.gateway, asked)).kind, 'done');
    assert.equal((await booked(payment))[0]?.status, state);
  }
});

test('a review that is approved leaves the payment as it is', async () => {
  const shop = await shopWith([['review', [fromUs]]]);
  const payment = await pay(shop, plain);
  const asked = { merchantId: shop.merchant.id, paymentId: payment.id, verdict: 'approved' } as const;
  assert.equal((await reviewPayment(shop.gateway, asked)).kind, 'done');
  assert.equal((await booked(payment))[0]?.status, 'captured');
  assert.deepEqual(await shop.gateway.risk.listOpenReviews(shop.merchant.id, { limit: 10 }), []);
});

test('lists are looked into as they are at the moment of the payment', async () => {
  const shop = await shopWith([]);
  const { riskRules, cards } = shop.gateway;
  const blocked = list('fingerprint', []).list;
  await riskRules.insertList({ ...blocked, merchantId: shop.merchant.id });
  const asked = rule('block', [{ fact: 'fingerprint', operator: 'in_list', list: blocked.id }]);
  await riskRules.insertRule({ ...asked, merchantId: shop.merchant.id });
  const first = await pay(shop, plain);
  assert.equal(first.status.state, 'captured');
  assert.ok(first.card);
  const fingerprint = await cards.findFingerprint(shop.merchant.id, first.card.id);
  assert.ok(fingerprint);
  const now = shop.gateway.clock.now();
  await riskRules.addEntry(shop.merchant.id, blocked.id, fingerprint.toString('hex'), now);
  assert.equal(await untilFailed(() => pay(shop, plain)), 'fraud_suspected');
  assert.equal((await pay(shop, '5555555555554444')).status.state, 'captured', 'another card');
});

/** The news of a changed list travels by notification: within moments every process has heard it. */
async function untilFailed(attempt: () => Promise<Payment>): Promise<string | undefined> {
  for (let tries = 0; tries < 50; tries++) {
    const reason = failure(await attempt());
    if (reason) return reason;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return undefined;
}

/** What the worker does, with an hour passing between its looks. */
async function resolveAll({ gateway, core }: TestCore): Promise<void> {
  const store = createResolutionStore(core.database);
  for (let round = 0; round < 6; round++) {
    await core.clock.advance(3600);
    const timing = { queuedSeconds: 5, sendingSeconds: 60, leaseSeconds: 60 };
    for (const due of await store.claimDue(gateway.clock.now(), 100, timing))
      await resolveAttempt(gateway, store, due);
  }
}
