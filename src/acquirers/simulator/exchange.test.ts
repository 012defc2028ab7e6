import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { Pool } from 'undici';
import { exchange } from './exchange.ts';

async function withBank(answer: RequestListener, work: (connections: Pool) => Promise<void>): Promise<void> {
  const server = createServer(answer).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const connections = new Pool(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, {
    connections: 1,
  });
  try {
    await work(connections);
  } finally {
    await connections.destroy();
    server.closeAllConnections();
    server.close();
  }
}

const request = { path: '/authorizations', body: '{}', headers: {}, deadlineMs: 150, bytesMax: 100 };

test('an answer is given whole, with its status, and the connection serves the next', async () => {
  const answer: RequestListener = (_request, response) => {
    response.writeHead(402).write('{"a":');
    setTimeout(() => response.end('"é"}'), 5);
  };
  await withBank(answer, async (connections) => {
    for (let call = 0; call < 2; call++)
      assert.deepEqual(await exchange(connections, { ...request, deadlineMs: 5000 }), {
        status: 402,
        body: '{"a":"é"}',
      });
  });
});

test('a call that waited for a connection past its deadline is unknown, and is never sent', async () => {
  const seen: string[] = [];
  const silent: RequestListener = ({ url = '' }) => void seen.push(url);
  await withBank(silent, async (connections) => {
    const answers = await Promise.all([
      exchange(connections, { ...request, path: '/first' }),
      exchange(connections, { ...request, path: '/second' }),
    ]);
    for (const answer of answers)
      assert.deepEqual(answer, { kind: 'unknown', cause: 'no answer within 150 ms' });
    await delay(50);
    assert.deepEqual(seen, ['/first']);
  });
});

const broken: readonly (readonly [what: string, answer: RequestListener, cause: RegExp])[] = [
  ['too long', (_request, response) => response.end('x'.repeat(101)), /more than 100 bytes/],
  ['cut off', ({ socket }, response) => response.write('{"re', () => socket.destroy()), /connection failed/],
  [
    'never ended',
    (_request, response) => void response.writeHead(200).write('{"re'),
    /no answer within 150 ms/,
  ],
];
for (const [what, answer, cause] of broken) {
  test(`an answer that is ${what} is unknown`, async () => {
    await withBank(answer, async (connections) => {
      const outcome = await exchange(connections, request);
      assert.match('kind' in outcome ? outcome.cause : '', cause);
    });
  });
}
