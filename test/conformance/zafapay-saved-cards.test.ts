import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { type Answer, openShop, type Shop } from '../zafapay/shop.ts';

let shop: Shop;
let customers = 0;

before(async () => {
  shop = await openShop();
});
after(() => shop.gateway.close());

interface SavedCard {
  readonly id: string;
  readonly customer: string;
}

async function saved(): Promise<SavedCard> {
  customers += 1;
  const customer = `cust_${customers}`;
  const { body } = await shop.pay(undefined, { customer_id: customer, save_card: true });
  return { id: body.payment_method_id, customer };
}

const operations: Record<string, (card: SavedCard) => Promise<Answer>> = {
  block: ({ id }) => shop.post(`/v1/customers/payment-methods/${id}/block`, { reason: 'Lost' }),
  unblock: ({ id }) => shop.post(`/v1/customers/payment-methods/${id}/unblock`),
  detach: ({ id }) => shop.post(`/v1/customers/payment-methods/${id}/detach`),
  charge: ({ id, customer }) =>
    shop.post('/v1/payments', { amount: 10, currency: 'usd', customer_id: customer, payment_method_id: id }),
};

const ways: Record<string, (card: SavedCard) => Promise<unknown>> = {
  active: async () => undefined,
  blocked: (card) => operations.block?.(card) ?? Promise.reject(),
  detached: (card) => operations.detach?.(card) ?? Promise.reject(),
};

/** What is answered, and how the card is listed afterwards; a detached one is not listed. */
const table: Record<
  string,
  Record<string, readonly [status: number, word: string, listed: string | null]>
> = {
  active: {
    block: [200, 'blocked', 'blocked'],
    unblock: [200, 'active', 'active'],
    detach: [200, 'detached', null],
    charge: [201, 'completed', 'active'],
  },
  blocked: {
    block: [200, 'blocked', 'blocked'],
    unblock: [200, 'active', 'active'],
    detach: [200, 'detached', null],
    charge: [400, 'invalid_status', 'blocked'],
  },
  detached: {
    block: [404, 'not_found', null],
    unblock: [404, 'not_found', null],
    detach: [404, 'not_found', null],
    charge: [404, 'not_found', null],
  },
};

describe('[zafapay 9.2 and 9.3] every state of a saved card × every operation', () => {
  for (const [state, cells] of Object.entries(table)) {
    for (const [operation, [status, word, listed]] of Object.entries(cells)) {
      it(`${state}: ${operation} → ${status} ${word}`, async () => {
        const card = await saved();
        await ways[state]?.(card);
        const answer = await operations[operation]?.(card);
        assert.ok(answer);
        assert.deepEqual([answer.status, answer.body.error?.code ?? answer.body.status], [status, word]);
        const { body } = await shop.get(`/v1/customers/${card.customer}/payment-methods`);
        const [method] = body.payment_methods;
        assert.equal(method?.status ?? null, listed);
      });
    }
  }
});
