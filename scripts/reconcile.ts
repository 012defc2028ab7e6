import { parseArgs } from 'node:util';
import { parseConfig } from '../src/config/config.ts';
import { readEnv } from '../src/config/env.ts';
import { createLogger } from '../src/http/edge/logging.ts';
import { addSeconds } from '../src/lib/clock.ts';
import { createReconciliationDesk } from '../src/store/desks.ts';
import { createReconciliationStore } from '../src/store/reconciliation.ts';
import { reconcile } from '../src/usecases/reconcile.ts';
import { openCommand } from '../src/wiring/open-command.ts';

const USAGE = `npm run reconcile -- [--from TIME] [--to TIME]

Compares the acquirer's book with ours over the time from FROM up to, not including, TO, in both directions; reverses what
the acquirer holds without right, and lists what a person must look at. Times are ISO 8601, such as 2026-11-04 or
2026-11-04T09:30:00Z. Without them: the last whole day (UTC). A comparison that was killed goes on where it was.

Exit code: 0 nothing is left open, 3 differences are left open, 1 it could not be done, 2 wrong arguments.`;

const daySeconds = 24 * 3600;
const shownMax = 100;
const progressMs = 1000;
/** Real seconds after which a command that was killed may be taken up by the next. */
const holdSeconds = 10;

const whole = new Intl.NumberFormat('en-US');

function readTime(name: string, text: string | undefined): Date | null {
  if (text === undefined) return null;
  const time = new Date(text);
  if (/^\d{4}-\d{2}-\d{2}/.test(text) && !Number.isNaN(time.getTime())) return time;
  console.error(`--${name} is ${JSON.stringify(text)}: expected a time in ISO 8601\n\n${USAGE}`);
  process.exit(2);
}

function readArguments(): { from: Date | null; to: Date | null } {
  try {
    const { values } = parseArgs({ options: { from: { type: 'string' }, to: { type: 'string' } } });
    return { from: readTime('from', values.from), to: readTime('to', values.to) };
  } catch {
    console.error(USAGE);
    process.exit(2);
  }
}

function startOfDay(time: Date): Date {
  return new Date(Math.floor(time.getTime() / (daySeconds * 1000)) * daySeconds * 1000);
}

async function run(): Promise<number> {
  const given = readArguments();
  const config = parseConfig(readEnv(process.env, []));
  const log = createLogger({ level: config.logLevel === 'info' ? 'warn' : config.logLevel });
  const house = await openCommand(config, log);
  try {
    const to = given.to ?? startOfDay(house.gateway.clock.now());
    const from = given.from ?? addSeconds(to, -daySeconds);
    if (from >= to) {
      console.error(`--from ${from.toISOString()} is not before --to ${to.toISOString()}`);
      return 2;
    }
    return await compare(house, from, to);
  } finally {
    await house.close();
  }
}

async function compare(
  house: Awaited<ReturnType<typeof openCommand>>,
  from: Date,
  to: Date,
): Promise<number> {
  const { core, gateway } = house;
  const began = performance.now();
  let toldAt = began;
  const result = await reconcile(
    {
      gateway,
      store: createReconciliationStore(core.database),
      holdSeconds,
      onStep: ({ comparedCount }) => {
        if (performance.now() - toldAt < progressMs) return;
        toldAt = performance.now();
        console.error(`${whole.format(comparedCount)} references compared`);
      },
    },
    { purpose: 'command', from, to },
  );
  const seconds = (performance.now() - began) / 1000;
  switch (result.kind) {
    case 'not_offered':
      console.error(`The acquirer ${gateway.acquirer.name} shows no book to compare with.`);
      return 1;
    case 'held':
      console.error(`Another process compares this window, or was killed less than ${holdSeconds} s ago.`);
      return 1;
    case 'interrupted':
      console.error(`The acquirer's book could not be read: ${result.cause}. Run this again to go on.`);
      return 1;
    case 'done':
      break;
  }
  const desk = createReconciliationDesk(core.database);
  const { comparedCount, inFlightCount } = result.run;
  const peak = Math.round(process.resourceUsage().maxRSS / 1024);
  console.log(
    `${from.toISOString()} to ${to.toISOString()}: ${whole.format(comparedCount)} references compared, ${whole.format(inFlightCount)} in flight, ` +
      `${whole.format(result.found)} differences, ${whole.format(result.closed)} closed; ${seconds.toFixed(1)} s, at most ${peak} MB`,
  );
  const left = await desk.listDifferences({ limit: shownMax, unclosedOnly: true });
  for (const { id, status, owner, cause, reference, acquirerReference } of left)
    console.log(`  ${id} ${status} (${owner}): ${cause} ${reference} ${acquirerReference}`.trimEnd());
  if (left.length === shownMax) console.log('  ... and perhaps more');
  return left.length > 0 ? 3 : 0;
}

try {
  process.exitCode = await run();
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}
