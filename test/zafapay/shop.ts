import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { startTestGateway, type TestGateway, type TestGatewayOptions } from '../support/gateway.ts';

/** An answer of the API: its status, headers, parsed body and raw text. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into bodies of every shape, and fail where one differs
  readonly body: any;
  readonly text: string;
}

export interface CallOptions {
  readonly key?: string | null;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A merchant's server, as far as the tests need one: it speaks to a whole gateway over HTTP. */
export class Shop {
  readonly gateway: TestGateway;

  constructor(gateway: TestGateway) {
    this.gateway = gateway;
  }

  /** Sends a request; `body` goes as it is when it is a text, else as JSON. */
  async call(method: string, path: string, body?: unknown, options: CallOptions = {}): Promise<Answer> {
    const key = options.key === undefined ? 'sk_test_demo' : options.key;
    const headers: Record<string, string> = { ...options.headers };
    if (key !== null) headers.authorization = `Bearer ${key}`;
    if (body !== undefined) headers['content-type'] ??= 'application/json';
    const response = await fetch(this.gateway.url + path, {
      method,
      headers,
      redirect: 'manual',
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    const isJson = response.headers.get('content-type')?.startsWith('application/json') ?? false;
    return {
      status: response.status,
      headers: response.headers,
      text,
      body: isJson ? JSON.parse(text) : null,
    };
  }

  get(path: string, options?: CallOptions): Promise<Answer> {
    return this.call('GET', path, undefined, options);
  }

  post(path: string, body?: unknown, options?: CallOptions): Promise<Answer> {
    return this.call('POST', path, body, options);
  }

  /** A card token of that number. */
  async token(number = '4242424242424242', card: object = {}, key = 'pk_test_demo'): Promise<string> {
    const answer = await this.post('/v1/tokens', { card: { ...validCard, number, ...card } }, { key });
    if (answer.status !== 201) throw new Error(`no token: ${answer.text}`);
    return answer.body.id;
  }

  /** Pays 10.00 USD with a fresh token, unless `fields` say otherwise. */
  async pay(number?: string, fields: object = {}, options?: CallOptions): Promise<Answer> {
    const token = await this.token(number);
    return this.post('/v1/payments', { amount: 10, currency: 'usd', token, ...fields }, options);
  }

  async read(id: string): Promise<Answer['body']> {
    return (await this.get(`/v1/payments/${id}`)).body;
  }

  /** Moves the gateway's clock. */
  async advance(seconds: number): Promise<void> {
    await this.post('/sandbox/clock', { advance_seconds: seconds });
  }

  /** Walks a browser without scripts from `redirect_url` to where the issuer sends it; answers the last redirect. */
  async authenticate(redirectUrl: string, button: 'complete' | 'fail' | 'cancel'): Promise<Answer> {
    const issuer = new URL((await this.follow(redirectUrl)).headers.get('location') ?? '');
    const page = await this.follow(issuer.href, { action: button });
    const form = readForm(page.text, issuer.href);
    return this.follow(form.action, form.fields);
  }

  /** One step of a browser: a visit, or a form posted. Addresses come as the gateway gave them. */
  async follow(url: string, form?: Readonly<Record<string, string>>): Promise<Answer> {
    const response = await fetch(url, {
      redirect: 'manual',
      ...(form && { method: 'POST', body: new URLSearchParams(form) }),
    });
    return { status: response.status, headers: response.headers, text: await response.text(), body: null };
  }
}

export const validCard = { number: '4242424242424242', exp_month: 12, exp_year: 2040, cvc: '123' };

/** Starts a gateway and the shop that talks to it. Its public address is its own, so that redirects can be followed. */
export async function openShop(options: TestGatewayOptions = {}): Promise<Shop> {
  const env = { PORT: String(await freePort()), ...options.env };
  return new Shop(await startTestGateway({ ...options, env }));
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** The first form of a page: where it posts to, and its hidden fields. */
export function readForm(
  html: string,
  base: string,
): { readonly action: string; readonly fields: Record<string, string> } {
  const action = /<form[^>]* action="([^"]*)"/.exec(html)?.[1] ?? '';
  const fields: Record<string, string> = {};
  for (const [, name = '', value = ''] of html.matchAll(
    /<input type="hidden" name="([^"]*)" value="([^"]*)"/g,
  ))
    fields[name] = unescapeHtml(value);
  return { action: new URL(unescapeHtml(action), base).href, fields };
}

function unescapeHtml(text: string): string {
  return text
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&');
}
