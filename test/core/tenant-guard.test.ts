import assert from 'node:assert/strict';
import { createHash, randomUUID } from 'node:crypto';
import { after, before, describe, it, test } from 'node:test';
import type { Currency } from '../../src/domain/currency.ts';
import {
  type EventId,
  type MerchantId,
  newId,
  type RefundId,
  type WebhookEndpointId,
} from '../../src/domain/ids.ts';
import type { Payment } from '../../src/domain/payment.ts';
import type { PaymentMethod } from '../../src/domain/payment-method.ts';
import { systemRandom } from '../../src/lib/random.ts';
import { createCardStore } from '../../src/store/cards.ts';
import { createDatabase, type Database } from '../../src/store/database.ts';
import { createIdempotencyStore } from '../../src/store/idempotency.ts';
import { createOrderStore } from '../../src/store/orders.ts';
import { createPaymentStore } from '../../src/store/payment-store.ts';
import { guardTenants, TenantViolation } from '../../src/store/tenant-guard.ts';
import { createWebhookStore } from '../../src/store/webhooks.ts';
import { createPayment } from '../../src/usecases/create-payment.ts';
import { refundPayment } from '../../src/usecases/refund-payment.ts';
import { startTestCore, type TestCore } from '../support/core.ts';
import { command, paymentOf, tokenFor } from '../support/core-commands.ts';

/** Everything that the owner has and a stranger asks for. */
interface Belongings {
  readonly payment: Payment;
  readonly method: PaymentMethod;
  readonly tokenId: Parameters<ReturnType<typeof createCardStore>['findToken']>[1];
  readonly refundId: RefundId;
  readonly eventId: EventId;
  readonly endpointId: WebhookEndpointId;
  readonly documentId: string;
  readonly claim: { readonly keyHash: Buffer; readonly requestHash: Buffer; readonly expiresAt: Date };
}

let house: TestCore;
let own: Belongings;
let stranger: MerchantId;
before(async () => {
  house = await startTestCore();
  stranger = house.other.id;
  own = await makeBelongings();
});
after(() => house.close());

async function makeBelongings(): Promise<Belongings> {
  const { gateway, merchant } = house;
  const endpointId = newId('WebhookEndpointId', systemRandom);
  const now = gateway.clock.now();
  await gateway.webhooks.insertEndpoint(
    {
      id: endpointId,
      merchantId: merchant.id,
      url: 'https://shop.example/hook',
      format: 'zafapay',
      filter: null,
      eventTypes: ['payment.captured'],
      status: 'enabled',
      createdAt: now,
      updatedAt: now,
    },
    Buffer.from('sealed'),
    16,
  );
  const claim = {
    keyHash: createHash('sha256').update('key').digest(),
    requestHash: createHash('sha256').update('request').digest(),
    expiresAt: new Date(now.getTime() + 1e8),
  };
  const numbers = { order: 'OD1234567890', payment: 'PY1234567890' };
  const payment = paymentOf(
    await createPayment(
      gateway,
      command(house, await tokenFor(house, '4242424242424242'), {
        saveCard: true,
        customerReference: 'cust_1',
        claim,
        newNumbers: () => numbers,
      }),
    ),
  );
  const [method] = await gateway.cards.listPaymentMethods(merchant.id, 'cust_1');
  const [event] = await gateway.payments.listEvents(merchant.id, { limit: 1 });
  const refund = await refundPayment(
    { ...gateway, newRefundNumber: () => 'RF1234567890' },
    {
      merchantId: merchant.id,
      name: { id: payment.id },
      amount: null,
      reason: null,
      merchantReference: null,
      settle: 'await',
      claim: null,
      render: () => ({ status: 200, body: '{}' }),
    },
  );
  const token = await tokenFor(house, '4242424242424242');
  assert.ok(method && event && refund.kind === 'done' && token.from === 'token');
  const orders = createOrderStore(house.core.merchantDatabase);
  const documentId = randomUUID().replaceAll('-', '');
  await orders.amendOrder(merchant.id, payment.id, { note: 'mine' }, now);
  await orders.insertDocument(
    {
      id: documentId,
      paymentId: payment.id,
      merchantId: merchant.id,
      kind: 'invoice',
      identifier: 'inv_1',
      mediaType: 'application/pdf',
      createdAt: now,
    },
    Buffer.from('paper'),
  );
  const settled = await gateway.payments.findPayment(merchant.id, { id: payment.id });
  assert.ok(settled);
  const refundId = refund.refund.id;
  return {
    payment: settled,
    method,
    tokenId: token.tokenId,
    refundId,
    eventId: event.id,
    endpointId,
    documentId,
    claim,
  };
}

/** Forgets, on the way to the database, that rows belong to somebody; `all` forgets the second look of updates too. */
function forgetful(database: Database, all = false): Database {
  return {
    query: ({ name, text, values }) => {
      const forgotten = text
        .replaceAll(/\b(?:\w+\.){0,2}merchant_id = (\$\d+)(?:::text)?/g, '($1::text is not null)')
        .replaceAll(/\b\w+\.merchant_id = asked\.merchant_id/g, 'true')
        .replaceAll('order_amendments.merchant_id = excluded.merchant_id', 'true')
        .replaceAll(all ? /sallyport_own\([^()]*\)/g : /never/g, '1');
      return database.query({ name: `f${all}-${name}`.slice(0, 63), text: forgotten, values });
    },
    transaction: (work) => database.transaction((inner) => work(forgetful(inner, all))),
  };
}

