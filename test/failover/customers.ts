import { setTimeout as delay } from 'node:timers/promises';
import type { Answer, Shop } from '../zafapay/shop.ts';

/** What a client was told, as it remembers it. */
export interface Told {
  readonly key: string;
  readonly path: string;
  readonly body: object;
  readonly answer: Answer;
}

/** What all clients were told, and how often they heard nothing that settles anything. */
export class ClientMemory {
  readonly told: Told[] = [];
  /** Answers 503, each of which must say when to come again. */
  unavailable = 0;
  unavailableWithoutRetryAfter = 0;
  /** Payments with a token made before the failover: their card codes are gone. */
  cardsLost = 0;
  /** Answers that no client should ever see. */
  readonly wrong: string[] = [];
  lastAcknowledgedAt = 0;
}

const triesMax = 60;
const pauseMs = 100;

/** One client that pays, captures and refunds until `isOver`, and asks again under the same key until it is told. */
export async function shopUntil(
  shop: Shop,
  name: string,
  memory: ClientMemory,
  isOver: () => boolean,
): Promise<void> {
  for (let count = 0; !isOver(); count++) {
    const story = `${name}-${count}`;
    const manual = count % 3 === 1;
    const token = await insist(shop, memory, `${story}-token`, '/v1/tokens', {
      card: { number: '4242424242424242', exp_month: 12, exp_year: 2040, cvc: '123' },
    });
    const paid = await insist(shop, memory, `${story}-create`, '/v1/payments', {
      amount: 10,
      currency: 'usd',
      token: token?.body.id,
      external_id: story,
      capture_method: manual ? 'manual' : 'automatic',
    });
    const id = paid?.body.transaction_id;
    if (paid?.status !== 201 || typeof id !== 'string') continue;
    if (manual) await insist(shop, memory, `${story}-capture`, `/v1/payments/${id}/capture`, {});
    if (count % 3 === 2)
      await insist(shop, memory, `${story}-refund`, `/v1/payments/${id}/refund`, { amount: 4 });
  }
}

/** Asks until there is an answer other than "come again"; null when none came in all the tries. */
async function insist(
  shop: Shop,
  memory: ClientMemory,
  key: string,
  path: string,
  body: object,
): Promise<Answer | null> {
  const isToken = path === '/v1/tokens';
  const options = isToken ? { key: 'pk_test_demo' } : { headers: { 'idempotency-key': key } };
  for (let tries = 0; tries < triesMax; tries++) {
    const answer = await shop.post(path, body, options);
    note(memory, answer);
    if (answer.status < 500 && answer.status !== 409) {
      if (!isToken) memory.told.push({ key, path, body, answer });
      if (answer.status < 300) memory.lastAcknowledgedAt = performance.now();
      return answer;
    }
    await delay(pauseMs);
  }
  return null;
}

/** The honest answer to a token whose card code did not survive: the payment failed, and the card is to be asked for again. */
export function isCardLost(answer: Answer): boolean {
  return answer.status === 400 && /Collect the card again/.test(answer.body?.error?.message ?? '');
}

function note(memory: ClientMemory, answer: Answer): void {
  if (answer.status === 503) {
    memory.unavailable++;
    if (!answer.headers.get('retry-after')) memory.unavailableWithoutRetryAfter++;
  } else if (isCardLost(answer)) {
    memory.cardsLost++;
  } else if (answer.status >= 500 || (answer.status >= 400 && answer.status !== 409)) {
    memory.wrong.push(`${answer.status} ${answer.text}`);
  }
}
