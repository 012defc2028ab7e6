import {
  Counter,
  type CounterConfiguration,
  collectDefaultMetrics,
  Gauge,
  type GaugeConfiguration,
  Histogram,
  type HistogramConfiguration,
  Registry,
} from 'prom-client';
import type { EdgeServer } from './dialect.ts';
import type { RequestLog } from './request-log.ts';

type WithoutRegisters<Configuration> = Omit<Configuration, 'registers'>;

export interface Metrics {
  readonly registry: Registry;
  /** Give this to `createHttpServer`. */
  readonly observeRequest: (answered: RequestLog) => void;
  /** Labels must come from small closed sets: never an id, a path or a merchant's own word. */
  counter<Label extends string>(configuration: WithoutRegisters<CounterConfiguration<Label>>): Counter<Label>;
  gauge<Label extends string>(configuration: WithoutRegisters<GaugeConfiguration<Label>>): Gauge<Label>;
  histogram<Label extends string>(
    configuration: WithoutRegisters<HistogramConfiguration<Label>>,
  ): Histogram<Label>;
}

const knownMethods = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);
const secondsBuckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** A registry with Node's own metrics and the durations of requests by method, route pattern and status. */
export function createMetrics(): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const durations = new Histogram({
    name: 'http_request_duration_seconds',
    help: 'Time from the first byte of a request to the last of its answer.',
    labelNames: ['method', 'route', 'status'],
    buckets: secondsBuckets,
    registers: [registry],
  });
  return {
    registry,
    observeRequest: ({ method, route, status, durationMs }) => {
      durations.observe(
        { method: knownMethods.has(method) ? method : 'other', route, status },
        durationMs / 1000,
      );
    },
    counter: (configuration) => new Counter({ ...configuration, registers: [registry] }),
    gauge: (configuration) => new Gauge({ ...configuration, registers: [registry] }),
    histogram: (configuration) => new Histogram({ ...configuration, registers: [registry] }),
  };
}

/** Resolves when what it looks at is fit for traffic, and rejects when it is not. */
export type ReadinessCheck = () => Promise<void>;

export interface OperationsOptions {
  readonly metrics: Metrics;
  /** By name, such as `database`, `migrations`, `keys`; the names are shown, the reasons only logged. */
  readonly checks: Readonly<Record<string, ReadinessCheck>>;
  /** A check that takes longer has failed; 2 s unless told. */
  readonly checkTimeoutMs?: number;
}

/** `GET /healthz` (this process answers), `GET /readyz` (it can serve), `GET /metrics` (Prometheus text format). */
export function registerOperations(
  server: EdgeServer,
  { metrics, checks, checkTimeoutMs = 2000 }: OperationsOptions,
): void {
  server.get('/healthz', async (_request, reply) =>
    reply.header('cache-control', 'no-store').send({ status: 'ok' }),
  );

  server.get('/readyz', async (request, reply) => {
    const results = await Promise.all(
      Object.entries(checks).map(async ([name, check]) => {
        try {
          await withinTime(check(), checkTimeoutMs);
          return [name, 'ok'] as const;
        } catch (error) {
          request.log.warn({ check: name, err: error }, 'a readiness check failed');
          return [name, 'failed'] as const;
        }
      }),
    );
    const ready = results.every(([, result]) => result === 'ok');
    reply.code(ready ? 200 : 503).header('cache-control', 'no-store');
    return { status: ready ? 'ready' : 'not_ready', checks: Object.fromEntries(results) };
  });

  server.get('/metrics', async (_request, reply) => {
    reply.header('content-type', metrics.registry.contentType).header('cache-control', 'no-store');
    return metrics.registry.metrics();
  });
}

async function withinTime(work: Promise<void>, timeoutMs: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`the check took longer than ${timeoutMs} ms`)), timeoutMs);
  });
  try {
    await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
