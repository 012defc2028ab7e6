import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Client } from 'pg';
import { makeThrowawayFolder } from '../../test/support/throwaway-folder.ts';
import type { PaymentKind } from './cell.ts';
import { openFloorDatabase } from './floor-database.ts';
import { gatewayDatabase, startGateway, startInstantBank } from './gateway.ts';
import { HttpConnection } from './http-connection.ts';
import { type MeasuredCell, type MeasuringGround, measureCell, perSecond } from './measure-cell.ts';
import { saveCard } from './merchant-calls.ts';
import { stopAll } from './programs.ts';
import {
  addedLatency,
  disturbance,
  type MeasuredPair,
  machineFacts,
  processorsTable,
  ratesTable,
  troubles,
} from './report.ts';
import { readMemory } from './resources.ts';

/**
 * Measures the gateway against its floor, on this machine, in one run (docs/performance.md says what the figures mean):
 *
 *     npm run bench [-- --seconds 8] [--connections 1,32,128] [--quick] [--profile FOLDER]
 */
const { values: options } = parseArgs({
  options: {
    seconds: { type: 'string' },
    connections: { type: 'string' },
    quick: { type: 'boolean', default: false },
    /** Where the gateway leaves a processor profile when it ends. */
    profile: { type: 'string' },
  },
});
const seconds = Number(options.seconds ?? (options.quick ? 2 : 8));
const warmUpSeconds = options.quick ? 1 : 3;
const connectionCounts = (options.connections ?? '1,32,128').split(',').map(Number);
/** Tokens made for a cell, against what the cell before lets expect. */
const tokenReserve = 1.2;

async function main(): Promise<boolean> {
  const folder = makeThrowawayFolder('bench');
  const dataFolder = join(folder, 'gateway');
  mkdirSync(dataFolder);
  const logFile = (name: string): string => join(folder, `${name}.log`);
  const bank = await startInstantBank(logFile('bank'));
  const cold = await startGateway(dataFolder, { acquirerUrl: bank.url, logFile: logFile('cold') });
  await cold.stop();
  const gateway = await startGateway(dataFolder, {
    acquirerUrl: bank.url,
    logFile: logFile('warm'),
    nodeFlags: options.profile ? ['--cpu-prof', `--cpu-prof-dir=${options.profile}`] : [],
  });
  const admin = new Client({ connectionString: gateway.connectionString(gatewayDatabase) });
  // The run may end, by an error or Ctrl-C, while this connection is open.
  admin.on('error', () => undefined);
  await admin.connect();
  const floor = await openFloorDatabase(gateway, folder);
  const first = await HttpConnection.open(new URL(gateway.url));
  const savedCard = await saveCard(first);
  first.close();
  const watched = { gateway: gateway.pid, postmaster: gateway.postmaster, acquirer: bank.pid };
  const ground: MeasuringGround = { admin, watched, floor, url: gateway.url, savedCard };

  // A process just started interprets its code; what is measured is one that has taken payments for a while.
  const warmUps: MeasuredCell[] = [];
  for (const kind of ['saved', 'token'] as const) {
    const shape = {
      kind,
      connections: 16,
      warmUpSeconds: 0,
      seconds: warmUpSeconds,
      tokens: 600 * warmUpSeconds,
    };
    warmUps.push(await measureCell(ground, 'gateway', shape));
  }
  const pairs: MeasuredPair[] = [];
  for (const connections of connectionCounts) {
    const tokensFor = (rate: number): number =>
      Math.ceil(rate * tokenReserve * (warmUpSeconds + seconds)) + 200;
    const pair = async (kind: PaymentKind, before?: MeasuredPair): Promise<MeasuredPair> => {
      const shape = { kind, connections, warmUpSeconds, seconds };
      const tokens = { floor: 0, gateway: 0 };
      if (before) {
        tokens.floor = tokensFor(perSecond(before.floor));
        tokens.gateway = tokensFor(perSecond(before.gateway));
      }
      return {
        floor: await measureCell(ground, 'floor', { ...shape, tokens: tokens.floor }),
        gateway: await measureCell(ground, 'gateway', { ...shape, tokens: tokens.gateway }),
      };
    };
    const saved = await pair('saved');
    pairs.push(saved, await pair('token', saved));
  }

  const memory = readMemory(watched);
  const answers = [...warmUps, ...pairs.map((pair) => pair.gateway)];
  const answered = 1 + answers.reduce((sum, { result }) => sum + result.paymentsInAll, 0);
  const { rows } = await admin.query<{ captured: number; version: string }>(
    `select (select count(*) from payments where state = 'captured')::integer as captured,
       current_setting('server_version') as version`,
  );
  const captured = rows[0]?.captured ?? 0;
  await admin.end();
  const wrong = troubles(pairs);
  if (captured !== answered)
    wrong.push(
      `the database holds ${captured} captured payments, but ${answered} were answered as completed`,
    );

  console.log(
    `${machineFacts(rows[0]?.version ?? 'unknown')}; ${seconds} s per cell after ${warmUpSeconds} s\n`,
  );
  console.log(`${ratesTable(pairs)}\n`);
  console.log('Processor milliseconds per payment, by process:\n');
  console.log(`${processorsTable(pairs)}\n`);
  for (const line of addedLatency(pairs)) console.log(line);
  console.log(
    memory === null
      ? 'Memory: n/a'
      : `Memory: gateway ${memory.gatewayPeak.toFixed(0)} MB at its peak, PostgreSQL ${memory.database.toFixed(0)} MB at the end`,
  );
  console.log(
    `Start until ready: ${cold.startMs.toFixed(0)} ms on an empty folder, ${gateway.startMs.toFixed(0)} ms with data`,
  );
  console.log(`Captured in the database: ${captured}; answered as completed: ${answered}`);
  const disturbed = disturbance(pairs);
  if (disturbed) console.log(disturbed);
  if (wrong.length > 0) console.error(`\nTHIS RUN IS NOT VALID:\n${wrong.join('\n')}`);
  return wrong.length === 0;
}

let stopping = false;
async function stop(code: number): Promise<void> {
  if (stopping) return;
  stopping = true;
  await stopAll();
  process.exit(code);
}
process.on('SIGINT', () => void stop(130));
process.on('SIGTERM', () => void stop(143));

main().then(
  (valid) => stop(valid ? 0 : 1),
  (error: unknown) => {
    if (!stopping) console.error(error);
    return stop(1);
  },
);
