import { createHash, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Pool } from 'pg';
import type { Clock } from '../../lib/clock.ts';
import { answerAreq } from '../issuer/directory.ts';
import type { SandboxLog } from '../log.ts';
import { authorize, type Reply } from './authorize.ts';
import { listDisputes } from './disputes.ts';
import { readBook } from './entries.ts';
import { hangMsMax } from './faults.ts';
import { type FollowUpKind, followUp } from './follow-up.ts';
import { inquire } from './inquire.ts';
import { OneAtATime } from './one-at-a-time.ts';
import { reverse } from './reverse.ts';
import { readStatement, readStatementOf, type StatementWindow } from './statement.ts';
import {
  MessageError,
  parseAuthorizationMessage,
  parseFollowUpMessage,
  parseReversalMessage,
} from './wire.ts';

export interface BankSettings {
  readonly pool: Pool;
  readonly clock: Clock;
  readonly log: SandboxLog;
  readonly apiKey: string;
  /** Where browsers reach the issuer's pages: the gateway's public address, without a slash at its end. */
  readonly publicUrl: () => string;
}

const bodyBytesMax = 64 * 1024;
const pageLimitMax = 1000;
const statementLimitMax = 50_000;
const keepAliveMs = 65_000;

const followUpPaths: ReadonlyMap<string, FollowUpKind> = new Map([
  ['/captures', 'capture'],
  ['/voids', 'void'],
  ['/refunds', 'refund'],
]);

/** Makes the bank's HTTP server: acquirer, book, disputes and the directory server of its issuer (see wire.ts). */
export function createBankServer(settings: BankSettings): Server {
  const apiKeyDigest = digest(settings.apiKey);
  const oneAtATime = new OneAtATime();
  const server = createServer((request, response) => {
    if (!timingSafeEqual(digest(request.headers['x-api-key']), apiKeyDigest)) {
      sendJson(response, 401, { error: 'unauthorized', message: 'x-api-key: not the key of this bank' });
      return;
    }
    route(settings, oneAtATime, request, response).catch((error: unknown) =>
      answerFailure(settings.log, response, error),
    );
  });
  server.keepAliveTimeout = keepAliveMs;
  return server;
}

function digest(key: string | string[] | undefined): Buffer {
  return createHash('sha256').update(String(key)).digest();
}

async function route(
  settings: BankSettings,
  oneAtATime: OneAtATime,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { pool, clock } = settings;
  const url = new URL(request.url ?? '/', 'http://bank');
  if (request.method === 'GET') return routeGet(settings, oneAtATime, url, response);
  if (request.method !== 'POST') return sendJson(response, 405, { error: 'method_not_allowed' });
  const body = await readJson(request);
  const followUpKind = followUpPaths.get(url.pathname);
  if (url.pathname === '/authorizations') {
    const message = parseAuthorizationMessage(body);
    const reply = await oneAtATime.run(message.reference, () => authorize(pool, message, clock.now()));
    deliver(response, reply);
  } else if (followUpKind !== undefined) {
    const message = parseFollowUpMessage(body);
    const reply = await oneAtATime.run(message.reference, () =>
      followUp(pool, followUpKind, message, clock.now()),
    );
    deliver(response, reply);
  } else if (url.pathname === '/reversals') {
    const message = parseReversalMessage(body);
    sendJson(
      response,
      200,
      await oneAtATime.run(message.original, () => reverse(pool, message, clock.now())),
    );
  } else if (url.pathname === '/directory/areq') {
    sendJson(
      response,
      200,
      await answerAreq(pool, body, { now: clock.now(), publicUrl: settings.publicUrl() }),
    );
  } else {
    sendJson(response, 404, { error: 'not_found' });
  }
}

