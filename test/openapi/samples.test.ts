import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { OpenApiDocument } from '../../src/http/openapi/document.ts';
import { startTestGateway, type TestGateway } from '../support/gateway.ts';
import { publishedDialects } from '../support/published.ts';
import { until } from '../support/until.ts';

/** The published requests are sent as they stand, with the ids of our own answers in the place of the sample's. */

let gateway: TestGateway;
const documents = new Map(publishedDialects.map(({ name, document }) => [name, document]));

before(async () => {
  gateway = await startTestGateway();
});

after(async () => {
  await gateway.close();
});

type Json = Record<string, unknown>;

/** Sends a published body; `own` replaces members of it, by path. */
async function send(
  dialect: string,
  operationId: string,
  { sample, own = {}, ids = {} }: { sample?: string; own?: Json; ids?: Record<string, string> } = {},
): Promise<{ readonly status: number; readonly body: Json }> {
  const document = documents.get(dialect);
  assert.ok(document, dialect);
  const { method, path, operation } = find(document, operationId);
  const examples = operation.requestBody?.content['application/json']?.examples ?? {};
  const value = sample === undefined ? undefined : examples[sample]?.value;
  assert.ok(sample === undefined || value !== undefined, `${operationId} has no sample ${sample}`);
  const headers = Object.keys(operation.security?.[0] ?? {}).map((name) => {
    const [header = '', ...rest] = (document.components.securitySchemes[name]?.['x-sample'] ?? '').split(
      ': ',
    );
    return [header, rest.join(': ')] as const;
  });
  const url = gateway.url + path.replaceAll(/\{([^}]+)\}/g, (_, name: string) => ids[name] ?? '');
  const response = await fetch(url, {
    method: method.toUpperCase(),
    headers: {
      ...Object.fromEntries(headers),
      ...(value !== undefined && { 'content-type': 'application/json' }),
    },
    ...(value !== undefined && { body: JSON.stringify({ ...(value as Json), ...own }) }),
  });
  return { status: response.status, body: (await response.json()) as Json };
}

function find(document: OpenApiDocument, operationId: string) {
  for (const [path, operations] of Object.entries(document.paths))
    for (const [method, operation] of Object.entries(operations))
      if (operation.operationId === operationId) return { path, method, operation };
  throw new Error(`no operation is called ${operationId}`);
}

const text = (value: unknown): string => {
  assert.equal(typeof value, 'string');
  return value as string;
};

describe('the samples of the Zafapay dialect', () => {
  const token = async () => text((await send('zafapay', 'createToken', { sample: 'card' })).body.id);
  const pay = async (sample: string, own: Json) => send('zafapay', 'createPayment', { sample, own });

  test('a card becomes a token, the token a payment, and the payment is refunded in part', async () => {
    const paid = await pay('token', { token: await token() });
    assert.deepEqual([paid.status, paid.body.status], [201, 'completed']);
    const ids = { id: text(paid.body.transaction_id) };
    const refund = await send('zafapay', 'refundPayment', { sample: 'part', ids });
    assert.deepEqual([refund.status, refund.body.amount], [200, '5.50']);
    const read = await send('zafapay', 'readPayment', { ids });
    assert.equal(read.body.status, 'partially_refunded');
  });

  test('a hosted checkout opens', async () => {
    const opened = await pay('hosted', {});
    assert.deepEqual([opened.status, opened.body.status], [201, 'pending']);
  });

  test('a payment saves its card, and the card is charged, blocked, unblocked and forgotten', async () => {
    const saved = await pay('saveCard', { token: await token() });
    const id = text(saved.body.payment_method_id);
    const charged = await pay('recurring', { payment_method_id: id });
    assert.deepEqual([charged.status, charged.body.payment_type], [201, 'recurring']);
    const blocked = await send('zafapay', 'blockPaymentMethod', { sample: 'reason', ids: { id } });
    assert.equal(blocked.body.status, 'blocked');
    assert.equal((await send('zafapay', 'unblockPaymentMethod', { ids: { id } })).body.status, 'active');
    assert.equal((await send('zafapay', 'detachPaymentMethod', { ids: { id } })).body.status, 'detached');
  });

  test('a held amount is captured in part', async () => {
    const held = await pay('token', { token: await token(), capture_method: 'manual' });
    const captured = await send('zafapay', 'capturePayment', {
      sample: 'part',
      ids: { id: text(held.body.id) },
    });
    assert.deepEqual([captured.status, captured.body.amount], [200, 7.5]);
  });

  test('an endpoint is added, switched off and removed', async () => {
    const added = await send('zafapay', 'createWebhookEndpoint', { sample: 'zafapay' });
    assert.equal(added.status, 201);
    const ids = { id: text(added.body.id) };
    const off = await send('zafapay', 'updateWebhookEndpoint', { sample: 'off', ids });
    assert.equal(off.body.status, 'disabled');
    assert.equal((await send('zafapay', 'rotateWebhookSecret', { ids })).status, 200);
    assert.equal((await send('zafapay', 'deleteWebhookEndpoint', { ids })).body.deleted, true);
  });
});

