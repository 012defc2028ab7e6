import { readFileSync } from 'node:fs';
import { noteMessage } from './orders.mjs';
import { noticePage, orderPage, productPage, returnedPage } from './pages.mjs';
import { payWithCard, payWithToken, refreshOrder } from './payments.mjs';
import { isEximpeReturn, isEximpeWebhook, isZafapayWebhook } from './signatures.mjs';

/** @import { IncomingMessage, ServerResponse } from 'node:http' */
/** @import { Gateway } from './gateway.mjs' */
/** @import { Html } from './html.mjs' */
/** @import { Order, OrderBook } from './orders.mjs' */

/**
 * @typedef {object} Shop
 * @property {string} url
 * @property {Gateway} gateway
 * @property {OrderBook} orders
 * @property {string} zafapaySecret of the webhook endpoint in that format
 *
 * @typedef {object} Exchange
 * @property {Shop} shop
 * @property {IncomingMessage} request
 * @property {ServerResponse} response
 * @property {Buffer} body
 */

const bodyBytesMax = 64 * 1024;

const assets = new Map(
  /** @type {const} */ ([
    ['shop.css', 'text/css; charset=utf-8'],
    ['checkout.js', 'text/javascript; charset=utf-8'],
    ['returned.js', 'text/javascript; charset=utf-8'],
    ['icon.svg', 'image/svg+xml'],
  ]).map(([name, type]) => [
    `/assets/${name}`,
    { type, content: readFileSync(new URL(`browser/${name}`, import.meta.url)) },
  ]),
);

/**
 * @param {Shop} shop
 * @param {IncomingMessage} request
 * @param {ServerResponse} response
 */
export async function answerRequest(shop, request, response) {
  try {
    const body = await readBody(request);
    if (body === null) return sendNotice({ shop, request, response }, 413, 'Too much', 'That was too long.');
    await route({ shop, request, response, body });
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    if (!response.headersSent)
      sendNotice({ shop, request, response }, 500, 'Sorry', 'Something went wrong here.');
  }
}

/** @param {Exchange} exchange */
async function route(exchange) {
  const { shop, request } = exchange;
  const { pathname } = new URL(request.url ?? '/', shop.url);
  const asset = assets.get(pathname);
  if (asset) return void exchange.response.writeHead(200, { 'content-type': asset.type }).end(asset.content);
  const [, orderId = '', rest = ''] = /^\/orders\/([A-Za-z0-9]+)(\/.*)?$/.exec(pathname) ?? [];
  const order = shop.orders.find(orderId);
  switch (`${request.method} ${order ? `/orders/:id${rest}` : pathname}`) {
    case 'GET /':
      return sendPage(exchange, 200, productPage());
    case 'POST /orders':
      return openOrder(exchange);
    case 'POST /webhooks/zafapay':
      return takeWebhook(exchange, 'zafapay');
    case 'POST /webhooks/eximpe':
      return takeWebhook(exchange, 'eximpe');
  }
  if (order) return routeOrder(exchange, order, `${request.method} ${rest}`);
  return sendNotice(
    exchange,
    404,
    'Not found',
    'There is no such page or order. Orders are forgotten when the shop stops.',
  );
}

/**
 * @param {Exchange} exchange
 * @param {Order} order
 * @param {string} step
 */
async function routeOrder(exchange, order, step) {
  const { shop, request } = exchange;
  const address = `/orders/${order.id}`;
  switch (step) {
    case 'GET ': {
      await refreshOrder(shop.gateway, order);
      const { url: gatewayUrl, publishableKey } = shop.gateway.settings;
      return sendPage(exchange, 200, orderPage(order, { gatewayUrl, publishableKey }));
    }
    case 'GET /state':
      await refreshOrder(shop.gateway, order);
      return sendJson(exchange, 200, { state: order.state, problem: order.problem });
    case 'POST /pay/token':
      return pay(exchange, order, ({ token }) =>
        payWithToken(shop.gateway, order, String(token), `${shop.url}${address}/return`),
      );
    case 'POST /pay/card':
      return pay(exchange, order, (card) =>
        payWithCard(shop.gateway, order, /** @type {any} */ (textsOf(card)), {
          returnUrl: `${shop.url}${address}/returned`,
          ip: request.socket.remoteAddress?.replace('::ffff:', '') ?? '127.0.0.1',
          userAgent: request.headers['user-agent'] ?? 'unknown',
        }),
      );
    case 'GET /return':
      // `?status=` is for show: anyone can type it. What counts is read from the gateway, on the order's page.
      return redirect(exchange, address);
    case 'POST /returned':
      return takeReturn(exchange, order, address);
    default:
      return sendNotice(exchange, 404, 'Not found', 'There is no such page.');
  }
}

/** @param {Exchange} exchange */
function openOrder(exchange) {
  const currency = new URLSearchParams(exchange.body.toString()).get('currency');
  if (currency !== 'usd' && currency !== 'inr')
    return sendNotice(exchange, 400, 'Which currency?', 'Go back and choose a price.');
  redirect(exchange, `/orders/${exchange.shop.orders.open(currency).id}`);
}