async function routeGet(
  { pool, clock }: BankSettings,
  oneAtATime: OneAtATime,
  url: URL,
  response: ServerResponse,
): Promise<void> {
  const message = /^\/messages\/([0-9A-Za-z_-]{1,80})$/.exec(url.pathname);
  if (message?.[1] !== undefined) {
    const reference = message[1];
    const found = await oneAtATime.run(reference, () => inquire(pool, reference, clock.now()));
    if (found === undefined) sendJson(response, 404, { error: 'message_not_found' });
    else sendJson(response, 200, found);
  } else if (url.pathname === '/authorizations') {
    const { after, limit } = readPage(url);
    sendJson(response, 200, await readBook(pool, { ...filterOf(url), after, limit }, clock.now()));
  } else if (url.pathname === '/statement') {
    sendJson(response, 200, await readStatement(pool, readWindow(url), clock.now()));
  } else if (url.pathname.startsWith('/statement/')) {
    const reference = decodeURIComponent(url.pathname.slice('/statement/'.length));
    sendJson(response, 200, { lines: await readStatementOf(pool, reference, clock.now()) });
  } else if (url.pathname === '/disputes') {
    sendJson(response, 200, await listDisputes(pool, readPage(url)));
  } else {
    sendJson(response, 404, { error: 'not_found' });
  }
}

function filterOf(url: URL): { reference: string | null; merchantReference: string | null } {
  return {
    reference: url.searchParams.get('reference'),
    merchantReference: url.searchParams.get('merchant_reference'),
  };
}

function readPage(url: URL): { after: bigint; limit: number } {
  const after = url.searchParams.get('after') ?? '0';
  const limit = url.searchParams.get('limit') ?? '100';
  if (!/^[0-9]{1,18}$/.test(after)) throw new MessageError('after: expected the cursor of an earlier answer');
  if (!/^[1-9][0-9]{0,3}$/.test(limit)) throw new MessageError(`limit: expected 1 to ${pageLimitMax}`);
  return { after: BigInt(after), limit: Math.min(Number(limit), pageLimitMax) };
}

function readWindow(url: URL): StatementWindow {
  const limit = Number(url.searchParams.get('limit') ?? '1000');
  if (!Number.isInteger(limit) || limit < 1 || limit > statementLimitMax) {
    throw new MessageError(`limit: expected 1 to ${statementLimitMax}`);
  }
  const after = url.searchParams.get('after') ?? '';
  return { from: readTime(url, 'from'), to: readTime(url, 'to'), after, limit };
}

function readTime(url: URL, name: string): Date {
  const time = new Date(url.searchParams.get(name) ?? '');
  if (Number.isNaN(time.getTime())) throw new MessageError(`${name}: expected a time in ISO 8601`);
  return time;
}

async function readJson(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request) {
    const part = chunk as Buffer;
    bytes += part.length;
    if (bytes > bodyBytesMax) throw new MessageError(`body: more than ${bodyBytesMax} bytes`);
    chunks.push(part);
  }
  try {
    return JSON.parse(Buffer.concat(chunks, bytes).toString('utf8'));
  } catch {
    // The parser's own words would quote the body, and the body holds a card number.
    throw new MessageError('body: not JSON');
  }
}

function deliver(response: ServerResponse, reply: Reply): void {
  switch (reply.delivery) {
    case 'answer':
      sendJson(response, 200, reply.answer);
      return;
    case 'error_500':
      sendJson(response, 500, { error: 'internal_error' });
      return;
    case 'garbage':
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end('{"result":"appr<html><body>Proxy');
      return;
    case 'hang_up':
      response.destroy();
      return;
    case 'reset':
      response.socket?.resetAndDestroy();
      return;
    case 'hang': {
      const timer = setTimeout(() => response.destroy(), hangMsMax).unref();
      response.once('close', () => clearTimeout(timer));
    }
  }
}

function sendJson(response: ServerResponse, status: number, body: unknown): void {
  const text = JSON.stringify(body);
  response.writeHead(status, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(text),
  });
  response.end(text);
}

function answerFailure(log: SandboxLog, response: ServerResponse, error: unknown): void {
  if (response.headersSent || response.destroyed) {
    response.destroy();
    return;
  }
  if (error instanceof MessageError) {
    sendJson(response, 400, { error: error.code, message: error.message });
    return;
  }
  log.error({ err: error }, 'the simulated bank failed');
  sendJson(response, 500, { error: 'internal_error' });
}
