import { Agent, type Dispatcher, request } from 'undici';
import type { Mode } from '../domain/merchant.ts';
import { type Clock, systemClock } from '../lib/clock.ts';
import type { RenderedWebhook, SendOutcome, WebhookSender } from '../usecases/ports/webhooks.ts';
import {
  AddressNotAllowed,
  createGuardedLookup,
  createNameResolver,
  judgeEndpointUrl,
  type ResolveName,
} from './address-guard.ts';

const answerBytesMax = 20_000;
const excerptLengthMax = 200;
const connectTimeoutMs = 10_000;

export interface WebhookSenderOptions {
  readonly mode: Mode;
  /** Overrides the name servers, for tests. */
  readonly resolve?: ResolveName;
  /** Real time; turns a Retry-After date into seconds. */
  readonly clock?: Clock;
}

/**
 * Makes the sender of webhooks: one POST per call, no redirect followed, at most 20 kB of the answer read, and no
 * connection to an address that `address-guard.ts` does not allow. Connections are kept open for a few seconds and
 * used again; each was checked when it was made.
 */
export function createWebhookSender(options: WebhookSenderOptions): WebhookSender {
  const { mode, resolve = createNameResolver(), clock = systemClock } = options;
  const agent = new Agent({
    connect: {
      lookup: createGuardedLookup(mode, resolve),
      timeout: connectTimeoutMs,
      autoSelectFamily: true,
    },
  });
  return {
    async send(webhook) {
      const judgement = judgeEndpointUrl(webhook.url, mode);
      if (judgement.kind === 'refused') return unanswered(`address_not_allowed: ${judgement.message}`);
      try {
        return await post(agent, judgement.url, webhook, clock);
      } catch (error) {
        return unanswered(describeFailure(error, webhook.timeoutSeconds));
      }
    },
    close: () => agent.close(),
  };
}

async function post(
  agent: Agent,
  url: URL,
  webhook: RenderedWebhook & { readonly timeoutSeconds: number },
  clock: Clock,
): Promise<SendOutcome> {
  const answer = await request(url, {
    method: 'POST',
    dispatcher: agent,
    headers: withDefaults(webhook.headers),
    body: webhook.body,
    signal: AbortSignal.timeout(webhook.timeoutSeconds * 1000),
  });
  const status = answer.statusCode;
  if (status >= 200 && status < 300) {
    // The status is the receipt, whatever becomes of the rest of the answer.
    await answer.body.dump({ limit: answerBytesMax }).catch(() => undefined);
    return { kind: 'accepted', status };
  }
  const excerpt = await readExcerpt(answer.body);
  return {
    kind: 'refused',
    status,
    error: excerpt === '' ? `HTTP ${status}` : `HTTP ${status}: ${excerpt}`,
    retryAfterSeconds: parseRetryAfter(answer.headers['retry-after'], clock.now()),
    gone: status === 410,
  };
}

function withDefaults(headers: Readonly<Record<string, string>>): Record<string, string> {
  const given = new Set(Object.keys(headers).map((name) => name.toLowerCase()));
  const defaults = { 'content-type': 'application/json', 'user-agent': 'Sallyport-Webhook/1.0' };
  return { ...Object.fromEntries(Object.entries(defaults).filter(([name]) => !given.has(name))), ...headers };
}

/** The beginning of the answer as one printable line; leaving the loop closes the connection of a longer answer. */
async function readExcerpt(body: Dispatcher.ResponseData['body']): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  try {
    for await (const chunk of body as AsyncIterable<Buffer>) {
      chunks.push(chunk);
      length += chunk.length;
      if (length >= answerBytesMax) break;
    }
  } catch {
    // The status has been received; an answer that breaks off afterwards still has its beginning.
  }
  const text = Buffer.concat(chunks).subarray(0, answerBytesMax).toString('utf8');
  return text
    .replace(/[\p{C}\s]+/gu, ' ')
    .trim()
    .slice(0, excerptLengthMax)
    .toWellFormed();
}

/** RFC 9110 section 10.2.3: seconds, or a date; null when absent, past or unreadable. */
function parseRetryAfter(header: string | string[] | undefined, now: Date): number | null {
  if (typeof header !== 'string') return null;
  if (/^[0-9]{1,9}$/.test(header)) return Number(header);
  const seconds = (Date.parse(header) - now.getTime()) / 1000;
  return seconds > 0 ? Math.ceil(seconds) : null;
}

function unanswered(error: string): SendOutcome {
  return { kind: 'refused', status: null, error, retryAfterSeconds: null, gone: false };
}

function describeFailure(error: unknown, timeoutSeconds: number): string {
  if (error instanceof AddressNotAllowed) return `address_not_allowed: ${error.message}`;
  if (!(error instanceof Error)) return 'connection_failed';
  if (error.name === 'TimeoutError') return `timeout: no answer within ${timeoutSeconds} s`;
  const { code } = error as NodeJS.ErrnoException;
  return code === undefined ? 'connection_failed' : `connection_failed: ${code}`;
}
