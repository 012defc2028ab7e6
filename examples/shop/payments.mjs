import { prices, referenceOf, settle } from './orders.mjs';

/** @import { Gateway } from './gateway.mjs' */
/** @import { Order, OrderState } from './orders.mjs' */

const unsureText = 'The bank has not answered yet. Please do not pay again; this page will know.';

/**
 * Pays an order in the Zafapay dialect: the card is with the gateway already, and the shop holds a token for it.
 *
 * @param {Gateway} gateway
 * @param {Order} order
 * @param {string} token `tok_…`
 * @param {string} returnUrl
 */
export async function payWithToken(gateway, order, token, returnUrl) {
  const payment = {
    amount: prices.usd.amount,
    currency: 'usd',
    token,
    return_url: returnUrl,
    external_id: referenceOf(order),
    product_name: 'Night Watch, 250 g',
  };
  try {
    const { body } = await gateway.createPayment(`pay-${referenceOf(order)}`, payment);
    takeOverPayment(order, body);
    if (body.status === 'requires_action') order.next = { redirect: body.redirect_url };
  } catch {
    settle(order, 'unsure', unsureText);
  }
}

/**
 * Asks the gateway what has become of an order, and never the customer's browser.
 *
 * @param {Gateway} gateway
 * @param {Order} order
 */
export async function refreshOrder(gateway, order) {
  if (order.busy || (order.state !== 'authenticating' && order.state !== 'unsure')) return;
  if (order.gatewayOrder !== null) {
    return readGatewayOrder(gateway, order, order.gatewayOrder);
  }
  const payment = await gateway.findPayment(referenceOf(order));
  if (payment) takeOverPayment(order, payment);
  else if (order.state === 'unsure') settle(order, 'open', 'Nothing was charged. Please try again.');
}

/**
 * @param {Gateway} gateway
 * @param {Order} order
 * @param {string} gatewayOrder
 */
async function readGatewayOrder(gateway, order, gatewayOrder) {
  const { status, status_message } = (await gateway.readOrder(gatewayOrder)) ?? {};
  if (status === 'payment_successful') settle(order, 'paid');
  else if (status === 'failed') settle(order, 'failed', status_message ?? 'The payment failed.');
  else if (order.next.template === undefined) settle(order, 'unsure', unsureText);
}

/**
 * @param {Order} order
 * @param {any} payment as create, or read, answers it
 */
function takeOverPayment(order, payment) {
  /** @type {Record<string, OrderState>} */
  const states = {
    completed: 'paid',
    authorized: 'paid',
    requires_action: 'authenticating',
    pending: 'unsure',
    failed: 'failed',
    canceled: 'failed',
  };
  const state = states[payment.status];
  if (state === 'unsure') settle(order, state, unsureText);
  else if (state === 'failed')
    settle(order, state, payment.error?.message ?? failureText(payment.error_code));
  else if (state) settle(order, state);
  // Refused before anything was tried: the token is not used up, and the same try may go on.
  else order.problem = payment.error?.message ?? 'The payment could not be made.';
}

/** @param {unknown} code */
function failureText(code) {
  return code === 'authentication_failed'
    ? 'Your bank did not confirm that it was you. Nothing was charged.'
    : 'The card was declined. Nothing was charged.';
}

/**
 * Pays an order in the EximPe dialect: the shop's server passes the card on, so it handles card numbers and has to be
 * fit for that (PCI DSS). It keeps none.
 *
 * @param {Gateway} gateway
 * @param {Order} order
 * @param {{ number: string, name: string, month: string, year: string, cvc: string }} card
 * @param {{ returnUrl: string, ip: string, userAgent: string }} customer
 */
export async function payWithCard(gateway, order, card, customer) {
  try {
    const { body } = await gateway.createOrder(
      `pay-${referenceOf(order)}`,
      orderRequest(order, card, customer),
    );
    if (!body.success) {
      order.problem = problemText(body.error);
      return;
    }
    order.gatewayOrder = body.data.order_id;
    settle(order, 'authenticating');
    // The page that leads to the bank, in Base64; without one there was no challenge, and the status says the rest.
    if (body.data.acs_template) order.next = { template: body.data.acs_template };
    else await readGatewayOrder(gateway, order, body.data.order_id);
  } catch {
    settle(order, 'unsure', unsureText);
  }
}

/**
 * @param {Order} order
 * @param {{ number: string, name: string, month: string, year: string, cvc: string }} card
 * @param {{ returnUrl: string, ip: string, userAgent: string }} customer
 */
function orderRequest(order, card, { returnUrl, ip, userAgent }) {
  const name = card.name.trim() || 'Asha Rao';
  return {
    amount: prices.inr.wire,
    currency: 'INR',
    reference_id: referenceOf(order),
    return_url: returnUrl,
    collection_mode: 's2s',
    mop_type: 'debit_card',
    card_details: {
      number: card.number,
      cardholder_name: name,
      expiry_month: card.month,
      expiry_year: card.year,
      cvv: card.cvc,
      network: networkOf(card.number),
    },
    buyer: {
      name: 'Asha Rao',
      email: 'asha@shop.example',
      phone: '+919800000001',
      address: { line_1: '9 Lake Road', city: 'Kochi', state: 'Kerala', postal_code: '682001' },
      ip_address: ip,
      user_agent: userAgent,
    },
    product: { name: 'Night Watch', type_of_goods: 'physical_goods', hs_code: '09012100' },
  };
}

/** @param {string} number */
function networkOf(number) {
  if (/^3[47]/.test(number)) return 'amex';
  if (/^(5|2[2-7])/.test(number)) return 'mastercard';
  return /^6/.test(number) ? 'rupay' : 'visa';
}

/**
 * The first sentence that an error's details hold, however deep.
 *
 * @param {any} error
 * @returns {string}
 */
function problemText(error) {
  /** @param {any} details @returns {string | undefined} */
  const first = (details) => {
    if (typeof details === 'string') return details;
    if (typeof details !== 'object' || details === null) return undefined;
    return Object.values(details).map(first).find(Boolean);
  };
  return first(error?.details) ?? error?.message ?? 'The payment could not be made.';
}
