import { randomBytes } from 'node:crypto';

/**
 * What the shop knows of an order.
 *
 * `open` waits for a card, `authenticating` for the customer at the bank, `unsure` for the gateway, which will know.
 *
 * @typedef {'open' | 'authenticating' | 'unsure' | 'paid' | 'failed'} OrderState
 *
 * @typedef {object} Order
 * @property {string} id unguessable, for it stands in addresses
 * @property {'usd' | 'inr'} currency
 * @property {OrderState} state
 * @property {number} attempt counts declines, so that each try has an idempotency key and a reference of its own
 * @property {boolean} busy a request to the gateway is under way
 * @property {string | null} problem what to tell the customer
 * @property {string | null} gatewayOrder the gateway's `OD…`
 * @property {{ redirect?: string, template?: string }} next what leads the customer to the bank, while it is waiting
 * @property {{ at: Date, what: string, format: string }[]} messages what the gateway told us; unsigned ones never come this far
 */

/** One price, in the two currencies of the two dialects. */
export const prices = {
  usd: { amount: 10, wire: '10.00', shown: '$10.00' },
  inr: { amount: 1000, wire: '1000.00', shown: '₹1,000.00' },
};

const ordersMax = 10_000;
const messagesMax = 50;

/** Orders in memory: an example forgets them when it stops. */
export class OrderBook {
  /** @type {Map<string, Order>} */
  #orders = new Map();

  /** @param {'usd' | 'inr'} currency */
  open(currency) {
    /** @type {Order} */
    const order = {
      id: randomBytes(9).toString('base64url').replaceAll(/[-_]/g, 'x'),
      currency,
      state: 'open',
      attempt: 1,
      busy: false,
      problem: null,
      gatewayOrder: null,
      next: {},
      messages: [],
    };
    this.#orders.set(order.id, order);
    const [oldest] = this.#orders.keys();
    if (this.#orders.size > ordersMax && oldest !== undefined) this.#orders.delete(oldest);
    return order;
  }

  /** @param {string} id */
  find(id) {
    return this.#orders.get(id);
  }

  /**
   * The order that a reference given to the gateway belongs to.
   *
   * @param {unknown} reference
   */
  findByReference(reference) {
    return typeof reference === 'string' ? this.find(reference.replace(/-\d+$/, '')) : undefined;
  }
}

/**
 * What the gateway knows this try by: merchants' references have to be unique among the active ones.
 *
 * @param {Order} order
 */
export function referenceOf(order) {
  return `${order.id}-${order.attempt}`;
}

/**
 * Takes over what the gateway says has become of an order. A paid order stays paid.
 *
 * @param {Order} order
 * @param {OrderState} state
 * @param {string | null} [problem]
 */
export function settle(order, state, problem = null) {
  if (order.state === 'paid') return;
  if (state === 'failed' && order.state !== 'failed') {
    order.attempt += 1;
    order.gatewayOrder = null;
  }
  if (state !== 'authenticating') order.next = {};
  order.state = state;
  order.problem = problem;
}

/**
 * @param {Order} order
 * @param {{ what: string, format: string }} message
 */
export function noteMessage(order, message) {
  if (order.messages.length < messagesMax) order.messages.push({ at: new Date(), ...message });
}
