import assert from 'node:assert/strict';
import { request as httpRequest } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { after, before, describe, it } from 'node:test';
import { pino } from 'pino';
import { Type } from 'typebox';
import { systemClock } from '../../lib/clock.ts';
import { NumberLiteral } from '../../lib/strict-json.ts';
import { amountSchema } from './amount-schema.ts';
import { AnswerError, type DialectErrors, type EdgeServer, registerDialect } from './dialect.ts';
import { createHttpServer } from './server.ts';

const say = (status: number, code: string, more: object = {}) => ({ status, body: { code, ...more } });

/** A dialect that answers with the bare names of what the edge found. */
const errors: DialectErrors = {
  notFound: () => say(404, 'not_found'),
  methodNotAllowed: (_request, allowed) => say(405, 'method_not_allowed', { allowed }),
  malformed: (_request, reason) => say(400, 'malformed', { reason }),
  validation: (_request, issues) => say(400, 'validation', { issues }),
  payloadTooLarge: () => say(413, 'payload_too_large'),
  unsupportedMediaType: () => say(415, 'unsupported_media_type'),
  unavailable: () => say(503, 'unavailable'),
  internal: (request) => say(500, 'internal', { requestId: request.id }),
};

const lines: string[] = [];
let server: EdgeServer;
let origin: string;
let port: number;

function addRoutes(scope: EdgeServer): void {
  const body = Type.Object({
    amount: amountSchema('either'),
    quantity: Type.Optional(Type.Integer({ minimum: 1, maximum: 9 })),
    live: Type.Optional(Type.Boolean()),
    note: Type.Optional(Type.Union([Type.String({ maxLength: 5 }), Type.Null()])),
    color: Type.Optional(Type.Union([Type.Literal('red'), Type.Literal('blue')])),
    card: Type.Optional(Type.Object({ number: Type.String({ pattern: '^[0-9]{12,19}$' }) })),
  });
  scope.post('/payments', { schema: { body } }, async (request) => ({
    kind: request.body.amount instanceof NumberLiteral ? 'number' : 'string',
    amount: request.body.amount,
    received: request.receivedAt.toISOString(),
  }));
  scope.get('/payments/:id', async (request) => ({ path: request.url }));
  scope.post('/payments/:id/capture', async (request) => ({ body: request.body }));
  scope.post(
    '/strict-amounts',
    {
      schema: {
        body: Type.Object({ amount: amountSchema('string'), refund_amount: amountSchema('number') }),
      },
    },
    async () => ({}),
  );
  scope.get('/breaks', async () => {
    throw new Error('secret detail 4111 1111 1111 1111');
  });
  scope.get('/unreachable', async () => {
    throw Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
  });
  scope.get('/refused', async () => {
    throw new AnswerError({
      status: 401,
      body: { code: 'unauthorized' },
      headers: { 'www-authenticate': 'Bearer' },
    });
  });
}

before(async () => {
  server = createHttpServer({
    log: pino({ level: 'info' }, { write: (line: string) => void lines.push(line) }),
    clock: systemClock,
    requestTimeoutMs: 400,
  });
  registerDialect(server, '/v1', errors, addRoutes);
  await server.listen({ host: '127.0.0.1', port: 0 });
  port = (server.server.address() as AddressInfo).port;
  origin = `http://127.0.0.1:${port}`;
});
after(() => server.close());

async function post(path: string, body: string | Buffer, headers: Record<string, string> = {}) {
  const answer = await fetch(origin + path, {
    method: 'POST',
    body,
    headers: { 'content-type': 'application/json', ...headers },
  });
  const text = await answer.text();
  return { status: answer.status, headers: answer.headers, body: text === '' ? undefined : JSON.parse(text) };
}