describe('the samples of the EximPe dialect', () => {
  const payload = (body: Json) => body.data as Json;

  test('an order is made, read, and added to', async () => {
    const made = await send('eximpe', 'createOrder', { sample: 'newCard' });
    assert.equal(made.status, 200);
    const ids = { order_id: text(payload(made.body).order_id) };
    assert.ok(payload(made.body).acs_template);
    assert.equal((await send('eximpe', 'readOrderStatus', { ids })).status, 200);
    assert.equal((await send('eximpe', 'updateOrder', { sample: 'taxNumber', ids })).status, 200);
    assert.equal((await send('eximpe', 'readOrder', { ids })).status, 200);
  });

  test('a hosted order answers a session', async () => {
    const made = await send('eximpe', 'createOrder', { sample: 'hosted' });
    assert.match(text(payload(made.body).session_id), /^[0-9a-f]{64}$/);
  });

  test('a card is saved, pays, and is deleted', async () => {
    const saved = await send('eximpe', 'saveCard', { sample: 'card' });
    assert.equal(saved.status, 200);
    const token = text(payload(saved.body).card_token);
    const made = await send('eximpe', 'createOrder', {
      sample: 'savedCard',
      own: { card_details: { token, identifier: 'CUST-88', network: 'visa' } },
    });
    assert.equal(made.status, 200);
    const deleted = await send('eximpe', 'deleteCard', { sample: 'token', own: { card_token: token } });
    assert.equal(deleted.status, 200);
  });

  test('a refund is asked for, moved, and read', async () => {
    // The one card that needs no challenge, so that the order is paid at once.
    const { cards } = (await (await fetch(`${gateway.url}/sandbox/cards`)).json()) as {
      cards: { number: string; outcome: string; three_ds: string; brand: string; fault?: string }[];
    };
    const frictionless = cards.find(
      (card) => card.three_ds === 'frictionless' && card.outcome === 'approved' && !card.fault,
    );
    assert.ok(frictionless, 'the sandbox has a card without a challenge');
    const made = await send('eximpe', 'createOrder', {
      sample: 'newCard',
      own: {
        reference_id: 'SHOP-9',
        card_details: {
          number: frictionless.number,
          network: frictionless.brand,
          cardholder_name: 'Asha Rao',
          expiry_month: '05',
          expiry_year: '2030',
          cvv: '123',
        },
      },
    });
    const ids = { order_id: text(payload(made.body).order_id) };
    const order = payload((await send('eximpe', 'readOrder', { ids })).body);
    const [payment] = order.payments as Json[];
    const refund = await send('eximpe', 'createRefund', {
      sample: 'part',
      own: { payment_id: payment?.payment_id },
    });
    assert.equal(refund.status, 200, JSON.stringify(refund.body));
    const refundIds = { refund_id: text(payload(refund.body).refund_id) };
    await until('the bank has settled the refund', async () => {
      const read = payload((await send('eximpe', 'readRefund', { ids: refundIds })).body);
      return read.refund_status === 'refunded';
    });
    const moved = await send('eximpe', 'simulateRefundStatus', { sample: 'hold', ids: refundIds });
    assert.equal(payload(moved.body).refund_status, 'on_hold');
  });

  test('a BIN is looked up', async () => {
    const found = await send('eximpe', 'lookUpBin', { sample: 'bin' });
    assert.equal(payload(found.body).network, 'visa');
  });
});
