import { html } from './html.mjs';
import { prices } from './orders.mjs';

/** @import { Html } from './html.mjs' */
/** @import { Order } from './orders.mjs' */

const bag = html`<svg class="bag" viewBox="0 0 220 270" role="img" aria-label="A bag of Night Watch coffee">
<path class="paper" d="M32 44 26 252q0 8 8 8h152q8 0 8-8l-6-208z"/>
<path class="fold" d="M30 44 38 14q1-6 8-6h128q7 0 8 6l8 30z"/>
<path class="seam" d="M30 44h160"/>
<circle class="moon" cx="110" cy="132" r="44"/>
<path class="tower" d="M86 172v-46h-6v-14h10v7h8v-7h8v7h8v-7h8v7h8v-7h10v14h-6v46h-16v-20a8 8 0 0 0-16 0v20z"/>
<text x="110" y="212" text-anchor="middle">NIGHT WATCH</text>
<text class="small" x="110" y="230" text-anchor="middle">250 g · whole beans</text>
</svg>`;

/**
 * @param {string} title
 * @param {Html} body
 * @param {{ refreshSeconds?: number, scripts?: Html }} [options]
 */
function layout(title, body, { refreshSeconds, scripts } = {}) {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title} – Gatehouse Coffee</title>
${refreshSeconds !== undefined && html`<meta http-equiv="refresh" content="${refreshSeconds}">`}
<link rel="icon" href="/assets/icon.svg" type="image/svg+xml">
<link rel="stylesheet" href="/assets/shop.css">
</head>
<body>
<header><a href="/">Gatehouse Coffee</a><span>A sample shop. No coffee, no money.</span></header>
<main>${body}</main>
${scripts}
</body>
</html>
`;
}

/** The shop window. */
export function productPage() {
  return layout(
    'Night Watch',
    html`<section class="product">
${bag}
<div>
<p class="kind">Dark roast</p>
<h1>Night Watch</h1>
<p class="lead">Roasted for those who are still up: cocoa, walnut, a little smoke.</p>
<form method="post" action="/orders" class="buy">
<button name="currency" value="usd">Buy for ${prices.usd.shown}<small>card form, Zafapay dialect</small></button>
<button name="currency" value="inr" class="second">Buy for ${prices.inr.shown}<small>bank popup, EximPe dialect</small></button>
</form>
</div>
</section>`,
  );
}

/**
 * @param {Order} order
 * @param {{ gatewayUrl: string, publishableKey: string }} browser
 */
export function orderPage(order, browser) {
  switch (order.state) {
    case 'paid':
      return paidPage(order);
    case 'unsure':
      return layout('One moment', unsureBody(order), { refreshSeconds: 2 });
    default:
      return checkoutPage(order, browser);
  }
}

/** @param {Order} order */
function unsureBody(order) {
  return html`<section class="sheet"><h1>One moment</h1><p>${order.problem}</p></section>`;
}

/** @param {Order} order */
function paidPage(order) {
  return layout(
    'Thank you',
    html`<section class="sheet">
<p class="stamp">Paid</p>
<h1>Thank you</h1>
<p class="lead">Night Watch, 250 g, is on its way.</p>
<dl><div><dt>Order</dt><dd>${order.id}</dd></div><div><dt>Total</dt><dd>${prices[order.currency].shown}</dd></div></dl>
</section>
<section class="sheet quiet">
<h2>What the gateway told the shop</h2>
${messageTable(order)}
<p><a href="">Look again</a></p>
</section>
<p class="after"><a href="/">Back to the shop</a></p>`,
  );
}

/** @param {Order} order */
function messageTable({ messages }) {
  if (messages.length === 0) return html`<p>No webhook has arrived yet.</p>`;
  const rows = messages.map(
    ({ at, what, format }) =>
      html`<tr><td>${at.toISOString().slice(11, 19)}</td><td><code>${what}</code></td><td>${format}, signed</td></tr>`,
  );
  return html`<div class="scroll"><table><thead><tr><th scope="col">UTC</th><th scope="col">Message</th><th scope="col">Format</th></tr></thead><tbody>${rows}</tbody></table></div>`;
}

/** @type {Record<Order['currency'], readonly (readonly [string, string])[]>} */
const testCards = {
  usd: [
    ['4242424242424242', 'pays'],
    ['4000002500003155', 'asks for 3-D Secure'],
    ['4000000000000002', 'is declined'],
    ['4000000000009995', 'has no funds'],
    ['4000009900000012', 'the bank falls silent'],
  ],
  inr: [
    ['4895380110000003', 'Visa debit, code 123456'],
    ['5123456789012346', 'Mastercard, code 123456'],
    ['4000009700000014', 'no challenge'],
  ],
};

/**
 * @param {Order} order
 * @param {{ gatewayUrl: string, publishableKey: string }} browser
 */
function checkoutPage(order, { gatewayUrl, publishableKey }) {
  const { shown } = prices[order.currency];
  const waiting = order.state === 'authenticating';
  const body = html`<div class="checkout">
