import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { MerchantId } from '../../src/domain/ids.ts';
import { startEmbeddedPostgres } from '../../src/embedded-postgres/embedded-postgres.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { Secret } from '../../src/lib/secret.ts';
import { createDatabase } from '../../src/store/database.ts';
import { migrate } from '../../src/store/migrate.ts';
import { createPool } from '../../src/store/pool.ts';
import { createWebhookStore } from '../../src/store/webhooks.ts';
import { createWebhookSender } from '../../src/webhooks/send.ts';
import { standardFormat } from '../../src/webhooks/standard-format.ts';
import { startDeliveryWorker } from '../../src/workers/deliver-webhooks.ts';
import { insertEndpoint, insertEvents, insertMerchant } from '../../test/support/webhook-rows.ts';

/**
 * Measures webhook deliveries against a PostgreSQL with its normal settings and receivers in a process of their own:
 * how fast one worker empties a backlog, and how long a delivery waits while they arrive at a steady rate.
 *
 *     node scripts/bench/deliveries.ts [backlog, 20000] [arrivals per second, 2000]
 */
const backlog = Number(process.argv[2] ?? 20_000);
const arrivalsPerSecond = Number(process.argv[3] ?? 2000);
const steadySeconds = 5;

async function receive(): Promise<void> {
  const server = createServer((request, response) => {
    request.resume();
    request.on('end', () => response.writeHead(204).end());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  process.send?.((server.address() as AddressInfo).port);
}

async function measure(): Promise<void> {
  const child = fork(import.meta.filename, ['receive'], { execArgv: process.execArgv });
  const [port] = (await once(child, 'message')) as [number];
  const dataFolder = mkdtempSync(join(tmpdir(), 'sallyport-bench-'));
  const log = { info: () => undefined, warn: console.warn, error: console.error };
  const postgres = await startEmbeddedPostgres({ dataFolder, log });
  const pool = createPool(postgres.connectionString, { max: 10 });
  const sender = createWebhookSender({ mode: 'sandbox' });
  try {
    await migrate(pool);
    const database = createDatabase(pool);
    const store = createWebhookStore(database);
    const merchants: MerchantId[] = [];
    for (let index = 0; index < 10; index++) {
      const merchantId = await insertMerchant(database);
      await insertEndpoint(store, merchantId, `http://127.0.0.1:${port}/${index}`);
      merchants.push(merchantId);
    }
    const [only] = merchants;
    const insert = async (count: number, over: typeof merchants): Promise<void> => {
      const each = Math.ceil(count / over.length);
      for (const merchantId of over)
        for (let done = 0; done < each; done += 500)
          await insertEvents(database, merchantId, systemClock.now(), Math.min(500, each - done));
    };
    let delivered = 0;
    const waits: number[] = [];
    const start = () =>
      startDeliveryWorker({
        store,
        formats: [standardFormat],
        sender,
        openText: async (_merchantId, _owner, sealed) => new Secret(sealed.toString()),
        directory: { findSigningKey: async () => null },
        mode: 'sandbox',
        clock: systemClock,
        log,
        observer: {
          tried: (result) => {
            if (result === 'delivered') delivered++;
          },
        },
      });
    for (const [name, over] of [
      ['one endpoint', only === undefined ? [] : [only]],
      ['ten endpoints', merchants],
    ] as const) {
      await insert(backlog, over);
      delivered = 0;
      const began = performance.now();
      const cpu = process.cpuUsage();
      const worker = start();
      while (delivered < backlog) await new Promise((resolve) => setTimeout(resolve, 5));
      const seconds = (performance.now() - began) / 1000;
      const used = process.cpuUsage(cpu);
      await worker.stop();
      console.log(
        `backlog of ${backlog}, ${name}: ${Math.round(backlog / seconds)} deliveries/s, ` +
          `${Math.round((used.user + used.system) / backlog)} µs of this process each`,
      );
    }
    delivered = 0;
    const worker = start();
    const began = performance.now();
    const ticks = steadySeconds * 50;
    for (let tick = 0; tick < ticks; tick++) {
      const merchantId = merchants[tick % merchants.length];
      if (merchantId) await insertEvents(database, merchantId, systemClock.now(), arrivalsPerSecond / 50);
      worker.poke();
      const ahead = (tick + 1) * 20 - (performance.now() - began);
      if (ahead > 0) await new Promise((resolve) => setTimeout(resolve, ahead));
    }
    const arrivedFor = (performance.now() - began) / 1000;
    while (delivered < (arrivalsPerSecond / 50) * ticks)
      await new Promise((resolve) => setTimeout(resolve, 5));
    await worker.stop();
    const { rows } = await pool.query<{ wait: number }>(
      `select extract(epoch from finished_at - created_at)::float8 * 1000 as wait from webhook_deliveries
       order by created_at desc limit $1`,
      [(arrivalsPerSecond / 50) * ticks],
    );
    waits.push(...rows.map((row) => row.wait).sort((left, right) => left - right));
    const at = (share: number): number => Math.round(waits[Math.floor(waits.length * share)] ?? 0);
    console.log(
      `${Math.round(((arrivalsPerSecond / 50) * ticks) / arrivedFor)} arrivals/s for ${arrivedFor.toFixed(1)} s: delivered within ` +
        `${at(0.5)} ms (half), ${at(0.99)} ms (99 %), ${at(0.9999)} ms (all but 1 in 10,000)`,
    );
  } finally {
    await sender.close();
    await pool.end();
    await postgres.stop();
    rmSync(dataFolder, { recursive: true, force: true });
    child.kill();
  }
}

await (process.argv[2] === 'receive' ? receive() : measure());
