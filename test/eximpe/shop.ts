import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { startTestGateway, type TestGateway, type TestGatewayOptions } from '../support/gateway.ts';
import { until } from '../support/until.ts';

/** An answer of the API: its status, headers, parsed body and raw text. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into bodies of every shape, and fail where one differs
  readonly body: any;
  readonly text: string;
}

/** A form as it stands in a page. */
export interface PageForm {
  readonly action: string;
  /** Hidden fields in their order. */
  readonly fields: readonly (readonly [name: string, value: string])[];
}

export const demoCredentials = { 'x-client-id': '1000000001', 'x-client-secret': 'demo_secret' };
export const otherCredentials = { 'x-client-id': '1000000002', 'x-client-secret': 'other_secret' };

let references = 0;

/** A reference that no order of this run has. */
export function newReference(): string {
  references += 1;
  return `SHOP-${process.pid}-${references}`;
}

export const newCard = {
  number: '4895380110000003',
  cardholder_name: 'Asha Rao',
  expiry_month: '05',
  expiry_year: '2040',
  cvv: '123',
  network: 'visa',
};

/** A card order that nothing speaks against; `fields` replace its own. */
export function orderBody(fields: object = {}) {
  return {
    amount: '1249.50',
    currency: 'INR',
    reference_id: newReference(),
    return_url: 'https://shop.example/eximpe/return',
    collection_mode: 's2s',
    mop_type: 'debit_card',
    card_details: newCard,
    buyer: {
      name: 'Asha Rao',
      email: 'asha@shop.example',
      phone: '+919800000001',
      address: {
        line_1: '9 Lake Road',
        line_2: 'Top floor',
        city: 'Kochi',
        state: 'Kerala',
        postal_code: '682001',
      },
      ip_address: '203.0.113.20',
      user_agent: 'Mozilla/5.0',
    },
    product: { name: 'Annual plan', type_of_goods: 'service' },
    invoice: { number: 'INV_1042', date: '2026-03-04' },
    ...fields,
  };
}

/** A merchant's server with a customer's browser beside it, speaking to a whole gateway over HTTP. */
export class Shop {
  readonly gateway: TestGateway;

  constructor(gateway: TestGateway) {
    this.gateway = gateway;
  }

  /** Sends a request; `body` goes as it is when it is a text or a form, else as JSON. */
  async call(
    method: string,
    path: string,
    body?: unknown,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<Answer> {
    const isRaw = typeof body === 'string' || body instanceof FormData;
    return readAnswer(
      await fetch(this.gateway.url + path, {
        method,
        redirect: 'manual',
        headers: {
          ...demoCredentials,
          ...(body !== undefined && !(body instanceof FormData) && { 'content-type': 'application/json' }),
          ...headers,
        },
        ...(body !== undefined && { body: isRaw ? body : JSON.stringify(body) }),
      }),
    );
  }

  get(path: string, headers?: Readonly<Record<string, string>>): Promise<Answer> {
    return this.call('GET', path, undefined, headers);
  }

  post(path: string, body?: unknown, headers?: Readonly<Record<string, string>>): Promise<Answer> {
    return this.call('POST', path, body ?? {}, headers);
  }

  /** Creates an order and answers its number and the first form of its ACS template. */
  async order(fields: object = {}): Promise<{ readonly id: string; readonly form: PageForm }> {
    const answer = await this.post('/pg/orders/', orderBody(fields));
    if (answer.status !== 200) throw new Error(`the order was refused: ${answer.text}`);
    return { id: answer.body.data.order_id, form: readForm(atob(answer.body.data.acs_template)) };
  }

  /** The customer's way from the template to the form that would go to the merchant. `input` is typed at the issuer. */
  async authenticate(form: PageForm, input: Readonly<Record<string, string>>): Promise<PageForm> {
    return readForm((await this.comeBack(form, input)).text);
  }

  /** The same as far as our own answer to the returning browser. */
  async comeBack(form: PageForm, input: Readonly<Record<string, string>>): Promise<Answer> {
    const toIssuer = await this.submit(form);
    const issuer = toIssuer.headers.get('location') ?? '';
    const decided = await this.follow(issuer, { action: 'confirm', ...input });
    return this.submit(readForm(decided.text, issuer));
  }

  /** Creates an order and authenticates it with the code that leaves the outcome to the card. */
  async pay(fields: object = {}): Promise<{ readonly id: string; readonly callback: PageForm }> {
    const { id, form } = await this.order(fields);
    return { id, callback: await this.authenticate(form, { otp: '123456' }) };
  }

  submit(form: PageForm): Promise<Answer> {
    return this.follow(form.action, Object.fromEntries(form.fields));
  }

  /** One step of a browser: a visit, or a form posted. */
  async follow(url: string, form?: Readonly<Record<string, string>>): Promise<Answer> {
    return readAnswer(
      await fetch(url, {
        redirect: 'manual',
        ...(form && { method: 'POST', body: new URLSearchParams(form) }),
      }),
    );
  }

  async status(orderId: string): Promise<Answer['body']> {
    return (await this.get(`/pg/orders/${orderId}/status/`)).body.data;
  }

  /** The payment number of an order, `PR…`. */
  async paymentOf(orderId: string): Promise<string> {
    return (await this.get(`/pg/orders/${orderId}/`)).body.data.payments[0].payment_id;
  }

  /** Moves the gateway's clock. */
  async advance(seconds: number): Promise<void> {
    await this.post('/sandbox/clock', { advance_seconds: seconds });
  }

  /** Sets the account's switches for this dialect, and waits until the gateway has noticed. */
  async switchTo(switches: object, noticed: () => Promise<boolean>): Promise<void> {
    await this.gateway.testDatabase.pool.query(
      `update merchants set dialect_settings = jsonb_build_object('eximpe', $1::jsonb) where id = 'mer_demo'`,
      [JSON.stringify(switches)],
    );
    await until('the new switches count', noticed);
  }
}

async function readAnswer(response: Response): Promise<Answer> {
  const text = await response.text();
  const isJson = response.headers.get('content-type')?.startsWith('application/json') ?? false;
  return {
    status: response.status,
    headers: response.headers,
    text,
    body: isJson && text !== '' ? JSON.parse(text) : null,
  };
}

/** The first form of a page; `base` is the page's own address. */
export function readForm(html: string, base?: string): PageForm {
  const action = /<form[^>]* action="([^"]*)"/.exec(html)?.[1] ?? '';
  const inputs = html.matchAll(/<input type="hidden" name="([^"]*)" value="([^"]*)"/g);
  return {
    action: new URL(unescapeHtml(action), base).href,
    fields: [...inputs].map(([, name = '', value = '']) => [name, unescapeHtml(value)] as const),
  };
}

function unescapeHtml(text: string): string {
  return text
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&');
}

export async function openShop(options: TestGatewayOptions = {}): Promise<Shop> {
  return new Shop(await startTestGateway(options));
}

const seedFolder = join(import.meta.dirname, '..', '..', '..', 'shared', 'seeds');

/** The text of the guide about card payments; null where it does not lie beside the clone. */
export function readGuide(): string | null {
  if (!existsSync(seedFolder)) return null;
  const texts = readdirSync(seedFolder).map((name) => readFileSync(join(seedFolder, name), 'utf8'));
  return texts.find((text) => text.includes('docs.eximpe.com')) ?? null;
}
