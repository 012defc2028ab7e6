import { setTimeout as delay } from 'node:timers/promises';
import { request } from 'undici';
import type { Chance } from './chance.ts';
import type { House } from './house.ts';

/** One request as a client saw it end. */
export interface Answer {
  readonly key: string;
  readonly status: number;
  readonly body: string;
}

export interface Call {
  readonly method: 'POST' | 'GET';
  readonly path: string;
  readonly headers: Record<string, string>;
  readonly body: string | null;
}

/** What clients remember: every answer to every key, and the last form of each keyed request. */
export class ClientLog {
  readonly answers: Answer[] = [];
  readonly calls = new Map<string, Call>();
  invocations = 0;
  lost = 0;

  final(key: string): Answer | undefined {
    return this.answers.find((answer) => answer.key === key && isFinal(answer.status));
  }
}

/** 409, 429 and 5xx say "come again"; 202 is an answer that has a later one. */
export function isFinal(status: number): boolean {
  return status < 500 && status !== 409 && status !== 429;
}

const triesMax = 12;
/** One more than a hosted page takes. */
const hostedCardsMax = 6;
const zafapay = { authorization: 'Bearer sk_test_demo', 'content-type': 'application/json' };
const eximpe = {
  'x-client-id': '1000000001',
  'x-client-secret': 'demo_secret',
  'content-type': 'application/json',
};

/** Cards and how often customers hold them; the bank misbehaves with the last ones. */
export const stormCards: readonly (readonly [number: string, weight: number])[] = [
  ['4242424242424242', 40],
  ['5555555555554444', 10],
  ['4000002500003155', 10],
  ['4000000000000002', 6],
  ['4000000000009995', 4],
  ['4000000000005126', 4],
  ['4000009900000012', 3],
  ['4000009900000020', 4],
  ['4000009900000038', 4],
  ['4000009900000046', 4],
  ['4000009900000053', 4],
  ['4000009900000061', 3],
  ['4000009900000079', 3],
  ['4000009900000087', 3],
  ['4000009900000095', 3],
  ['4000009900000103', 4],
  ['4000009900000111', 4],
  ['4000009900000129', 3],
  ['4000009900000137', 3],
];

export class Client {
  readonly #house: House;
  readonly #chance: Chance;
  readonly #log: ClientLog;
  readonly #cards: readonly string[];
  readonly #name: string;
  #stories = 0;

  constructor(house: House, chance: Chance, log: ClientLog, cards: readonly string[], name: string) {
    this.#house = house;
    this.#chance = chance;
    this.#log = log;
    this.#cards = cards;
    this.#name = name;
  }

