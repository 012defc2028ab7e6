import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { pino } from 'pino';
import { systemClock } from '../../lib/clock.ts';
import type { EdgeServer } from './dialect.ts';
import { createMetrics, registerOperations } from './operations.ts';
import { createHttpServer } from './server.ts';

describe('operations', () => {
  const metrics = createMetrics();
  let reachable = true;
  let server: EdgeServer;

  before(() => {
    server = createHttpServer({
      log: pino({ level: 'silent' }),
      clock: systemClock,
      observeRequest: metrics.observeRequest,
    });
    const checks = {
      keys: async () => {},
      database: async () => {
        if (!reachable) throw new Error('connect ECONNREFUSED 10.0.0.1:5432');
      },
    };
    registerOperations(server, { metrics, checks, checkTimeoutMs: 50 });
    server.get('/things/:id', async () => ({}));
  });
  after(() => server.close());

  it('healthz says that the process answers, whatever else is down', async () => {
    reachable = false;
    const answer = await server.inject('/healthz');
    assert.deepEqual([answer.statusCode, answer.json()], [200, { status: 'ok' }]);
  });

  it('readyz is 200 when every check passes, else 503 with names and no reasons', async () => {
    reachable = true;
    const ready = await server.inject('/readyz');
    assert.deepEqual(
      [ready.statusCode, ready.json()],
      [200, { status: 'ready', checks: { keys: 'ok', database: 'ok' } }],
    );
    reachable = false;
    const failed = await server.inject('/readyz');
    assert.deepEqual(
      [failed.statusCode, failed.json()],
      [503, { status: 'not_ready', checks: { keys: 'ok', database: 'failed' } }],
    );
  });

  it('a check that never ends has failed', async () => {
    const stuck = createHttpServer({ log: pino({ level: 'silent' }), clock: systemClock });
    registerOperations(stuck, {
      metrics,
      checks: { database: () => new Promise(() => {}) },
      checkTimeoutMs: 20,
    });
    assert.equal((await stuck.inject('/readyz')).statusCode, 503);
    await stuck.close();
  });

  it('metrics count requests by route pattern, never by path', async () => {
    for (const id of ['1', '2', '3']) await server.inject(`/things/${id}`);
    await server.inject('/unknown/1');
    await server.inject('/unknown/2');
    metrics
      .counter({ name: 'example_total', help: 'An example.', labelNames: ['outcome'] })
      .inc({ outcome: 'approved' });
    const text = (await server.inject('/metrics')).body;
    assert.match(
      text,
      /http_request_duration_seconds_count\{method="GET",route="\/things\/:id",status="200"\} 3/,
    );
    assert.match(
      text,
      /http_request_duration_seconds_count\{method="GET",route="unmatched",status="404"\} 2/,
    );
    assert.match(text, /example_total\{outcome="approved"\} 1/);
    assert.match(text, /process_resident_memory_bytes/);
    assert.ok(!text.includes('/unknown/'));
  });
});
