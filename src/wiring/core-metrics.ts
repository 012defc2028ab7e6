import type { Metrics } from '../http/edge/operations.ts';
import { createReconciliationDesk } from '../store/desks.ts';
import { createResolutionStore } from '../store/resolution.ts';
import type { Log } from './log.ts';
import type { Core } from './open-core.ts';

/** Readings of one scrape; many gauges ask for them at once. */
const keptMs = 1000;

/** Gauges of what somebody must look at: messages without an outcome, alerts, differences. Read when they are scraped. */
export function registerCoreMetrics(metrics: Metrics, core: Core, log: Log): void {
  const resolution = createResolutionStore(core.database);
  const desk = createReconciliationDesk(core.database);
  const read = keepBriefly(() => Promise.all([resolution.countOpen(), desk.countDifferences()]));

  const gauge = (name: string, help: string, value: (readings: Awaited<ReturnType<typeof read>>) => number) =>
    metrics.gauge({
      name,
      help,
      async collect() {
        try {
          this.set(value(await read()));
        } catch (error) {
          // The other metrics are still worth their scrape; what is not known is not shown.
          log.warn({ err: error, metric: name }, 'a metric cannot be read');
          this.reset();
        }
      },
    });
  gauge('attempts_open', 'Messages to an acquirer without a recorded end.', ([open]) => open.attempts);
  gauge(
    'attempts_open_oldest_seconds',
    'Age of the oldest message to an acquirer without a recorded end; 0 when there is none.',
    ([open]) =>
      open.oldestSince ? Math.max(0, (core.clock.now().getTime() - open.oldestSince.getTime()) / 1000) : 0,
  );
  gauge('alerts_open', 'Alerts that nobody has closed.', ([open]) => open.alerts);
  gauge(
    'reconciliation_differences_open',
    "Differences between an acquirer's book and ours that wait for a person.",
    ([, differences]) => differences.open,
  );
  gauge(
    'reconciliation_differences_mending',
    "Differences between an acquirer's book and ours that are being reversed.",
    ([, differences]) => differences.mending,
  );
}

function keepBriefly<T>(read: () => Promise<T>): () => Promise<T> {
  let kept: Promise<T> | null = null;
  let keptAt = 0;
  return () => {
    const now = performance.now();
    if (!kept || now - keptAt > keptMs) {
      kept = read();
      keptAt = now;
    }
    return kept;
  };
}
