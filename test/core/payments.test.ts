import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type MinorUnits, minorUnits } from '../../src/domain/money.ts';
import type { Payment } from '../../src/domain/payment.ts';
import { capturePayment } from '../../src/usecases/capture-payment.ts';
import type { CreatePayment, PaymentCard } from '../../src/usecases/commands.ts';
import {
  completeAuthentication,
  recordAuthenticationResult,
} from '../../src/usecases/complete-authentication.ts';
import { createPayment } from '../../src/usecases/create-payment.ts';
import { refundPayment } from '../../src/usecases/refund-payment.ts';
import { voidPayment } from '../../src/usecases/void-payment.ts';
import { startTestCore, type TestCore } from '../support/core.ts';
import { command as commandOf, paymentOf, tokenFor } from '../support/core-commands.ts';

let house: TestCore;
before(async () => {
  house = await startTestCore();
});
after(() => house.close());

const answer = () => ({ status: 200, body: '{}' });

const token = (pan: string) => tokenFor(house, pan);
const command = (card: PaymentCard, over: Partial<CreatePayment> = {}) => commandOf(house, card, over);

const follow = (payment: Payment) => ({
  merchantId: payment.merchantId,
  name: { id: payment.id },
  claim: null,
  render: answer,
});

async function count(sql: string, ...values: unknown[]): Promise<number> {
  const { rows } = await house.database.pool.query(`select count(*)::integer as n from ${sql}`, values);
  return rows[0].n;
}

const outcomes = [
  { pan: '4242424242424242', state: 'captured', reason: undefined },
  { pan: '4000000000000002', state: 'failed', reason: 'card_declined' },
  { pan: '4000000000009995', state: 'failed', reason: 'insufficient_funds' },
] as const;
for (const { pan, state, reason } of outcomes) {
  test(`a token payment with ${pan} ends ${state}, with one event and without its code`, async () => {
    const payment = paymentOf(await createPayment(house.gateway, command(await token(pan))));
    assert.equal(payment.status.state, state);
    assert.equal(payment.status.state === 'failed' ? payment.status.reason : undefined, reason);
    const stored = await house.gateway.payments.findPayment(house.merchant.id, { id: payment.id });
    assert.deepEqual(stored, payment, 'what was answered is what is stored');
    assert.equal(await count('events where payment_id = $1', payment.id), 1);
    assert.equal(await count('vault.cvcs where card_id = $1', payment.card?.id), 0);
  });
}

test('a token pays once: of twenty equal payments at once exactly one is opened', async () => {
  const card = await token('4242424242424242');
  const results = await Promise.all(
    Array.from({ length: 20 }, () => createPayment(house.gateway, command(card))),
  );
  assert.equal(results.filter((result) => result.kind === 'done').length, 1);
  const codes = results.flatMap((result) => (result.kind === 'refused' ? [result.refusal.code] : []));
  assert.deepEqual(new Set(codes), new Set(['token_used']));
});

test('equal requests under one key at once charge once, and all but the first are told of the earlier one', async () => {
  const card = await token('4242424242424242');
  const claim = {
    keyHash: Buffer.alloc(32, 7),
    requestHash: Buffer.alloc(32, 8),
    expiresAt: new Date(Date.now() + 1e6),
  };
  const reference = 'same-key';
  const send = () => createPayment(house.gateway, command(card, { claim, merchantReference: reference }));
  const results = await Promise.all(Array.from({ length: 50 }, send));
  assert.equal(results.filter((result) => result.kind === 'done').length, 1);
  assert.ok(
    results.every((result) => result.kind === 'done' || result.kind === 'earlier'),
    JSON.stringify(results.filter((r) => r.kind === 'refused')[0]),
  );
  assert.equal(await count('payments where merchant_reference = $1', reference), 1);
  const replay = await send();
  assert.deepEqual(replay, { kind: 'earlier', earlier: { kind: 'answered', answer: answer() } });
});

test('a held authorization is captured in part, and the rest can never be refunded', async () => {
  const held = paymentOf(
    await createPayment(house.gateway, command(await token('4242424242424242'), { captureMethod: 'manual' })),
  );
  assert.equal(held.status.state, 'authorized');
  const captured = await capturePayment(house.gateway, { ...follow(held), amount: minorUnits(600n) });
  assert.equal(captured.kind, 'done');
  assert.equal(captured.kind === 'done' && captured.payment.amount, 600n);
  const refund = (amount: MinorUnits | null) =>
    refundPayment(house.gateway, {
      ...follow(held),
      amount,
      reason: null,
      merchantReference: null,
      settle: 'await',
    });
  const tooMuch = await refund(minorUnits(601n));
  assert.equal(tooMuch.kind === 'refused' && tooMuch.refusal.code, 'amount_too_large');
  const concurrent = await Promise.all(Array.from({ length: 10 }, () => refund(minorUnits(100n))));
  assert.equal(
    concurrent.filter((result) => result.kind === 'done').length,
    6,
    'six hundreds fit, the rest is refused',
  );
  const stored = await house.gateway.payments.findPayment(held.merchantId, { id: held.id });
  assert.equal(stored?.status.state === 'captured' && stored.status.refunded, 600n);
  const events = await house.database.pool.query(
    'select sequence from events where payment_id = $1 order by sequence',
    [held.id],
  );
  assert.deepEqual(
    events.rows.map((row) => row.sequence),
    [1, 2, 3, 4, 5, 6, 7, 8],
    'events are numbered without gaps',
  );
});

