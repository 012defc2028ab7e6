import { createReadStream, type ReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import { parseConfig } from '../src/config/config.ts';
import { readEnv } from '../src/config/env.ts';
import { startEmbeddedPostgres } from '../src/embedded-postgres/embedded-postgres.ts';
import { findRunningPostgres } from '../src/embedded-postgres/running-postgres.ts';
import { type BinImport, type BinImportCount, importBins } from '../src/store/bin-import.ts';
import { migrate } from '../src/store/migrate.ts';
import { createPool } from '../src/store/pool.ts';

const USAGE = `npm run import-bins -- FILE

Replaces the imported BIN table by a CSV file with a first line that names its columns, such as
  bin,brand,type,category,issuer,alpha_2,...                   (binlist-data)
  iin_start,iin_end,...,scheme,brand,type,prepaid,country,bank_name,...   (binlist ranges)
into the database of DATABASE_URL, or the embedded one under SALLYPORT_DATA, whether a gateway runs on it or not.`;

const PROGRESS_MS = 1_000;
const REFUSED_SHOWN_MAX = 1_000;
const PIECE_BYTES = 256 * 1024;

const whole = new Intl.NumberFormat('en-US');

/** Runs `work` on the database of the settings, and stops what had to be started for it. */
async function withDatabase<T>(work: (connectionString: string) => Promise<T>): Promise<T> {
  const config = parseConfig(readEnv(process.env, []));
  const running = config.databaseUrl ?? findRunningPostgres(config.dataFolder);
  if (running !== null) return work(running);
  const log = { info: console.error, warn: console.error, error: console.error };
  const postgres = await startEmbeddedPostgres({ dataFolder: config.dataFolder, log });
  try {
    // Nobody else is on it, so this may migrate as a start of the gateway would.
    const pool = createPool(postgres.connectionString, { max: 1 });
    await migrate(pool).finally(() => pool.end());
    return await work(postgres.connectionString);
  } finally {
    await postgres.stop();
  }
}

async function importFile(connectionString: string, file: string): Promise<BinImport> {
  const pool = createPool(connectionString, { max: 1 });
  try {
    const { size } = await stat(file);
    const stream = createReadStream(file, { encoding: 'utf8', highWaterMark: PIECE_BYTES });
    let refusedShown = 0;
    return await importBins(pool, stream, {
      onRefused(line, reason) {
        refusedShown += 1;
        if (refusedShown <= REFUSED_SHOWN_MAX) console.error(`line ${line} ${reason}: not loaded`);
        if (refusedShown === REFUSED_SHOWN_MAX) console.error('... further lines are counted only');
      },
      onProgress: createProgress(stream, size),
      onRead: ({ rows }) => console.error(`${whole.format(rows)} rows read; building the table`),
    });
  } finally {
    await pool.end();
  }
}

function createProgress(stream: ReadStream, size: number): (count: Readonly<BinImportCount>) => void {
  const startedAt = performance.now();
  let toldAt = startedAt;
  return ({ rows, refused }) => {
    const now = performance.now();
    if (now - toldAt < PROGRESS_MS) return;
    toldAt = now;
    const percent = Math.floor((100 * stream.bytesRead) / Math.max(size, 1));
    const perSecond = whole.format(Math.round((rows * 1000) / (now - startedAt)));
    console.error(
      `${percent} %: ${whole.format(rows)} rows, ${whole.format(refused)} refused, ${perSecond} rows/s`,
    );
  };
}

function tell(imported: BinImport, file: string, seconds: number): void {
  for (const [word, rows] of imported.unknownWords)
    console.error(`${whole.format(rows)} rows have the unknown ${word}: loaded without it`);
  const { rows, refused, prefixes, repeated } = imported;
  console.log(
    `${basename(file)}: ${whole.format(rows - refused)} rows loaded as ${whole.format(prefixes)} prefixes, ` +
      `${whole.format(repeated)} repeated, ${whole.format(refused)} rows refused, in ${seconds.toFixed(1)} s`,
  );
}

const [name, ...others] = process.argv.slice(2);
if (name === undefined || name.startsWith('-') || others.length > 0) {
  console.error(USAGE);
  process.exit(2);
}
// npm runs scripts in the clone's folder and says where it was called.
const file = resolve(process.env.INIT_CWD ?? process.cwd(), name);
const startedAt = performance.now();
try {
  const imported = await withDatabase((connectionString) => importFile(connectionString, file));
  tell(imported, file, (performance.now() - startedAt) / 1000);
} catch (error) {
  // A refused connection comes as an AggregateError without a message of its own.
  const { message, code } = error as { message?: string; code?: string };
  console.error(`Nothing was imported: ${message || code || String(error)}`);
  process.exitCode = 1;
}