describe('values of the wrong type are refused, never coerced', () => {
  const refused: [body: string, path: string, kind: string, message: string][] = [
    ['{"amount":"1","quantity":null}', 'quantity', 'type', 'must be an integer'],
    ['{"amount":"1","quantity":true}', 'quantity', 'type', 'must be an integer'],
    ['{"amount":"1","quantity":[7]}', 'quantity', 'type', 'must be an integer'],
    ['{"amount":"1","quantity":"7"}', 'quantity', 'type', 'must be an integer'],
    ['{"amount":"1","quantity":7.5}', 'quantity', 'type', 'must be an integer'],
    ['{"amount":"1","quantity":10}', 'quantity', 'range', 'must be at most 9'],
    ['{"amount":"1","live":"true"}', 'live', 'type', 'must be true or false'],
    ['{"amount":"1","live":0}', 'live', 'type', 'must be true or false'],
    ['{"amount":"1","note":7}', 'note', 'type', 'must be a string or null'],
    ['{"amount":"1","note":"too long"}', 'note', 'length', 'must be at most 5 characters'],
    ['{"amount":"1","color":"green"}', 'color', 'enum', 'must be one of red, blue'],
    ['{"amount":"1","card":{}}', 'card.number', 'missing', 'is required'],
    ['{"amount":"1","card":{"number":"12"}}', 'card.number', 'pattern', 'has an invalid format'],
    ['{"amount":null}', 'amount', 'type', 'must be a number or a string'],
    ['{"amount":true}', 'amount', 'type', 'must be a number or a string'],
    ['{"amount":[7]}', 'amount', 'type', 'must be a number or a string'],
    ['{"amount":{"text":"7"}}', 'amount', 'type', 'must be a number or a string'],
    ['{}', 'amount', 'missing', 'is required'],
    ['', 'amount', 'missing', 'is required'],
    ['null', '', 'type', 'must be an object'],
    ['[]', '', 'type', 'must be an object'],
    ['"text"', '', 'type', 'must be an object'],
  ];
  for (const [body, path, kind, message] of refused) {
    it(`${body || 'an empty body'}: ${path} ${message}`, async () => {
      const answer = await post('/v1/payments', body);
      assert.equal(answer.status, 400);
      const [issue, ...more] = answer.body.issues;
      assert.deepEqual(more, []);
      assert.deepEqual([issue.path, issue.kind, issue.message, issue.place], [path, kind, message, 'body']);
    });
  }

  it('every bad field is reported, once each, without the value sent', async () => {
    const answer = await post(
      '/v1/payments',
      '{"quantity":"4111111111111111","live":3,"card":{"number":4111111111111111}}',
    );
    assert.deepEqual(answer.body.issues.map((issue: { path: string }) => issue.path).sort(), [
      'amount',
      'card.number',
      'live',
      'quantity',
    ]);
    assert.ok(!JSON.stringify(answer.body).includes('4111111111111111'));
  });

  it('an amount may be restricted to one way of writing', async () => {
    const answer = await post('/v1/strict-amounts', '{"amount":1,"refund_amount":"1"}');
    assert.deepEqual(
      answer.body.issues.map((issue: { message: string }) => issue.message),
      ['must be a string', 'must be a number'],
    );
  });

  it('the digits of an amount arrive as they were written', async () => {
    const number = await post('/v1/payments', '{"amount":10.00}');
    const text = await fetch(`${origin}/v1/payments`, {
      method: 'POST',
      body: '{"amount":10.00}',
      headers: { 'content-type': 'application/json' },
    });
    assert.deepEqual([number.body.kind, number.body.amount], ['number', 10]);
    assert.match(await text.text(), /"amount":10\.00,/);
    assert.equal((await post('/v1/payments', '{"amount":"1000.00"}')).body.amount, '1000.00');
  });

  it('unknown members are ignored', async () => {
    assert.equal(
      (await post('/v1/payments', '{"amount":1,"__proto__":{"quantity":"x"},"extra":[]}')).status,
      200,
    );
  });
});

describe('bodies that cannot be read are refused as malformed', () => {
  const malformed: [name: string, body: string | Buffer, reason: string][] = [
    ['broken JSON', '{"amount":', 'not_json'],
    ['a duplicate key', '{"amount":1,"amount":2}', 'duplicate_key'],
    ['a duplicate key in disguise', '{"amount":1,"\\u0061mount":2}', 'duplicate_key'],
    ['bad UTF-8', Buffer.from([0x22, 0xff, 0x22]), 'not_utf8'],
    ['arrays nested 30,000 deep', '['.repeat(30_000), 'too_deep'],
    ['a string with U+0000', '{"note":"\\u0000"}', 'unstorable_text'],
  ];
  for (const [name, body, reason] of malformed) {
    it(name, async () => {
      const answer = await post('/v1/payments', body);
      assert.deepEqual([answer.status, answer.body], [400, { code: 'malformed', reason }]);
    });
  }

  it('100,000 nested arrays answer 413 by their size and 400 by their depth, never 500', async () => {
    assert.equal((await post('/v1/payments', '['.repeat(100_000))).status, 413);
    const roomy = createHttpServer({ log: pino({ level: 'silent' }), clock: systemClock, maxBodyBytes: 1e6 });
    registerDialect(roomy, '/v1', errors, addRoutes);
    const answer = await roomy.inject({
      method: 'POST',
      url: '/v1/payments',
      payload: '['.repeat(100_000),
      headers: { 'content-type': 'application/json' },
    });
    assert.deepEqual([answer.statusCode, answer.json()], [400, { code: 'malformed', reason: 'too_deep' }]);
  });

  it('a body above 64 kB is refused, announced or chunked', async () => {
    assert.equal((await post('/v1/payments', `"${'a'.repeat(65_600)}"`)).status, 413);
    const status = await new Promise((resolve, reject) => {
      const sent = httpRequest(
        `${origin}/v1/payments`,
        { method: 'POST', headers: { 'content-type': 'application/json' } },
        (answer) => {
          resolve(answer.statusCode);
          sent.destroy();
        },
      );
      sent.on('error', reject);
      sent.write('a'.repeat(40_000));
      sent.write('a'.repeat(40_000));
    });
    assert.equal(status, 413);
  });

  for (const type of [
    'text/plain',
    'application/x-www-form-urlencoded',
    'application/jsonp',
    'application/json; charset=latin1',
    'nonsense',
    'multipart/form-data; boundary=x',
  ]) {
    it(`the content type ${type} is refused with 415`, async () => {
      assert.deepEqual(
        [(await post('/v1/payments', '{"amount":1}', { 'content-type': type })).status],
        [415],
      );
    });
  }

  for (const type of [
    'application/json',
    'application/json;charset=UTF-8',
    'Application/JSON; charset="utf-8"',
  ]) {
    it(`the content type ${type} is read`, async () => {
      assert.equal((await post('/v1/payments', '{"amount":1}', { 'content-type': type })).status, 200);
    });
  }

  it('a compressed body is refused with 415', async () => {
    assert.equal((await post('/v1/payments', 'xx', { 'content-encoding': 'gzip' })).status, 415);
  });

  it('a body that dribbles in is cut off with 408', async () => {
    const answer = await new Promise<string>((resolve) => {
      const socket = connect(port, '127.0.0.1', () =>
        socket.write(
          'POST /v1/payments HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 50\r\n\r\n{',
        ),
      );
      let text = '';
      socket.on('data', (chunk) => {
        text += chunk;
      });
      socket.on('close', () => resolve(text));
    });
    assert.match(answer, /^HTTP\/1\.1 408 .*X-Request-Id: req_[0-9A-Za-z]{22}/s);
  });
});