test('a hold that was voided cannot be captured, and one that was captured cannot be voided', async () => {
  const make = async () =>
    paymentOf(
      await createPayment(
        house.gateway,
        command(await token('4242424242424242'), { captureMethod: 'manual' }),
      ),
    );
  const first = await make();
  assert.equal((await voidPayment(house.gateway, follow(first))).kind, 'done');
  const capture = await capturePayment(house.gateway, { ...follow(first), amount: null });
  assert.equal(capture.kind === 'refused' && capture.refusal.code, 'invalid_status');
  const second = await make();
  assert.equal((await capturePayment(house.gateway, { ...follow(second), amount: null })).kind, 'done');
  const voided = await voidPayment(house.gateway, follow(second));
  assert.equal(voided.kind === 'refused' && voided.refusal.code, 'invalid_status');
});

test('another merchant’s payment is unknown', async () => {
  const payment = paymentOf(await createPayment(house.gateway, command(await token('4242424242424242'))));
  assert.equal(await house.gateway.payments.findPayment(house.other.id, { id: payment.id }), null);
  const capture = await capturePayment(house.gateway, {
    ...follow(payment),
    merchantId: house.other.id,
    amount: null,
  });
  assert.equal(capture.kind === 'refused' && capture.refusal.code, 'not_found');
});

test('a card whose issuer asks is authenticated, and pays only after the issuer’s server said so', async () => {
  const results: string[] = [];
  const gateway = {
    ...house.gateway,
    resultsUrl: (value: string) => {
      results.push(value);
      return `http://127.0.0.1:1/${value}`;
    },
  };
  const result = await createPayment(
    gateway,
    command(await token('4000002500003155'), { saveCard: true, customerReference: 'c-1' }),
  );
  const payment = paymentOf(result);
  assert.equal(payment.status.state, 'authenticating');
  const challenge = result.kind === 'done' ? result.outcome.challenge : null;
  assert.ok(challenge);
  const early = await completeAuthentication(gateway, challenge.browserToken);
  assert.equal(early.kind, 'waiting', 'a browser that merely came back changes nothing');
  const { rows } = await house.database.pool.query(
    'select server_transaction_id, acs_transaction_id from authentications where payment_id = $1',
    [payment.id],
  );
  const { rows: issued } = await house.database.pool.query(
    'select * from sandbox_bank.authentications where server_transaction_id = $1',
    [rows[0].server_transaction_id],
  );
  assert.equal(issued.length, 1);
  const recorded = await recordAuthenticationResult(gateway, results[0] ?? '', {
    serverTransactionId: rows[0].server_transaction_id,
    acsTransactionId: rows[0].acs_transaction_id,
    transStatus: 'N',
    transStatusReason: '01',
    eci: null,
    authenticationValue: null,
    dsTransactionId: null,
    challengeCancel: null,
    version: '2.2.0',
  });
  assert.equal(recorded, true);
  const done = await Promise.all(
    [1, 2, 3].map(() => completeAuthentication(gateway, challenge.browserToken)),
  );
  for (const completion of done) {
    assert.equal(completion.kind, 'final');
    assert.equal(completion.kind === 'final' && completion.payment.status.state, 'failed');
  }
  assert.equal(await count("events where payment_id = $1 and type = 'payment.failed'", payment.id), 1);
});

test('an acquirer that does not answer leaves the payment under way and its attempt unknown', async () => {
  const payment = paymentOf(await createPayment(house.gateway, command(await token('4242424242424242'))));
  assert.equal(payment.status.state, 'captured');
  const gateway = {
    ...house.gateway,
    acquirer: {
      ...house.gateway.acquirer,
      authorize: async () => ({ kind: 'unknown', cause: 'no answer' }) as const,
    },
  };
  const pending = paymentOf(await createPayment(gateway, command(await token('4242424242424242'))));
  assert.equal(pending.status.state, 'authorizing');
  assert.equal(
    await count(
      "attempts where payment_id = $1 and state = 'unknown' and next_inquiry_at is not null",
      pending.id,
    ),
    1,
  );
});
