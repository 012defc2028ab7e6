import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { compileFunction } from 'node:vm';
import { passage, replaceAllOf } from './seed.ts';

const require = createRequire(import.meta.url);

/** What this test needs of an express application; the guide's own code makes it. */
interface ExpressApplication {
  (request: IncomingMessage, response: ServerResponse): void;
  get(path: string, handler: (request: IncomingMessage, response: ServerResponse) => void): void;
}

export interface SeedMerchant {
  readonly url: string;
  /** The paths that browsers asked for, queries included, in order. */
  readonly asked: readonly string[];
  close(): Promise<void>;
}

/**
 * The shop of the Zafapay guide: its page and its express server, as printed but for hosts and keys, on a free port.
 * `/success` and `/payment-complete` say where the customer arrived; the guide leaves those pages to the merchant.
 */
export async function startSeedMerchant(seed: string, gatewayUrl: string): Promise<SeedMerchant> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  const page = replaceAllOf(passage(seed, '<form id="payment-form">', 'Server-side\n'), {
    'https://js.zafapay.com': gatewayUrl,
    pk_test_xxxxx: 'pk_test_demo',
  });
  const program = replaceAllOf(passage(seed, "const express = require('express');", 'Publishable Key\n'), {
    'https://api.sandbox.zafapay.com': gatewayUrl,
    YOUR_ACCESS_TOKEN: 'sk_test_demo',
    'https://your-site.com': url,
  });
  // The program is CommonJS, ends with its routes, and does not listen.
  const run = compileFunction(`${program}\nreturn app;`, ['require'], { filename: 'seed-server.cjs' });
  const application: ExpressApplication = run(require);

  const asked: string[] = [];
  const show = (html: string) => (_request: IncomingMessage, response: ServerResponse) => {
    response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end(html);
  };
  application.get('/', show(`<!doctype html><title>Seed shop</title>${page}`));
  application.get('/success', show('<h1>success</h1>'));
  application.get('/payment-complete', show('<h1>payment complete</h1>'));
  server.on('request', (request, response) => {
    asked.push(request.url ?? '');
    application(request, response);
  });
  return {
    url,
    asked,
    async close() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}