/**
 * Lets one payment at a time through, so that a double click pays once.
 *
 * @param {Exchange} exchange
 * @param {Order} order
 * @param {(body: Record<string, unknown>) => Promise<void>} start
 */
async function pay(exchange, order, start) {
  if (!exchange.request.headers['content-type']?.startsWith('application/json'))
    return sendJson(exchange, 415, { problem: 'Send JSON.' });
  const body = parseObject(exchange.body);
  if (body === null) return sendJson(exchange, 400, { problem: 'Send a JSON object.' });
  await refreshOrder(exchange.shop.gateway, order);
  if (order.busy || order.state === 'unsure')
    return sendJson(exchange, 409, { problem: 'This order is being paid already.' });
  if (order.state === 'paid') return sendJson(exchange, 200, {});
  // A second payment beside one that waits at the bank could end in two charges: it is the first that goes on.
  if (order.state === 'authenticating') return sendJson(exchange, 200, order.next);
  if (Object.keys(body).length === 0) return sendJson(exchange, 409, { problem: 'Enter the card details.' });
  order.busy = true;
  order.problem = null;
  try {
    await start(body);
    const problem = order.state === 'open' || order.state === 'failed' ? order.problem : null;
    sendJson(exchange, 200, problem === null ? order.next : { problem });
  } finally {
    order.busy = false;
  }
}

/**
 * @param {Exchange} exchange
 * @param {'zafapay' | 'eximpe'} format
 */
async function takeWebhook(exchange, format) {
  const { shop, request, response, body } = exchange;
  const verified =
    format === 'zafapay'
      ? isZafapayWebhook(body, request.headers, shop.zafapaySecret)
      : isEximpeWebhook(body, request.headers, shop.gateway.settings.encryptionKey);
  if (!verified) return void response.writeHead(401).end();
  const event = parseObject(body);
  const data = /** @type {Record<string, unknown>} */ (event?.data ?? event);
  const order = shop.orders.findByReference(data?.external_id ?? data?.merchant_reference_id);
  // Answered first: the gateway waits ten seconds at most, and would send it again.
  response.writeHead(204).end();
  if (!order) return;
  noteMessage(order, { what: String(event?.event ?? event?.event_type), format });
  await refreshOrder(shop.gateway, order);
}

/**
 * @param {Exchange} exchange
 * @param {Order} order
 * @param {string} address
 */
async function takeReturn(exchange, order, address) {
  const form = new URLSearchParams(exchange.body.toString());
  if (!isEximpeReturn(form, exchange.shop.gateway.settings.encryptionKey))
    return sendNotice(exchange, 400, 'Not from the bank', 'This message is not signed by the gateway.');
  noteMessage(order, { what: `return: ${form.get('status')}`, format: 'eximpe' });
  // A return may be an old one, sent again: the order's state is read from the gateway all the same.
  await refreshOrder(exchange.shop.gateway, order);
  return sendPage(exchange, 200, returnedPage(address));
}

/** @param {Record<string, unknown>} fields */
function textsOf(fields) {
  const names = ['number', 'name', 'month', 'year', 'cvc'];
  return Object.fromEntries(names.map((name) => [name, String(fields[name] ?? '').slice(0, 100)]));
}

/**
 * @param {Buffer} body
 * @returns {Record<string, unknown> | null}
 */
function parseObject(body) {
  try {
    const value = JSON.parse(body.toString());
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : null;
  } catch {
    return null;
  }
}

/**
 * @param {IncomingMessage} request
 * @returns {Promise<Buffer | null>} null when it is too long
 */
async function readBody(request) {
  const chunks = [];
  let bytes = 0;
  for await (const chunk of request) {
    bytes += chunk.length;
    if (bytes > bodyBytesMax) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/**
 * @param {Pick<Exchange, 'response'>} exchange
 * @param {string} address
 */
function redirect({ response }, address) {
  response.writeHead(303, { location: address }).end();
}

/**
 * @param {Pick<Exchange, 'response'>} exchange
 * @param {number} status
 * @param {object} body
 */
function sendJson({ response }, status, body) {
  response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' });
  response.end(JSON.stringify(body));
}

/**
 * @param {Pick<Exchange, 'shop' | 'request' | 'response'>} exchange
 * @param {number} status
 * @param {string} title
 * @param {string} text
 */
function sendNotice(exchange, status, title, text) {
  sendPage(exchange, status, noticePage(title, text));
}

/**
 * @param {Pick<Exchange, 'shop' | 'response'>} exchange
 * @param {number} status
 * @param {Html} page
 */
function sendPage({ shop, response }, status, page) {
  const gateway = new URL(shop.gateway.settings.url).origin;
  response.writeHead(status, {
    'content-type': 'text/html; charset=utf-8',
    'cache-control': 'no-store',
    // A page with a card form runs and calls nothing but its own files and the gateway.
    'content-security-policy': `default-src 'none'; script-src 'self' ${gateway}; connect-src 'self' ${gateway}; form-action 'self' ${gateway}; style-src 'self'; img-src 'self'; base-uri 'none'; frame-ancestors 'none'`,
    'referrer-policy': 'same-origin',
    'x-content-type-options': 'nosniff',
  });
  response.end(page.markup);
}