function storesOn(database: Database) {
  return {
    payments: createPaymentStore(database),
    cards: createCardStore(database),
    webhooks: createWebhookStore(database),
    orders: createOrderStore(database),
    idempotency: createIdempotencyStore(database, house.gateway.clock),
  };
}
type Stores = ReturnType<typeof storesOn>;

const page = { limit: 10, offset: 0 };
const reads: Record<string, (stores: Stores) => Promise<unknown>> = {
  'payments.findPayment by id': ({ payments }) => payments.findPayment(stranger, { id: own.payment.id }),
  'payments.findPayment by order number': ({ payments }) =>
    payments.findPayment(stranger, { orderNumber: own.payment.orderNumber ?? '' }),
  'payments.listPayments': ({ payments }) => payments.listPayments(stranger, { limit: 10 }),
  'payments.findRefund': ({ payments }) => payments.findRefund(stranger, { id: own.refundId }),
  'payments.listRefundsOf': ({ payments }) => payments.listRefundsOf(stranger, own.payment.id),
  'payments.listRefundsOfMany': ({ payments }) => payments.listRefundsOfMany(stranger, [own.payment.id]),
  'payments.findAttempt': ({ payments }) => payments.findAttempt(stranger, attemptOf(own.payment)),
  'payments.findEvent': ({ payments }) => payments.findEvent(stranger, own.eventId),
  'payments.listEvents': ({ payments }) => payments.listEvents(stranger, { limit: 10 }),
  'cards.findToken': ({ cards }) => cards.findToken(stranger, own.tokenId),
  'cards.findPaymentMethod': ({ cards }) => cards.findPaymentMethod(stranger, { id: own.method.id }),
  'cards.findPaymentMethod by token': ({ cards }) =>
    cards.findPaymentMethod(stranger, { hexToken: own.method.hexToken }),
  'cards.findPaymentMethodByFingerprint': ({ cards }) =>
    cards.findPaymentMethodByFingerprint(stranger, 'cust_1', own.method.fingerprint),
  'cards.listPaymentMethods': ({ cards }) => cards.listPaymentMethods(stranger, 'cust_1'),
  'cards.findFingerprint': ({ cards }) => cards.findFingerprint(stranger, own.method.card.id),
  'webhooks.findEndpoint': ({ webhooks }) => webhooks.findEndpoint(stranger, own.endpointId),
  'webhooks.listEndpoints': ({ webhooks }) => webhooks.listEndpoints(stranger),
  'webhooks.listDeliveries': ({ webhooks }) => webhooks.listDeliveries(stranger, own.eventId),
  'orders.listOrders': async ({ orders }) => (await orders.listOrders(stranger, {}, page)).rows,
  'orders.listRefunds': async ({ orders }) => (await orders.listRefunds(stranger, {}, page)).rows,
  'orders.findAmendment': ({ orders }) => orders.findAmendment(stranger, own.payment.id),
  'orders.listDocuments': ({ orders }) => orders.listDocuments(stranger, own.payment.id),
  'orders.findDocument': ({ orders }) => orders.findDocument(stranger, own.payment.id, own.documentId),
  'idempotency.find': ({ idempotency }) => idempotency.find(stranger, own.claim),
};

const at = new Date('2030-01-01T00:00:00Z');
const writes: Record<string, (stores: Stores) => Promise<unknown>> = {
  'payments.recordChange': ({ payments }) => payments.recordChange({ payment: asStranger(own.payment) }),
  'payments.recordChange of an attempt': ({ payments }) =>
    payments.recordChange({
      payment: asStranger(own.payment),
      attempt: {
        id: attemptOf(own.payment),
        state: 'approved',
        acquirerReference: 'stolen',
        authorizationCode: null,
        networkTransactionId: null,
        declineReason: null,
        unknownCause: null,
        nextInquiryAt: null,
        finishedAt: at,
      },
    }),
  'payments.recordChange of a saved card': ({ payments }) =>
    payments.recordChange({
      payment: asStranger(own.payment),
      savedCard: { method: { ...own.method, merchantId: stranger, updatedAt: at }, isNew: false },
    }),
  'cards.setPaymentMethodStatus': ({ cards }) =>
    cards.setPaymentMethodStatus(stranger, own.method.id, { status: 'blocked', blockedReason: 'x', at }),
  'cards.detachPaymentMethod': ({ cards }) => cards.detachPaymentMethod(stranger, own.method.id, at),
  'webhooks.updateEndpoint': ({ webhooks }) =>
    webhooks.updateEndpoint({
      id: own.endpointId,
      merchantId: stranger,
      url: 'https://stolen.example',
      format: 'zafapay',
      filter: null,
      eventTypes: [],
      status: 'enabled',
      createdAt: at,
      updatedAt: at,
    }),
  'webhooks.rotateSecret': ({ webhooks }) =>
    webhooks.rotateSecret(stranger, own.endpointId, Buffer.from('stolen'), at),
  'webhooks.deleteEndpoint': ({ webhooks }) => webhooks.deleteEndpoint(stranger, own.endpointId, at),
  'webhooks.resend': ({ webhooks }) => webhooks.resend(stranger, own.eventId, at),
  'orders.amendOrder': ({ orders }) => orders.amendOrder(stranger, own.payment.id, { note: 'stolen' }, at),
};