  /** Tells stories until `isOver`. */
  async run(isOver: () => boolean): Promise<number> {
    while (!isOver()) {
      this.#stories++;
      const story = `${this.#name}-${this.#stories}`;
      try {
        if (this.#chance.of(0.3)) await this.#order(story);
        else if (this.#chance.of(0.2)) await this.#hosted(story);
        else await this.#payment(story);
      } catch (error) {
        if (!(error instanceof GaveUp)) throw error;
      }
    }
    return this.#stories;
  }

  async #payment(story: string): Promise<void> {
    const card = this.#chance.pick(this.#cards);
    const token = await this.#once({
      method: 'POST',
      path: '/v1/tokens',
      headers: { ...zafapay, authorization: 'Bearer pk_test_demo' },
      body: JSON.stringify({ card: { number: card, exp_month: 12, exp_year: 2039, cvc: '737' } }),
    });
    const manual = this.#chance.of(0.4);
    const save = this.#chance.of(0.3);
    const created = await this.#keyed(`${story}-create`, {
      method: 'POST',
      path: '/v1/payments',
      headers: zafapay,
      body: JSON.stringify({
        amount: 10 + this.#chance.below(90),
        currency: 'usd',
        token: token.id,
        external_id: story,
        capture_method: manual ? 'manual' : 'automatic',
        return_url: 'https://shop.example/done',
        ...(save ? { save_card: true, customer_id: `customer-${this.#name}` } : {}),
      }),
    });
    if (created.redirect_url) await this.#authenticate(String(created.redirect_url), 'GET');
    const id = created.transaction_id;
    if (typeof id !== 'string') return;
    await this.#followUp(story, id, manual);
    const method = created.payment_method_id;
    if (typeof method === 'string') {
      await this.#keyed(`${story}-renewal`, {
        method: 'POST',
        path: '/v1/payments',
        headers: zafapay,
        body: JSON.stringify({
          amount: 5,
          currency: 'usd',
          customer_id: `customer-${this.#name}`,
          payment_method_id: method,
          external_id: `${story}-renewal`,
        }),
      });
    }
  }

  async #followUp(story: string, id: string, manual: boolean): Promise<void> {
    const operate = (operation: string, index = 0, body: object = {}) =>
      this.#keyed(`${story}-${operation}-${index}`, {
        method: 'POST',
        path: `/v1/payments/${id}/${operation}`,
        headers: zafapay,
        body: JSON.stringify(body),
      });
    if (manual) {
      if (this.#chance.of(0.3)) await Promise.all([operate('capture'), operate('void')]);
      else if (this.#chance.of(0.7)) await operate('capture');
    }
    if (this.#chance.of(0.4)) {
      const refunds = Array.from({ length: 1 + this.#chance.below(3) }, (_value, index) =>
        operate('refund', index, { amount: 4 }),
      );
      await Promise.all(refunds);
    }
  }

  async #order(story: string): Promise<void> {
    const card = this.#chance.pick(this.#cards);
    const created = await this.#keyed(`${story}-order`, {
      method: 'POST',
      path: '/pg/orders/',
      headers: eximpe,
      body: JSON.stringify({
        amount: `${100 + this.#chance.below(900)}.00`,
        currency: 'INR',
        reference_id: story,
        return_url: 'https://shop.example/back',
        collection_mode: 's2s',
        mop_type: 'credit_card',
        card_details: {
          number: card,
          cardholder_name: 'Asha Rao',
          expiry_month: '05',
          expiry_year: '2039',
          cvv: '737',
          network: card.startsWith('5') ? 'mastercard' : 'visa',
        },
        buyer: {
          name: 'Asha Rao',
          email: 'asha@shop.example',
          phone: '+919800000001',
          address: { line_1: '9 Lake Road', city: 'Kochi', state: 'Kerala', postal_code: '682001' },
          ip_address: '203.0.113.20',
          user_agent: 'Mozilla/5.0',
        },
        product: { name: 'Annual plan', type_of_goods: 'service' },
      }),
    });
    const data = created.data as { acs_template?: string } | undefined;
    if (!data?.acs_template) return;
    const form = Buffer.from(data.acs_template, 'base64').toString('latin1');
    const action = /action="([^"]+)"/.exec(form)?.[1] ?? '';
    const fields = [...form.matchAll(/name="([^"]+)" value="([^"]*)"/g)].map(
      ([, name = '', value = '']): [string, string] => [name, value],
    );
    await this.#authenticate(action, 'POST', formOf(fields));
  }

  /** Types cards into our own page until it takes none any more, some of them twice at once. */
  async #hosted(story: string): Promise<void> {
    const created = await this.#keyed(`${story}-hosted`, {
      method: 'POST',
      path: '/v1/payments',
      headers: zafapay,
      body: JSON.stringify({ amount: 10 + this.#chance.below(90), currency: 'usd', external_id: story }),
    });
    const url = String(created.payment_url);
    for (let card = 0; card < hostedCardsMax; card++) {
      const [, tried] =
        /name="cards_tried" value="(\d)"/.exec((await this.#browse(url, 'GET'))?.body ?? '') ?? [];
      if (tried === undefined) return;
      const number = this.#chance.of(0.5) ? '4000000000000002' : this.#chance.pick(this.#cards);
      const form = formOf([
        ['cards_tried', tried],
        ['number', number],
        ['exp_month', '12'],
        ['exp_year', '39'],
        ['cvc', '737'],
        ['action', 'pay'],
      ]);
      const submit = () => this.#browse(url, 'POST', form);
      const [page] = await Promise.all(this.#chance.of(0.2) ? [submit(), submit()] : [submit()]);
      if (page?.url.includes('/sandbox/acs/')) await this.#authenticate(page.url, 'GET');
    }
  }

  /** Goes to the issuer's page, types the code (or leaves), and comes back, as a browser would. */
  async #authenticate(url: string, method: 'GET' | 'POST', body?: string): Promise<void> {
    if (this.#chance.of(0.1)) return;
    let page = await this.#browse(url, method, body);
    if (!page?.url) return;
    const otp = this.#chance.of(0.85)
      ? '123456'
      : this.#chance.pick(['111111', '222222', '555555', '000000']);
    page = await this.#browse(page.url, 'POST', new URLSearchParams({ otp, action: 'confirm' }).toString());
    const action = /<form[^>]*action="([^"]+)"/.exec(page?.body ?? '')?.[1];
    if (!page || !action || action.includes('/sandbox/acs')) return;
    const fields = [...page.body.matchAll(/<input[^>]*name="([^"]+)"[^>]*value="([^"]*)"/g)].map(
      ([, name = '', value = '']): [string, string] => [name, value],
    );
    const target = new URL(action.replaceAll('&amp;', '&'), page.url).href;
    await this.#browse(target, 'POST', formOf(fields));
    if (this.#chance.of(0.3)) await this.#browse(target, 'POST', '');
  }

  async #browse(
    url: string,
    method: 'GET' | 'POST',
    body?: string,
  ): Promise<{ url: string; body: string } | null> {
    let target = url;
    let verb = method;
    let form = body;
    for (let hop = 0; hop < 5; hop++) {
      if (!target.startsWith('http://127.0.0.1')) return { url: target, body: '' };
      const answer = await this.#send(this.#elsewhere(target), {
        method: verb,
        path: '',
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        body: form ?? null,
      });
      if (!answer) return null;
      const { location } = answer;
      if (!location) return { url: target, body: answer.body };
      target = new URL(location, target).href;
      verb = 'GET';
      form = undefined;
    }
    return null;
  }

  /** A page of one process is served by any other: addresses of ours carry no memory of a process. */
  #elsewhere(url: string): string {
    const parsed = new URL(url);
    const api = this.#chance.pick(this.#house.apis);
    return `${api.url}${parsed.pathname}${parsed.search}`;
  }

  async #once(call: Call): Promise<Record<string, unknown>> {
    for (let tries = 0; tries < triesMax; tries++) {
      const answer = await this.#send(this.#chance.pick(this.#house.apis).url + call.path, call);
      if (answer && isFinal(answer.status)) return parse(answer.body);
      await delay(100 + tries * 100);
    }
    throw new GaveUp();
  }

  /** Sends under a key until there is an answer, as a client that lost one must; sometimes twice at once. */
  async #keyed(key: string, call: Call): Promise<Record<string, unknown>> {
    const keyed = { ...call, headers: { ...call.headers, 'idempotency-key': key } };
    this.#log.calls.set(key, keyed);
    const send = async () => {
      for (let tries = 0; tries < triesMax; tries++) {
        const answer = await this.#send(this.#chance.pick(this.#house.apis).url + call.path, keyed);
        if (answer) this.#log.answers.push({ key, status: answer.status, body: answer.body });
        if (answer && isFinal(answer.status)) return parse(answer.body);
        await delay(100 + tries * 150);
      }
      return null;
    };
    const [first] = await Promise.all(this.#chance.of(0.15) ? [send(), send()] : [send()]);
    if (!first) throw new GaveUp();
    return first;
  }

  async #send(
    url: string,
    call: Call,
  ): Promise<{ status: number; body: string; location: string | null } | null> {
    this.#log.invocations++;
    const answer = await sendOnce(url, call);
    if (!answer) this.#log.lost++;
    return answer;
  }
}

class GaveUp extends Error {}

/** One request; null when the connection broke or nothing came. */
export async function sendOnce(
  url: string,
  call: Call,
): Promise<{ status: number; body: string; location: string | null } | null> {
  try {
    const answer = await request(url, {
      method: call.method,
      headers: call.headers,
      body: call.body,
      signal: AbortSignal.timeout(15_000),
    });
    const body = await answer.body.text();
    const { location } = answer.headers;
    return { status: answer.statusCode, body, location: typeof location === 'string' ? location : null };
  } catch {
    return null;
  }
}

function formOf(fields: [name: string, value: string][]): string {
  return new URLSearchParams(fields).toString();
}

function parse(body: string): Record<string, unknown> {
  try {
    return JSON.parse(body) as Record<string, unknown>;
  } catch {
    return {};
  }
}
