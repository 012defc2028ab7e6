import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { jsonSchemaOf, type PublishedDialect, publishedDialects } from './published.ts';

/** Holds every answer of a gateway against what its dialect publishes. */
export interface AnswerCheck {
  /** `POST /v1/payments 201`, of every answer that was looked at. */
  readonly seen: ReadonlySet<string>;
  /** `POST /v1/payments/:id/capture`, of every route that the servers have. */
  readonly routes: ReadonlySet<string>;
  /** Throws when an answer was not as published, with what was wrong. */
  assertAllAsPublished(): void;
}

const channel = 'fastify.initialization';
const dialectOf: readonly (readonly [prefix: string, name: string])[] = [
  ['/v1', 'zafapay'],
  ['/pg', 'eximpe'],
  ['/partners', 'eximpe'],
];

/**
 * Watches the HTTP servers that are made while `start` runs. Nothing in the gateway knows of it: Fastify itself tells
 * of new servers on a diagnostics channel.
 */
export async function watchAnswers<T>(start: () => Promise<T>): Promise<{ started: T; check: AnswerCheck }> {
  const seen = new Set<string>();
  const routes = new Set<string>();
  const violations = new Map<string, string>();
  const watch = (message: unknown) => {
    const { fastify } = message as { fastify: FastifyInstance };
    fastify.addHook('onRoute', ({ method, url }) => {
      for (const one of [method].flat()) routes.add(`${one} ${url}`);
    });
    fastify.addHook('onSend', async (request, reply, payload) => {
      for (const fault of judge(request, reply, payload, seen))
        if (!violations.has(fault)) violations.set(fault, excerpt(payload));
    });
  };
  subscribe(channel, watch);
  try {
    const started = await start();
    return { started, check: { seen, routes, assertAllAsPublished: () => assertNone(violations) } };
  } finally {
    unsubscribe(channel, watch);
  }
}

function assertNone(violations: Map<string, string>): void {
  const found = [...violations].map(([fault, sample]) => `${fault}: ${sample}`);
  violations.clear();
  if (found.length === 0) return;
  throw new Error(
    `${found.length} answers were not as published (openapi/*.json); mend the answer, or the schema in the dialect's openapi folder and run npm run openapi:\n${found.join('\n')}`,
  );
}

function judge(request: FastifyRequest, reply: FastifyReply, payload: unknown, seen: Set<string>): string[] {
  const address = request.url.split('?', 1)[0] ?? '';
  const name = dialectOf.find(([prefix]) => address === prefix || address.startsWith(`${prefix}/`))?.[1];
  const dialect = publishedDialects.find((candidate) => candidate.name === name);
  if (!dialect) return [];
  const route = request.is404 ? undefined : request.routeOptions.url;
  const path = route === undefined ? undefined : dialect.pathOf(route);
  const method = (request.method === 'HEAD' ? 'GET' : request.method).toLowerCase();
  const what = `${request.method} ${path ?? address} ${reply.statusCode}`;
  seen.add(what);
  const published = dialect.answerOf(path, method, reply.statusCode);
  if (!published) return [`${what}: no such answer is published`];
  const { answer, pointer } = published;
  const faults = [
    ...missingHeaders(dialect, answer.headers ?? {}, reply),
    ...judgeBody(dialect, { answer, pointer }, reply, request.method === 'HEAD' ? null : payload),
  ];
  return faults.map((fault) => `${what}: ${fault}`);
}

function missingHeaders(dialect: PublishedDialect, headers: object, reply: FastifyReply): string[] {
  return Object.keys(headers)
    .filter((name) => dialect.document.components.headers[name]?.required && !reply.hasHeader(name))
    .map((name) => `the header ${name} is missing`);
}

function judgeBody(
  dialect: PublishedDialect,
  { answer, pointer }: NonNullable<ReturnType<PublishedDialect['answerOf']>>,
  reply: FastifyReply,
  payload: unknown,
): string[] {
  const isEmpty = payload === null || payload === undefined || payload === '';
  if (!answer.content) return isEmpty ? [] : ['a body is not published'];
  if (isEmpty) return reply.request.method === 'HEAD' ? [] : ['the body is missing'];
  const type = String(reply.getHeader('content-type') ?? '').split(';')[0] ?? '';
  if (!answer.content[type]) return [`the type ${type} is not published`];
  if (type !== 'application/json') return [];
  const text = Buffer.isBuffer(payload) ? payload.toString() : String(payload);
  return dialect.faults(jsonSchemaOf(pointer), JSON.parse(text));
}

function excerpt(payload: unknown): string {
  const text = Buffer.isBuffer(payload) ? payload.toString() : String(payload ?? '');
  return text.length > 400 ? `${text.slice(0, 400)}…` : text;
}