describe('routes', () => {
  it('a POST without body and content type reaches a route that needs no field, as {}', async () => {
    const answer = await fetch(`${origin}/v1/payments/tx_1/capture`, { method: 'POST' });
    assert.deepEqual(await answer.json(), { body: {} });
    assert.deepEqual((await post('/v1/payments/tx_1/capture', '')).body, { body: {} });
  });

  it('an unknown path is 404 in the words of its prefix, whatever is sent to it', async () => {
    assert.deepEqual((await post('/v1/nothing', '{broken')).body, { code: 'not_found' });
    assert.deepEqual((await post('/v1/nothing', 'a=b', { 'content-type': 'text/x' })).body, {
      code: 'not_found',
    });
    assert.equal((await post('/elsewhere', '{}')).body.error.code, 'not_found');
    assert.equal((await post('/v1x', '{}')).body.error.code, 'not_found');
  });

  it('a wrong method is 405 with Allow', async () => {
    const answer = await post('/v1/payments/tx_1', '{}');
    assert.deepEqual([answer.status, answer.headers.get('allow')], [405, 'GET, HEAD']);
  });

  it('a broken address is malformed, an endless parameter unknown, both in the words of the prefix', async () => {
    const bad = await fetch(`${origin}/v1/payments/%zz`);
    assert.deepEqual([bad.status, await bad.json()], [400, { code: 'malformed', reason: 'bad_url' }]);
    assert.match(bad.headers.get('x-request-id') ?? '', /^req_/);
    const long = await fetch(`${origin}/v1/payments/${'a'.repeat(3000)}`);
    assert.deepEqual([long.status, await long.json()], [404, { code: 'not_found' }]);
  });

  it('every answer has an id of our own making', async () => {
    const answer = await post('/v1/payments', '{"amount":1}', {
      'x-request-id': 'theirs',
      'request-id': 'theirs',
    });
    assert.match(answer.headers.get('x-request-id') ?? '', /^req_[0-9A-Za-z]{22}$/);
  });
});

describe('what is thrown', () => {
  it('an unexpected exception is a 500 that shows nothing of it', async () => {
    const answer = await fetch(`${origin}/v1/breaks`);
    const body = (await answer.json()) as { requestId: string };
    assert.deepEqual(
      [answer.status, body],
      [500, { code: 'internal', requestId: answer.headers.get('x-request-id') }],
    );
    assert.ok(lines.some((line) => line.includes(body.requestId) && line.includes('failed unexpectedly')));
  });

  it('an unreachable database is 503 with Retry-After', async () => {
    const answer = await fetch(`${origin}/v1/unreachable`);
    assert.deepEqual(
      [answer.status, answer.headers.get('retry-after'), await answer.json()],
      [503, '5', { code: 'unavailable' }],
    );
  });

  it('an AnswerError is the answer', async () => {
    const answer = await fetch(`${origin}/v1/refused`);
    assert.deepEqual(
      [answer.status, answer.headers.get('www-authenticate'), await answer.json()],
      [401, 'Bearer', { code: 'unauthorized' }],
    );
  });
});