<section class="sheet">
<h1>Checkout</h1>
<dl><div><dt>Night Watch, 250 g</dt><dd>${shown}</dd></div></dl>
<noscript><p class="problem">The card form needs JavaScript.</p></noscript>
<p class="problem" id="problem" role="alert"${order.problem === null && html` hidden`}>${order.problem}</p>
${waiting ? bankForm(order) : cardForm(order, publishableKey)}
</section>
${!waiting && testCardList(order)}
</div>`;
  const sdk = order.currency === 'usd' && html`<script src="${gatewayUrl}/v1/zafapay.js"></script>\n`;
  return layout('Checkout', body, { scripts: html`${sdk}<script src="/assets/checkout.js"></script>` });
}

/** @param {Order} order */
function testCardList({ currency }) {
  return html`<aside class="sheet quiet">
<h2>Test cards</h2>
<ul class="cards">${testCards[currency].map(
    ([number, does]) =>
      html`<li><button type="button" data-number="${number}"><code>${number.replaceAll(/(.{4})(?=.)/g, '$1 ')}</code><span>${does}</span></button></li>`,
  )}</ul>
</aside>`;
}

/**
 * While the bank waits there is one way on: finish there, or cancel there.
 *
 * @param {Order} order
 */
function bankForm({ id, currency }) {
  return html`<form id="card-form" data-order="${id}" data-currency="${currency}" data-waiting>
<p class="note">Your bank is waiting for you to confirm this payment. To use another card, cancel it there first.</p>
<button id="pay">Continue at your bank</button>
</form>`;
}

/**
 * @param {Order} order
 * @param {string} publishableKey
 */
function cardForm({ id, currency }, publishableKey) {
  return html`<form id="card-form" data-order="${id}" data-currency="${currency}" data-key="${publishableKey}" novalidate>
<label for="number">Card number</label>
<input id="number" inputmode="numeric" autocomplete="cc-number" placeholder="1234 5678 9012 3456" maxlength="23" required>
<div class="pair">
<div><label for="expiry">Expiry</label><input id="expiry" inputmode="numeric" autocomplete="cc-exp" placeholder="MM / YY" maxlength="9" required></div>
<div><label for="cvc">Security code</label><input id="cvc" inputmode="numeric" autocomplete="cc-csc" placeholder="CVC" maxlength="4" required></div>
</div>
<label for="name">Name on card</label>
<input id="name" autocomplete="cc-name" placeholder="Ada Example" maxlength="60">
<button id="pay">Pay ${prices[currency].shown}</button>
</form>`;
}

/**
 * Where the bank's popup ends: it closes itself, and where it was no popup it leads on.
 *
 * @param {string} orderAddress
 */
export function returnedPage(orderAddress) {
  return layout(
    'Back in the shop',
    html`<section class="sheet"><h1>Back in the shop</h1><p><a id="onward" href="${orderAddress}">See your order</a></p></section>`,
    { scripts: html`<script src="/assets/returned.js"></script>` },
  );
}

/**
 * @param {string} title
 * @param {string} text
 */
export function noticePage(title, text) {
  return layout(
    title,
    html`<section class="sheet"><h1>${title}</h1><p>${text}</p><p><a href="/">Back to the shop</a></p></section>`,
  );
}
