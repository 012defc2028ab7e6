import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { after, test } from 'node:test';
import { startReceiver } from '../../test/support/receiver.ts';
import { createWebhookSender } from './send.ts';

const sender = createWebhookSender({ mode: 'sandbox' });
after(() => sender.close());

function webhookTo(url: string, timeoutSeconds = 5) {
  return {
    url,
    body: '{"a":"ü"}',
    headers: { 'Content-Type': 'application/json; x=1', 'X-Test': '1' },
    timeoutSeconds,
  };
}

test('a webhook arrives byte for byte with its own headers, and any 2xx accepts it', async () => {
  for (const status of [200, 202, 204]) {
    await using receiver = disposable(
      await startReceiver((_request, response) => response.writeHead(status).end()),
    );
    assert.deepEqual(await sender.send(webhookTo(receiver.url)), { kind: 'accepted', status });
    const [request] = receiver.received;
    assert.equal(request?.body, '{"a":"ü"}');
    assert.equal(request?.headers['content-type'], 'application/json; x=1');
    assert.equal(request?.headers['user-agent'], 'Sallyport-Webhook/1.0');
    assert.equal(request?.headers['x-test'], '1');
  }
});

test('a redirect is a failure and is not followed', async () => {
  await using target = disposable(await startReceiver());
  await using receiver = disposable(
    await startReceiver((_request, response) => response.writeHead(307, { location: target.url }).end()),
  );
  const outcome = await sender.send(webhookTo(receiver.url));
  assert.equal(outcome.kind, 'refused');
  assert.equal(outcome.status, 307);
  assert.equal(target.received.length, 0);
});

test('the error holds the status and one printable line of the answer', async () => {
  await using receiver = disposable(
    await startReceiver((_request, response) =>
      response.writeHead(500).end(`no\0\n\n good ${'x'.repeat(500)}`),
    ),
  );
  const outcome = await sender.send(webhookTo(receiver.url));
  assert.ok(outcome.kind === 'refused');
  assert.match(outcome.error, /^HTTP 500: no good x+$/);
  assert.ok(outcome.error.length < 250);
});

test('of an endless answer no more than the beginning is read', async () => {
  let sent = 0;
  await using receiver = disposable(
    await startReceiver((_request, response) => {
      response.writeHead(500);
      const chunk = Buffer.alloc(16_384, 'x');
      const push = (): void => {
        while (!response.destroyed && sent < 50_000_000) {
          sent += chunk.length;
          if (!response.write(chunk)) {
            response.once('drain', push);
            return;
          }
        }
      };
      push();
    }),
  );
  const outcome = await sender.send(webhookTo(receiver.url));
  assert.equal(outcome.status, 500);
  assert.ok(sent < 20_000_000, `${sent} bytes were taken`);
});

test('Retry-After is read as seconds and as a date, 410 as an end', async () => {
  const inTenMinutes = new Date(Date.now() + 600_000).toUTCString();
  const table: [status: number, header: string | undefined, seconds: number | null, gone: boolean][] = [
    [503, '120', 120, false],
    [429, inTenMinutes, 600, false],
    [503, 'soon', null, false],
    [503, undefined, null, false],
    [503, 'Thu, 01 Jan 1970 00:00:00 GMT', null, false],
    [410, undefined, null, true],
  ];
  for (const [status, header, seconds, gone] of table) {
    await using receiver = disposable(
      await startReceiver((_request, response) =>
        response.writeHead(status, header === undefined ? {} : { 'retry-after': header }).end(),
      ),
    );
    const outcome = await sender.send(webhookTo(receiver.url));
    assert.ok(outcome.kind === 'refused');
    assert.equal(outcome.gone, gone);
    if (seconds === null) assert.equal(outcome.retryAfterSeconds, null);
    else assert.ok(Math.abs((outcome.retryAfterSeconds ?? 0) - seconds) <= 2, `${header}`);
  }
});

test('silence ends at the timeout, whether before or inside the answer', async () => {
  await using silent = disposable(await startReceiver(() => undefined));
  const began = performance.now();
  const outcome = await sender.send(webhookTo(silent.url, 0.2));
  assert.ok(performance.now() - began < 2000);
  assert.deepEqual(outcome, {
    kind: 'refused',
    status: null,
    error: 'timeout: no answer within 0.2 s',
    retryAfterSeconds: null,
    gone: false,
  });
  await using halfway = disposable(
    await startReceiver((_request, response) => {
      response.writeHead(500);
      response.write('half');
    }),
  );
  const half = await sender.send(webhookTo(halfway.url, 0.2));
  assert.equal(half.kind === 'refused' && half.error, 'HTTP 500: half');
});

test('a closed port and a hang-up are told as such', async () => {
  const server = createServer((socket) => socket.destroy());
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  const hungUp = await sender.send(webhookTo(`http://127.0.0.1:${port}/`));
  assert.match(hungUp.kind === 'refused' ? hungUp.error : '', /^connection_failed: /);
  server.close();
  await once(server, 'close');
  const closed = await sender.send(webhookTo(`http://127.0.0.1:${port}/`));
  assert.equal(closed.kind === 'refused' && closed.error, 'connection_failed: ECONNREFUSED');
});

test('localhost reaches this machine in the sandbox; live, neither it nor an address is connected to', async () => {
  await using receiver = disposable(await startReceiver());
  const byName = receiver.url.replace('127.0.0.1', 'localhost');
  assert.equal((await sender.send(webhookTo(byName))).kind, 'accepted');
  const live = createWebhookSender({ mode: 'live' });
  for (const url of [receiver.url, byName, receiver.url.replace('http:', 'https:')]) {
    const outcome = await live.send(webhookTo(url));
    assert.match(outcome.kind === 'refused' ? outcome.error : '', /^address_not_allowed: /, url);
  }
  await live.close();
  assert.equal(receiver.received.length, 1);
});

test('a name that resolves to a private address, alone or among others, is not connected to in either mode', async () => {
  let connections = 0;
  const server = createServer((socket) => {
    connections++;
    socket.destroy();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  for (const mode of ['sandbox', 'live'] as const) {
    for (const addresses of [
      ['127.0.0.1'],
      ['93.184.215.14', '127.0.0.1'],
      ['::ffff:127.0.0.1'],
      ['10.0.0.1'],
    ]) {
      const guarded = createWebhookSender({ mode, resolve: async () => addresses });
      const outcome = await guarded.send(webhookTo('https://shop.example/'));
      assert.match(
        outcome.kind === 'refused' ? outcome.error : '',
        /^address_not_allowed: /,
        `${mode} ${addresses}`,
      );
      await guarded.close();
    }
  }
  server.close();
  assert.equal(connections, 0);
});

test('a name that does not resolve is a failure like any other', async () => {
  const unresolved = Object.assign(new Error('queryA ENOTFOUND'), { code: 'ENOTFOUND' });
  const guarded = createWebhookSender({ mode: 'live', resolve: () => Promise.reject(unresolved) });
  const outcome = await guarded.send(webhookTo('https://shop.example/'));
  assert.equal(outcome.kind === 'refused' && outcome.error, 'connection_failed: ENOTFOUND');
  await guarded.close();
});

function disposable<T extends { close(): Promise<void> }>(thing: T): T & AsyncDisposable {
  return Object.assign(thing, { [Symbol.asyncDispose]: () => thing.close() });
}
