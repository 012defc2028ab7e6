import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { Pool } from 'pg';
import { startProgram, stopAll } from '../bench/programs.ts';
import { Chance } from './chance.ts';
import { advanceClock, type Damage, rage } from './chaos.ts';
import { checkAcknowledged, checkAnswers, checkDatabase, checkSecrets, type Finding } from './check.ts';
import { Client, ClientLog, stormCards } from './clients.ts';
import { type House, isAlive, openHouse, standAll } from './house.ts';
import { Receiver } from './receiver.ts';

/**
 * The storm: several API processes and workers on one PostgreSQL under mixed load of both dialects, while processes and
 * the database are killed, the bank misbehaves, receivers are down, the clock jumps and connections run out. Then it
 * falls calm, and everything that must be true is checked. A seed repeats the plan.
 */
const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    seconds: { type: 'string', default: '30' },
    clients: { type: 'string', default: '12' },
    keep: { type: 'boolean', default: false },
  },
});
const seed = Number(values.seed);
const stormMs = Number(values.seconds) * 1000;
const calmMsMax = 180_000;

function weightedCards(): string[] {
  return stormCards.flatMap(([number, weight]) => Array.from({ length: weight }, () => number));
}

async function subscribe(house: House, url: string, format: string): Promise<void> {
  const [api] = house.apis;
  const answer = await fetch(`${api?.url}/v1/webhook_endpoints`, {
    method: 'POST',
    headers: { authorization: 'Bearer sk_test_demo', 'content-type': 'application/json' },
    body: JSON.stringify({ url, format }),
  });
  if (!answer.ok) throw new Error(`the endpoint was refused: ${await answer.text()}`);
}

/** The part of approved authorizations that the bank treats badly, whatever their card. */
const badlyTreated = 0.05;

/** Has the bank misbehave by the seed with ordinary cards too, or be honest from now on. */
async function planFaults(house: House, share: number | null): Promise<void> {
  const [api] = house.apis;
  const answer = await fetch(`${api?.url}/sandbox/faults`, {
    method: share === null ? 'DELETE' : 'POST',
    ...(share !== null && {
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ seed, share, authorizations: 1_000_000 }),
    }),
  });
  if (!answer.ok) throw new Error(`the plan of faults was refused: ${await answer.text()}`);
}

/** Lets the workers clear up: faults are over, time goes on, until nothing waits. */
async function calm(house: House, pool: Pool): Promise<number> {
  const began = Date.now();
  for (const seconds = 700; Date.now() - began < calmMsMax; ) {
    await advanceClock(house, seconds);
    await delay(1300);
    const { rows } = await pool.query<{ waiting: number }>(
      `select (select count(*) from attempts where state in ('queued', 'sending', 'unknown', 'reversing'))::integer
        + (select count(*) from payments where state in ('authorizing', 'authenticating'))::integer
        + (select count(*) from webhook_deliveries where state = 'pending')::integer as waiting`,
    );
    if (rows[0]?.waiting === 0) break;
  }
  return Date.now() - began;
}

/** The bank's book against ours, by the operator's own command: what only a comparison finds is mended by it. */
async function compareBooks(house: House, from: Date): Promise<number> {
  const began = Date.now();
  const to = new Date(began + 400 * 24 * 3600 * 1000);
  const logFile = join(house.folder, 'reconcile.log');
  const program = startProgram({
    file: 'scripts/reconcile.ts',
    args: ['--from', from.toISOString(), '--to', to.toISOString()],
    logFile,
    env: {
      DATABASE_URL: house.postgres.connectionString,
      SALLYPORT_DATA: house.folder,
      SALLYPORT_MODE: 'sandbox',
    },
  });
  while (isAlive(program.pid) && Date.now() - began < calmMsMax) await delay(100);
  return Date.now() - began;
}

async function storm(): Promise<boolean> {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-storm-'));
  const house = await openHouse(folder, { apis: 2, workers: 1 });
  const receivers = [new Receiver(), new Receiver(), new Receiver()];
  const formats = ['zafapay', 'eximpe', 'standard'];
  for (const [index, receiver] of receivers.entries()) {
    await subscribe(house, `${await receiver.open()}/${formats[index]}`, formats[index] ?? 'standard');
  }
  const pool = new Pool({ connectionString: house.postgres.connectionString, max: 2 });
  pool.on('error', () => undefined);
  try {
    await pool.query('update flows set retry_after_decline = true');
    await planFaults(house, badlyTreated);
    const log = new ClientLog();
    const began = Date.now();
    const until = began + stormMs;
    const isOver = () => Date.now() >= until;
    const cards = weightedCards();
    const clients = Array.from({ length: Number(values.clients) }, (_value, index) =>
      new Client(house, new Chance(seed * 1000 + index), log, cards, `s${seed}c${index}`).run(isOver),
    );
    const [damage, stories] = await Promise.all([
      rage(house, receivers, new Chance(seed), isOver),
      Promise.all(clients),
    ]);
    await standAll(house);
    await planFaults(house, null);
    const calmMs =
      (await calm(house, pool)) + (await compareBooks(house, new Date(began))) + (await calm(house, pool));
    const findings = [
      ...(await checkDatabase(pool)),
      await checkAnswers(house, log),
      await checkAcknowledged(pool, log),
      checkSecrets(house, receivers),
    ];
    await report(
      pool,
      log,
      damage,
      stories.reduce((sum, count) => sum + count, 0),
      calmMs,
      findings,
    );
    return findings.every((finding) => finding.broken.length === 0);
  } finally {
    await pool.end();
    for (const receiver of receivers) receiver.close();
    await stopAll();
    await house.postgres.stop();
    if (values.keep) process.stdout.write(`kept: ${folder}\n`);
    else rmSync(folder, { recursive: true, force: true });
  }
}

async function report(
  pool: Pool,
  log: ClientLog,
  damage: Damage,
  stories: number,
  calmMs: number,
  findings: readonly Finding[],
): Promise<void> {
  const { rows } = await pool.query<{ state: string; count: number }>(
    'select state, count(*)::integer as count from payments group by state order by state',
  );
  const { rows: undone } = await pool.query<{ reversals: number; inquiries: number; alerts: number }>(
    `select (select count(*) from attempts where kind = 'reversal')::integer as reversals,
      (select coalesce(sum(inquiries), 0) from attempts)::integer as inquiries, (select count(*) from alerts)::integer as alerts`,
  );
  const lines = [
    `storm: seed ${seed}, ${values.seconds} s, ${values.clients} clients`,
    `  ${stories} stories, ${log.invocations} requests, ${log.lost} of them without an answer`,
    `  payments: ${rows.map((row) => `${row.count} ${row.state}`).join(', ')}`,
    `  kills: ${damage.processKills} of processes, ${damage.databaseKills} of PostgreSQL; clock jumps ${damage.clockJumps}; receiver outages ${damage.receiverOutages}; exhausted connections ${damage.exhaustions}`,
    `  ${undone[0]?.inquiries} inquiries, ${undone[0]?.reversals} reversals, ${undone[0]?.alerts} alerts; calm after ${(calmMs / 1000).toFixed(1)} s`,
    ...findings.map(
      ({ invariant, broken }) =>
        `  ${broken.length === 0 ? 'ok    ' : 'BROKEN'} ${invariant}${broken.length ? ` (${broken.length}): ${broken.slice(0, 5).join('; ')}` : ''}`,
    ),
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
}

process.exitCode = (await storm()) ? 0 : 1;