function attemptOf({ status }: Payment) {
  assert.ok(status.state === 'captured');
  return status.authorization.attemptId;
}

function asStranger(payment: Payment): Payment {
  return { ...payment, merchantId: stranger, version: payment.version + 1, updatedAt: at };
}

function isEmpty(result: unknown): boolean {
  return result === null || (typeof result === 'object' && Object.keys(result).length === 0);
}

/** A digest of every row that could be changed. */
async function everything(database: Database): Promise<string> {
  const hash = createHash('sha256');
  for (const table of [
    'payments',
    'attempts',
    'payment_methods',
    'webhook_endpoints',
    'webhook_deliveries',
    'order_amendments',
  ]) {
    const { rows } = await database.query({
      name: `all-${table}`,
      text: `select t::text as row from ${table} t order by 1`,
      values: [],
    });
    hash.update(JSON.stringify(rows));
  }
  return hash.digest('hex');
}

/** Runs `work` on a transaction that is undone. */
async function undone<T>(work: (database: Database) => Promise<T>): Promise<T> {
  const undo = Symbol('undo');
  let result: T | undefined;
  await createDatabase(house.database.pool)
    .transaction(async (inner) => {
      result = await work(inner);
      throw undo;
    })
    .catch((error: unknown) => {
      if (error !== undo) throw error;
    });
  return result as T;
}

describe('where every condition on the merchant is forgotten', () => {
  for (const [name, read] of Object.entries(reads))
    it(`nothing of another merchant leaves ${name}`, async () => {
      const database = createDatabase(house.database.pool);
      assert.ok(isEmpty(await read(storesOn(guardTenants(database)))), 'as it is meant to be');
      assert.ok(
        !isEmpty(await read(storesOn(forgetful(database, true)))),
        'the broken query shows nothing either',
      );
      await assert.rejects(read(storesOn(guardTenants(forgetful(database)))), TenantViolation);
    });

  for (const [name, write] of Object.entries(writes))
    it(`nothing of another merchant is changed by ${name}`, async () => {
      const database = createDatabase(house.database.pool);
      const earlier = await everything(database);
      await write(storesOn(guardTenants(database)));
      assert.equal(await everything(database), earlier, 'as it is meant to be');
      await undone(async (inner) => {
        await write(storesOn(forgetful(inner, true)));
        assert.notEqual(await everything(inner), earlier, 'the broken statement changes nothing either');
      });
      await assert.rejects(write(storesOn(guardTenants(forgetful(database)))), TenantViolation);
      assert.equal(await everything(database), earlier);
    });
});

const texts: [text: string, values: unknown[], problem: RegExp | null][] = [
  ['select id from payments where id = $1', ['tx_1'], /reads rows of merchants without/],
  ['select 1 from installation where $1 = $1', ['a'], null],
  ['select p.id, p.merchant_id from payments p where p.merchant_id = $1', ['mer_1'], null],
  ['select id from payments where merchant_id = $1', [null], /names no merchant/],
  [
    'select 1 from payments p, refunds r where p.merchant_id = $1 and r.merchant_id = $2',
    ['mer_1', 'mer_2'],
    /two merchants/,
  ],
  [
    'update payments set state = $2 where id = $1',
    ['tx_1', 'failed'],
    /changes payments without the condition/,
  ],
  ['update payments set state = $2 where merchant_id = $1', ['mer_1', 'failed'], /without sallyport_own/],
  [
    'with a as (select id from payments where merchant_id = $1) update refunds set state = $2 from a returning sallyport_own(refunds.merchant_id, $1)',
    ['mer_1', 'failed'],
    /changes refunds without the condition/,
  ],
  ['delete from events where id = $1 returning 1', ['evt_1'], /changes events without the condition/],
];
for (const [text, values, problem] of texts)
  test(`${problem ? 'refused before it is asked' : 'asked'}: ${text}`, async () => {
    let asked = 0;
    const counting: Database = {
      query: async () => {
        asked++;
        return { rows: [], rowCount: 0 };
      },
      transaction: () => assert.fail(),
    };
    const answer = guardTenants(counting).query({ name: '', text, values });
    if (problem) await assert.rejects(answer, problem);
    else await answer;
    assert.equal(asked, problem ? 0 : 1);
  });

test('currencies of a stranger’s spending are counted for the stranger alone', async () => {
  const { payments } = storesOn(guardTenants(createDatabase(house.database.pool)));
  const by = { fingerprint: own.method.fingerprint, email: null };
  const spent = await payments.spentSince(stranger, 'flow_default', 'USD' as Currency, new Date(0), by);
  assert.equal(spent.byCard, 0n);
});
