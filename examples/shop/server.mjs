// A shop that takes payments through Sallyport, in both dialects. Needs nothing but Node and a gateway:
//     npm start                          (in one terminal)
//     node examples/shop/server.mjs      (in another; PORT, HOST, GATEWAY_URL, SHOP_URL are optional)
import { once } from 'node:events';
import { createServer } from 'node:http';
import { pathToFileURL } from 'node:url';
import { connectGateway } from './gateway.mjs';
import { OrderBook } from './orders.mjs';
import { answerRequest } from './routes.mjs';

/** The sandbox's demonstration merchant; a gateway of your own gives you others. */
const demo = {
  publishableKey: 'pk_test_demo',
  accessToken: 'sk_test_demo',
  clientId: '1000000001',
  clientSecret: 'demo_secret',
  merchantNumber: '2000000001',
  encryptionKey: 'demo_encryption_key',
};

/**
 * Starts the shop, and has the gateway send its webhooks here.
 *
 * @param {{ gatewayUrl: string, host?: string, port?: number, url?: string }} options `url` is what browsers and the
 *   gateway reach the shop under, by default the address that it listens on
 * @returns {Promise<{ url: string, close(): Promise<void> }>}
 */
export async function startShop({ gatewayUrl, host = '127.0.0.1', port = 0, url: publicUrl }) {
  const gateway = connectGateway({ url: gatewayUrl, ...demo });
  const server = createServer();
  server.listen(port, host);
  await once(server, 'listening');
  const address = server.address();
  const actualPort = typeof address === 'object' && address !== null ? address.port : port;
  const url = publicUrl ?? `http://${host}:${actualPort}`;
  const stop = async () => {
    server.close();
    server.closeAllConnections();
    await once(server, 'close');
  };
  try {
    const zafapay = await gateway.registerWebhook(`${url}/webhooks/zafapay`, 'zafapay');
    const eximpe = await gateway.registerWebhook(`${url}/webhooks/eximpe`, 'eximpe');
    const shop = { url, gateway, orders: new OrderBook(), zafapaySecret: zafapay.secret ?? '' };
    server.on('request', (request, response) => void answerRequest(shop, request, response));
    return {
      url,
      async close() {
        await Promise.allSettled([gateway.removeWebhook(zafapay.id), gateway.removeWebhook(eximpe.id)]);
        await stop();
      },
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function main() {
  const { PORT = '3000', HOST = '127.0.0.1', GATEWAY_URL = 'http://127.0.0.1:8000', SHOP_URL } = process.env;
  const gatewayUrl = GATEWAY_URL.replace(/\/+$/, '');
  try {
    const shop = await startShop({
      gatewayUrl,
      host: HOST,
      port: Number(PORT),
      ...(SHOP_URL && { url: SHOP_URL.replace(/\/+$/, '') }),
    });
    console.log(`The shop is open: ${shop.url}\nIt pays through ${gatewayUrl}. Stop with Ctrl-C.`);
    for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM'])) {
      process.once(signal, () => void shop.close().then(() => process.exit(0)));
    }
  } catch (error) {
    console.error(`The shop cannot open: ${explain(error, gatewayUrl)}`);
    process.exitCode = 1;
  }
}

/**
 * @param {unknown} error
 * @param {string} gatewayUrl
 */
function explain(error, gatewayUrl) {
  if (!(error instanceof Error)) return String(error);
  if (error instanceof TypeError && error.message === 'fetch failed') {
    return `no gateway answers at ${gatewayUrl}. Start one with npm start, or set GATEWAY_URL.`;
  }
  if ('code' in error && error.code === 'EADDRINUSE')
    return 'its port is taken. Set PORT to another one, such as PORT=3001.';
  return error.message;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) await main();
