import { readFile } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { type Dispatcher, Pool } from 'undici';
import { randomFraction, systemRandom } from '../../lib/random.ts';
import type { Secret } from '../../lib/secret.ts';
import { VaultError } from '../vault-error.ts';

export interface TransitServer {
  /** Of the HashiCorp Vault, without a slash at its end. */
  readonly address: string;
  readonly namespace: string | null;
  /** One of the two is given. The file is read at each call, because an agent renews it. */
  readonly token: Secret<string> | null;
  readonly tokenFile: string | null;
  /** The longest wait for one try, 3 seconds unless told. */
  readonly tryMs?: number;
}

/** What HashiCorp Vault said: `data` of a success, `errors` of a refusal (its own words, cut short). */
export interface TransitAnswer {
  readonly status: number;
  readonly data: Readonly<Record<string, unknown>>;
  readonly errors: string;
}

export interface TransitClient {
  /**
   * Asks under `/v1/`; a null body sends a GET. Tried again after silence and errors that pass, unless `once`.
   *
   * @throws {VaultError} `root_key_unavailable` when no try was answered; `root_key_refused` when the token is, or we are
   * sent to another server.
   */
  ask(path: string, body: object | null, options?: { readonly once: boolean }): Promise<TransitAnswer>;
}

const tryMsDefault = 3000;
const pausesMs = [100, 400];
/** https://developer.hashicorp.com/vault/api-docs#http-status-codes */
const passing = new Set([412, 429, 500, 502, 503, 504]);
const answerBytesMax = 64 * 1024;
const wordsLengthMax = 200;

/** Makes a client of HashiCorp Vault's HTTP API. */
export function createTransitClient(server: TransitServer): TransitClient {
  const { origin, pathname } = new URL(server.address);
  const tryMs = server.tryMs ?? tryMsDefault;
  const connections = new Pool(origin, { connections: 8, connectTimeout: tryMs });

  const send = async (path: string, body: object | null): Promise<TransitAnswer | string> => {
    const token = await readToken(server);
    try {
      const response = await connections.request({
        method: body === null ? 'GET' : 'POST',
        path: `${pathname.replace(/\/$/, '')}/v1/${path}`,
        headers: {
          'x-vault-token': token,
          // An agent in between may demand it, so that no browser can be made to ask.
          'x-vault-request': 'true',
          ...(server.namespace !== null && { 'x-vault-namespace': server.namespace }),
          ...(body !== null && { 'content-type': 'application/json' }),
        },
        ...(body !== null && { body: JSON.stringify(body) }),
        signal: AbortSignal.timeout(tryMs),
      });
      return readAnswer(response.statusCode, await readText(response.body), token);
    } catch (error) {
      return causeOf(error, tryMs);
    }
  };

  return {
    async ask(path, body, { once } = { once: false }) {
      const pauses = once ? [] : pausesMs;
      let failure = '';
      for (const pauseMs of [0, ...pauses]) {
        // Shortened at random, so that processes that met the same trouble do not come back together.
        if (pauseMs > 0) await pause(pauseMs * (0.5 + randomFraction(systemRandom) / 2));
        const answer = await send(path, body);
        if (typeof answer !== 'string' && !passing.has(answer.status)) return judge(answer, server);
        failure = typeof answer === 'string' ? answer : `status ${answer.status}${inQuotes(answer.errors)}`;
      }
      throw new VaultError(
        'root_key_unavailable',
        `HashiCorp Vault at ${server.address} did not serve ${path} ${once ? 'when asked once' : 'in three tries'} (${failure}): see whether it runs, is unsealed and can be reached from here`,
      );
    },
  };
}

/** Vault's own words, for a message. */
export function inQuotes(errors: string): string {
  return errors === '' ? '' : ` "${errors}"`;
}

function judge(answer: TransitAnswer, server: TransitServer): TransitAnswer {
  if (answer.status === 403)
    throw refused(
      server,
      `answered 403${inQuotes(answer.errors)}: its token has expired, or its policy lacks the paths that docs/configuration.md names`,
    );
  if (answer.status >= 300 && answer.status < 400)
    throw refused(
      server,
      'sends us to another server, as a standby does: give the address of the active one, or of what is in front of them',
    );
  return answer;
}

function refused(server: TransitServer, why: string): VaultError {
  return new VaultError('root_key_refused', `HashiCorp Vault at ${server.address} ${why}`);
}

async function readToken(server: TransitServer): Promise<string> {
  if (server.token !== null) return server.token.reveal();
  try {
    const token = (await readFile(server.tokenFile ?? '', 'utf8')).trim();
    if (/^[!-~]+$/.test(token)) return token;
  } catch (error) {
    throw refused(
      server,
      `cannot be asked: the token file ${server.tokenFile} cannot be read (${(error as NodeJS.ErrnoException).code})`,
    );
  }
  throw refused(server, `cannot be asked: the token file ${server.tokenFile} holds no token`);
}

function readAnswer(status: number, text: string, token: string): TransitAnswer {
  const { data, errors } = parseObject(text);
  const words = Array.isArray(errors) ? errors.filter((one) => typeof one === 'string').join('; ') : '';
  return {
    status,
    data: typeof data === 'object' && data !== null ? (data as Record<string, unknown>) : {},
    errors: words.includes(token) ? '' : words.replaceAll(/\s+/g, ' ').trim().slice(0, wordsLengthMax),
  };
}

function parseObject(text: string): { readonly data?: unknown; readonly errors?: unknown } {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? value : {};
  } catch {
    // Rotating answers nothing, and what stands in front of a Vault answers pages.
    return {};
  }
}

async function readText(body: Dispatcher.ResponseData['body']): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of body) {
    bytes += (chunk as Buffer).length;
    if (bytes > answerBytesMax) throw new Error(`the answer has more than ${answerBytesMax} bytes`);
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function causeOf(error: unknown, tryMs: number): string {
  if (!(error instanceof Error)) return 'the connection failed';
  if (error.name === 'TimeoutError' || error.name === 'ConnectTimeoutError')
    return `no answer within ${tryMs} ms`;
  const { code } = error as NodeJS.ErrnoException;
  if (code && /CERT|ISSUER|SELF_SIGNED|VERIFY/.test(code))
    return `${code}: name the file of its certificate authority in NODE_EXTRA_CA_CERTS`;
  return code ?? error.message;
}
