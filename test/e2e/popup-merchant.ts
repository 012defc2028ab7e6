import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

const credentials = {
  'x-client-id': '1000000001',
  'x-client-secret': 'demo_secret',
  'x-merchant-id': '2000000001',
  'x-api-version': '1.0.0',
  'content-type': 'application/json',
};
const encryptionKey = 'demo_encryption_key';

export interface EximpeAnswer {
  readonly status: number;
  readonly body: { success: boolean; message?: string; data?: Record<string, unknown>; error?: unknown };
}

export interface PopupMerchant {
  readonly url: string;
  /** Where browsers are sent back to. */
  readonly returnUrl: string;
  /** The forms that came back, in order. */
  readonly returned: readonly URLSearchParams[];
  /** Calls the gateway as this merchant. */
  call(method: string, path: string, body?: unknown): Promise<EximpeAnswer>;
  /** A page for the customer, at an address of its own, with `script` in it. */
  offer(script: string): string;
  close(): Promise<void>;
}

/** Whether a return was signed by the gateway: HMAC-SHA256 over six of its fields under the encryption key. */
export function isSignedReturn(form: URLSearchParams): boolean {
  const signed = ['order_id', 'payment_id', 'status', 'mop_type', 'bank_ref_num', 'payment_completed_at'];
  const message = signed.map((name) => form.get(name) ?? '').join('|');
  return createHmac('sha256', encryptionKey).update(message).digest('hex') === form.get('hash');
}

/** A merchant of the EximPe dialect as its guide pictures one: pages with a popup, a status address, a return address. */
export async function startPopupMerchant(gatewayUrl: string): Promise<PopupMerchant> {
  const returned: URLSearchParams[] = [];
  const pages = new Map<string, string>();

  async function call(method: string, path: string, body?: unknown): Promise<EximpeAnswer> {
    const response = await fetch(gatewayUrl + path, {
      method,
      headers: credentials,
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    return { status: response.status, body: (await response.json()) as EximpeAnswer['body'] };
  }

  /** The words that the guide's browser code waits for. */
  async function checkStatus(body: string): Promise<string> {
    const { order_id } = JSON.parse(body) as { order_id: string };
    const { data } = (await call('GET', `/pg/orders/${order_id}/status/`)).body;
    const words: Record<string, string> = { payment_successful: 'SUCCESS', failed: 'FAILED' };
    return JSON.stringify({ status: words[String(data?.status)] ?? 'PENDING' });
  }

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = request.url ?? '';
    const body = await readBody(request);
    const send = (type: string, text: string) => response.writeHead(200, { 'content-type': type }).end(text);
    if (path === '/api/check-payment-status') return void send('application/json', await checkStatus(body));
    if (path === '/payment/callback/') {
      if (request.method === 'POST') returned.push(new URLSearchParams(body));
      return void send('text/html', '<h1>returned</h1><script>if (window.opener) window.close()</script>');
    }
    if (path === '/payment-success') return void send('text/html', '<h1>payment success</h1>');
    const page = pages.get(path);
    if (page === undefined) return void response.writeHead(404).end();
    send('text/html; charset=utf-8', page);
  }

  const server = createServer((request, response) => void answer(request, response));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    returnUrl: `${url}/payment/callback/`,
    returned,
    call,
    offer(script) {
      const path = `/pay/${pages.size}`;
      pages.set(
        path,
        `<!doctype html><title>Shop</title><p id="told"></p><button id="pay">Pay</button>${script}`,
      );
      return url + path;
    },
    async close() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}
