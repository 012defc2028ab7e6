import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { passesLuhn, possiblePans } from '../../domain/card.ts';
import { systemClock } from '../../lib/clock.ts';
import { parseStrictJson } from '../../lib/strict-json.ts';
import { registerDialect } from './dialect.ts';
import { createLogger } from './logging.ts';
import { plainErrors } from './plain-errors.ts';
import { scrubText } from './scrub.ts';
import { createHttpServer } from './server.ts';

function recordingLogger(level = 'info') {
  const lines: string[] = [];
  const log = createLogger({ level, destination: { write: (line) => void lines.push(line) } });
  const records = () => lines.map((line) => parseStrictJson(Buffer.from(line)) as Record<string, unknown>);
  return { log, lines, records };
}

const pans = [
  '4111111111111111',
  '5555555555554444',
  '378282246310005',
  '30569309025904',
  '6759649826438453',
  '6200000000000000000',
];

describe('the scrub of log lines', () => {
  for (const pan of pans) {
    const spaced = pan.replace(/(\d{4})(?=\d)/g, '$1 ');
    const written = [
      pan,
      spaced,
      spaced.replaceAll(' ', '-'),
      `"${pan}"`,
      `x${pan}y`,
      `${spaced} 200`,
      `12 ${pan}`,
      `${pan},${pan}`,
    ];
    for (const text of written) {
      it(`masks ${text.replaceAll(/[0-9]/g, '9')}`, () => {
        const scrubbed = scrubText(`before ${text} after`);
        assert.ok(!scrubbed.replace(/[ -]/g, '').includes(pan), scrubbed);
        assert.match(scrubbed, /^before .*\[card number masked\].* after$/);
      });
    }
  }

  it('masks every Luhn number of 13 to 19 digits wherever it stands', () => {
    const pan = fc
      .array(fc.integer({ min: 0, max: 9 }), { minLength: 12, maxLength: 18 })
      .map(
        (digits) =>
          [0, 1, 2, 3, 4, 5, 6, 7, 8, 9].map((check) => `${digits.join('')}${check}`).find(passesLuhn) ?? '',
      );
    const around = fc.string({ unit: fc.constantFrom(...'ab:"/{ ') });
    fc.assert(
      fc.property(
        around,
        pan,
        around,
        (left, number, right) => !scrubText(left + number + right).includes(number),
      ),
    );
  });

  it('leaves nothing between groups of digits that could be a card number, where several overlap as well', () => {
    const digits = fc.stringMatching(/^(?:[0-9]{1,6}[ -]){0,12}[0-9]{1,6}$/);
    fc.assert(
      fc.property(digits, (text) => {
        assert.deepEqual([...possiblePans(scrubText(text))], []);
      }),
      { numRuns: 2000 },
    );
    const overlapping = '4242 4242 4242 4242 0000 0000';
    assert.equal([...possiblePans(overlapping)].length > 1 && scrubText(overlapping), '[card number masked]');
  });

  it('masks secret keys and leaves ordinary text alone', () => {
    assert.equal(
      scrubText('key sk_live_abcdefghijklmnop and whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'),
      'key [key masked] and [key masked]',
    );
    const ordinary =
      '{"time":"2026-11-20T18:17:00.123Z","id":"OD4410278835-PR7719034562","n":1234567890123,"uuid":"9b2d0f3e-1111-4222-8333-444455556666"}';
    assert.equal(scrubText(ordinary), ordinary);
  });
});

describe('the logger', () => {
  it('drops members that are not on the list, and objects', () => {
    const { log, records } = recordingLogger();
    log.info(
      {
        merchantId: 'mer_1',
        body: { pan: '4' },
        headers: 'x',
        route: { nested: 1 },
        count: 3,
        reason: undefined,
      },
      'done',
    );
    const [{ time, ...record } = {}] = records();
    assert.deepEqual(record, { level: 'info', merchantId: 'mer_1', count: 3, msg: 'done' });
    assert.match(String(time), /^\d{4}-.*Z$/);
  });

  it('writes an error as type, code, message, stack and cause, without its other members', () => {
    const { log, records } = recordingLogger();
    const cause = Object.assign(new TypeError('inner 4111 1111 1111 1111'), {
      row: { pan: '4111111111111111' },
    });
    log.error(
      { err: Object.assign(new Error('outer', { cause }), { code: 'E1', detail: 'secret row' }) },
      'failed',
    );
    const { err } = records()[0] as { err: Record<string, unknown> };
    assert.deepEqual(Object.keys(err), ['type', 'code', 'message', 'stack', 'cause']);
    assert.deepEqual([err.type, err.code, err.message], ['Error', 'E1', 'outer']);
    assert.equal((err.cause as { message: string }).message, 'inner [card number masked]');
  });

  it('shows no card number in any place of a line, and the line stays JSON', () => {
    const { log, lines, records } = recordingLogger();
    const [pan] = pans;
    log
      .child({ custom: pan })
      .info({ reason: `card ${pan}`, count: Number(pan), code: BigInt(pan ?? 0) }, `message ${pan}`);
    log.error(new Error(`number ${pan}`));
    log.info('%s and %d', pan, Number(pan));
    assert.equal(records().length, 3);
    assert.ok(!lines.join('').includes(String(pan)));
  });
});

describe('the log of requests', () => {
  it('holds the listed facts of each answer and nothing that was sent', async () => {
    const { log, lines, records } = recordingLogger();
    const server = createHttpServer({ log, clock: systemClock });
    registerDialect(server, '/v1', plainErrors, (scope) => {
      scope.post('/payments/:id', async (request) => {
        request.merchantId = 'mer_1';
        request.log.info({ body: request.body, req: request.raw, headers: request.headers }, 'careless');
        throw new Error(`cannot charge ${(request.body as { number: string }).number}`);
      });
    });
    await server.inject({
      method: 'POST',
      url: '/v1/payments/tx_1?pan=4111111111111111&key=hunter2',
      payload: { number: '4111111111111111', cvc: '7353' },
      headers: { authorization: 'Bearer sk_test_demo_0123456789', 'x-note': 'header-value' },
    });
    await server.inject({ url: '/4111111111111111' });
    await server.close();
    const { time, durationMs, requestId, ...answered } = records().find(({ status }) => status === 500) ?? {};
    assert.deepEqual(answered, {
      level: 'info',
      method: 'POST',
      route: '/v1/payments/:id',
      path: '/v1/payments/tx_1',
      status: 500,
      merchantId: 'mer_1',
      remoteAddress: '127.0.0.1',
      msg: 'answered',
    });
    assert.ok(typeof time === 'string' && typeof durationMs === 'number');
    assert.match(String(requestId), /^req_/);
    for (const secret of ['4111111111111111', '7353', 'hunter2', 'sk_test_demo', 'header-value']) {
      assert.ok(!lines.join('').includes(secret), `a log line shows ${secret}`);
    }
  });
});
