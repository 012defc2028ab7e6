import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Payment } from '../../src/domain/payment.ts';
import { createAlertDesk } from '../../src/store/desks.ts';
import { createDisputeStore } from '../../src/store/disputes.ts';
import { createPayment } from '../../src/usecases/create-payment.ts';
import type { AcquirerDispute } from '../../src/usecases/ports/acquirer.ts';
import { fetchDisputes, tellDisputes } from '../../src/usecases/record-dispute.ts';
import { newCard, Shop as OrderShop } from '../eximpe/shop.ts';
import { startTestCore, type TestCore } from '../support/core.ts';
import { command, paymentOf, tokenFor } from '../support/core-commands.ts';
import { type Receiver, startReceiver } from '../support/receiver.ts';
import { until } from '../support/until.ts';
import { openShop, type Shop } from '../zafapay/shop.ts';

const disputedCard = '4000000000000259';

describe('disputes are kept once and told once', () => {
  let house: TestCore;
  before(async () => {
    house = await startTestCore();
  });
  after(() => house.close());

  const store = () => createDisputeStore(house.core.database);

  async function pay(card = disputedCard): Promise<Payment> {
    return paymentOf(await createPayment(house.gateway, command(house, await tokenFor(house, card))));
  }

  async function eventsOf(payment: Payment): Promise<{ type: string; sequence: number }[]> {
    const { rows } = await house.database.pool.query(
      'select type, sequence from events where payment_id = $1 order by sequence',
      [payment.id],
    );
    return rows;
  }

  const dispute = (id: string, reference: string): AcquirerDispute => ({
    id,
    reference,
    amount: 1000n as AcquirerDispute['amount'],
    currency: 'USD',
    reasonCode: null,
    raisedAt: new Date('2026-03-04T00:00:00Z'),
  });

  test('the bank is asked from where the last look ended; the event carries the facts of the case', async () => {
    const payment = await pay();
    assert.deepEqual(await fetchDisputes(house.gateway, store()), { kind: 'fetched', received: 1 });
    assert.equal(await tellDisputes(house.gateway, store()), 1);
    assert.deepEqual(await eventsOf(payment), [
      { type: 'payment.captured', sequence: 1 },
      { type: 'payment.disputed', sequence: 2 },
    ]);
    const [event] = await house.gateway.payments.listEvents(payment.merchantId, { limit: 1 });
    const { dispute: facts, payment: then } = event?.snapshot ?? {};
    assert.equal(then?.status.state, 'captured', 'a dispute is no state of its payment');
    assert.deepEqual([facts?.amount, facts?.currency, facts?.reasonCode], [1000n, 'USD', '10.4']);
    assert.ok(facts?.raisedAt instanceof Date);
    assert.deepEqual(await fetchDisputes(house.gateway, store()), { kind: 'fetched', received: 0 });
    assert.equal(await tellDisputes(house.gateway, store()), 0);
    assert.equal((await eventsOf(payment)).length, 2);
  });

  test('several workers at once tell each dispute once', async () => {
    const payments = await Promise.all(Array.from({ length: 8 }, () => pay()));
    await Promise.all(Array.from({ length: 4 }, () => fetchDisputes(house.gateway, store())));
    const told = await Promise.all(Array.from({ length: 4 }, () => tellDisputes(house.gateway, store())));
    assert.equal(
      told.reduce((sum, count) => sum + count),
      8,
    );
    for (const payment of payments) {
      assert.deepEqual(
        (await eventsOf(payment)).map(({ type }) => type),
        ['payment.captured', 'payment.disputed'],
      );
    }
  });

  test('a dispute waits while something of its payment is under way', async () => {
    const payment = await pay('4242424242424242');
    const { pool } = house.database;
    const { rows } = await pool.query<{ id: string }>(
      `update attempts set state = 'unknown', finished_at = null where payment_id = $1 returning id`,
      [payment.id],
    );
    const reference = rows[0]?.id ?? '';
    await store().receive('simulator', [dispute('early', reference)], null, house.gateway.clock.now());
    assert.equal(await tellDisputes(house.gateway, store()), 0);
    await pool.query(`update attempts set state = 'approved', finished_at = now() where id = $1`, [
      reference,
    ]);
    assert.equal(await tellDisputes(house.gateway, store()), 1);
    assert.equal((await eventsOf(payment)).at(-1)?.type, 'payment.disputed');
  });

  test('a dispute about a reference that is not ours is kept, and a person is told once', async () => {
    const now = house.gateway.clock.now();
    for (let round = 0; round < 2; round++)
      await store().receive('simulator', [dispute('foreign', 'att_nobody')], null, now);
    assert.equal(await tellDisputes(house.gateway, store()), 0);
    const alerts = await createAlertDesk(house.core.database).listAlerts({ limit: 100 });
    assert.equal(alerts.filter(({ kind }) => kind === 'dispute_without_payment').length, 1);
  });
});

describe('card 4000000000000259 through the whole gateway', () => {
  let shop: Shop;
  let orders: OrderShop;
  let receiver: Receiver;
  before(async () => {
    shop = await openShop();
    orders = new OrderShop(shop.gateway);
    receiver = await startReceiver();
    for (const format of ['zafapay', 'eximpe', 'standard']) {
      const answer = await shop.post('/v1/webhook_endpoints', { url: `${receiver.url}/${format}`, format });
      assert.equal(answer.status, 201, answer.text);
    }
  });
  after(async () => {
    await receiver.close();
    await shop.gateway.close();
  });

  /** The bodies that arrived in a format and tell of a dispute of that payment. */
  const told = (format: string, name: string) =>
    receiver.received
      .filter(({ path, body }) => path.endsWith(format) && body.includes(name))
      .map(({ body }) => JSON.parse(body))
      .filter(({ event, event_type, type }) =>
        ['payment.chargeback', 'DISPUTE_UPDATED', 'payment.disputed'].includes(event ?? event_type ?? type),
      );

  test('[zafapay 10.2] [eximpe 13.5] payment.chargeback, DISPUTE_UPDATED and payment.disputed are delivered, each once; the payment stays as it is', async () => {
    const paid = await shop.pay(disputedCard);
    const id: string = paid.body.transaction_id;
    await until(
      'all three are told',
      () => ['zafapay', 'eximpe', 'standard'].every((format) => told(format, id).length === 1),
      20,
    );
    const [chargeback] = told('zafapay', id);
    assert.deepEqual(
      [chargeback.status, chargeback.amount, chargeback.currency],
      ['chargeback', '10.00', 'usd'],
    );
    assert.equal((await shop.read(id)).status, 'completed');
  });

  test('[eximpe 13.5] an EximPe order tells amount, time and reason of the dispute', async () => {
    const { id } = await orders.pay({ card_details: { ...newCard, number: disputedCard } });
    await until('it is told', () => told('eximpe', id).length === 1, 20);
    const [body] = told('eximpe', id);
    assert.match(body.chargeback_id, /^CB[0-9]{10}$/);
    assert.deepEqual([body.order_id, body.chargeback_amount, body.chargeback_status], [id, 1249.5, 'NEW']);
    assert.match(body.raised_on, /^\d{4}-\d{2}-\d{2}T/);
    assert.match(body.reason_description, /10\.4/);
  });
});
