import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createLogger } from '../../src/http/edge/logging.ts';
import { createHttpServer } from '../../src/http/edge/server.ts';
import { watchAnswers } from '../support/answer-check.ts';

const good = { id: 'evt_1', deliveries: 1 };
const cases: readonly [title: string, answer: { status?: number; body?: unknown }, fault: RegExp | null][] = [
  ['as published', {}, null],
  ['with a member more', { body: { ...good, extra: 1 } }, /must NOT have additional properties.*extra/],
  ['with a member less', { body: { id: 'evt_1' } }, /required property 'deliveries'/],
  ['with a wrong type', { body: { ...good, deliveries: '1' } }, /\/deliveries must be integer/],
  ['with another status', { status: 299 }, /299: no such answer is published/],
  ['without a body', { body: null }, /the body is missing/],
];

for (const [title, { status = 200, body = good }, fault] of cases) {
  test(`an answer ${title} is ${fault ? 'told' : 'passed'}`, async () => {
    const found = await violationsOf('/v1/events/:id/resend', '/v1/events/evt_1/resend', status, body);
    if (fault) assert.match(found, fault);
    else assert.equal(found, '');
  });
}

test('an answer of a route that is not described is told', async () => {
  assert.match(
    await violationsOf('/v1/secret', '/v1/secret', 200, {}),
    /POST \/v1\/secret 200: no such answer/,
  );
});

test('what is under no dialect is not looked at', async () => {
  assert.equal(await violationsOf('/sandbox/x', '/sandbox/x', 200, { any: 1 }), '');
});

/** What the check says of one answer of a server with one route. */
async function violationsOf(route: string, url: string, status: number, body: unknown): Promise<string> {
  const { started: server, check } = await watchAnswers(async () =>
    createHttpServer({ log: createLogger({ level: 'silent' }), clock: { now: () => new Date(0) } }),
  );
  server.post(route, async (_request, reply) => {
    reply.code(status).type('application/json');
    return body === null ? reply.send() : reply.send(body);
  });
  await server.inject({ method: 'POST', url });
  await server.close();
  try {
    check.assertAllAsPublished();
    return '';
  } catch (error) {
    return String(error);
  }
}
