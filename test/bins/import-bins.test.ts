import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { dumpSchema } from '../../scripts/lib/schema-dump.ts';
import { startEmbeddedPostgres } from '../../src/embedded-postgres/embedded-postgres.ts';
import { createBinDirectory } from '../../src/store/bins.ts';
import { createDatabase } from '../../src/store/database.ts';
import { MIGRATIONS_FOLDER, migrate } from '../../src/store/migrate.ts';
import { createPool } from '../../src/store/pool.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { makeThrowawayFolder } from '../support/throwaway-folder.ts';
import { throwawaySettings } from '../support/throwaway-settings.ts';

const projectFolder = join(import.meta.dirname, '..', '..');
const ROWS = 200_000;
const folder = makeThrowawayFolder('bins');

let database: TestDatabase;
before(async () => {
  database = await createTestDatabase();
});
after(() => database.drop());

/** Eight-digit BINs from 20000000 on, each four hundred apart, all of one bank. */
function writeTable(name: string, bank: string): string {
  const lines = [
    'bin,brand,type,category,issuer,alpha_2,alpha_3,country,latitude,longitude,bank_phone,bank_url',
  ];
  for (let row = 0; row < ROWS; row += 1)
    lines.push(`${20_000_000 + row * 400},VISA,CREDIT,CLASSIC,"${bank}, PLC",GB,GBR,UNITED KINGDOM,54,-2,,`);
  const file = join(folder, name);
  writeFileSync(file, `${lines.join('\n')}\n`);
  return file;
}

type Run = {
  readonly child: ChildProcess;
  readonly printed: () => string;
  readonly exitCode: Promise<number>;
};

/** Starts the command as npm does, on the settings given. */
function startImport(file: string, settings: Record<string, string>): Run {
  const { DATABASE_URL: _, ...inherited } = process.env;
  const child = spawn(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', 'scripts/import-bins.ts', file],
    {
      cwd: projectFolder,
      env: { ...inherited, ...settings },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  let printed = '';
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (piece) => {
      printed += piece;
    });
  return { child, printed: () => printed, exitCode: once(child, 'close').then(([code]) => code as number) };
}

async function importNow(file: string, settings: Record<string, string>): Promise<string> {
  const run = startImport(file, settings);
  assert.equal(await run.exitCode, 0, run.printed());
  return run.printed();
}

const bankOf = async (row: number): Promise<string | null | undefined> => {
  const bins = createBinDirectory(createDatabase(database.pool), { testIssuers: false });
  return (await bins.lookUpBin(String(20_000_000 + row * 400)))?.bank;
};

test('an import of 200,000 rows serves the old table until the new one is complete; kill -9 leaves the old', async () => {
  const settings = { DATABASE_URL: database.connectionString };
  assert.match(
    await importNow(writeTable('old.csv', 'OLD'), settings),
    /200,000 rows loaded as 200,000 prefixes/,
  );
  const schema = await readFile(join(MIGRATIONS_FOLDER, 'schema.sql'), 'utf8');
  assert.equal(
    await dumpSchema(database.pool),
    schema,
    'the table that took the place of bins is made like it',
  );

  const file = writeTable('new.csv', 'NEW');
  const killed = startImport(file, settings);
  await untilStaged();
  killed.child.kill('SIGKILL');
  await killed.exitCode;
  for (const row of [0, 77_777, ROWS - 1]) assert.equal(await bankOf(row), 'OLD, PLC');

  await noOtherConnection();
  const importing = startImport(file, settings);
  const answers = new Set<string>();
  let changes = 0;
  let last = 'OLD, PLC';
  let done = false;
  importing.child.once('exit', () => {
    done = true;
  });
  while (!done) {
    const answer = (await bankOf(77_777)) ?? 'nothing';
    answers.add(answer);
    if (answer !== last) changes += 1;
    last = answer;
  }
  assert.equal(await importing.exitCode, 0, importing.printed());
  assert.equal(await bankOf(77_777), 'NEW, PLC');
  assert.ok(
    [...answers].every((answer) => answer === 'OLD, PLC' || answer === 'NEW, PLC'),
    [...answers].join(),
  );
  assert.ok(changes <= 1, 'the rows changed once, all together');
});

/** Until a killed import's server side has noticed, it holds the import's lock. */
async function noOtherConnection(): Promise<void> {
  await until(async () => {
    const { rows } = await database.pool.query(
      `select from pg_locks where locktype = 'advisory' and database = (select oid from pg_database where datname = current_database())`,
    );
    return rows.length === 0;
  });
}

async function untilStaged(): Promise<void> {
  await until(async () => {
    const { rows } = await database.pool.query<{ size: bigint }>(
      `select coalesce(pg_relation_size(to_regclass('bins_staged')), 0) as size`,
    );
    return (rows[0]?.size ?? 0n) > 0n;
  });
}

async function until(holds: () => Promise<boolean>): Promise<void> {
  for (const limit = performance.now() + 10_000; !(await holds()); ) {
    assert.ok(performance.now() < limit, 'not within ten seconds');
    await delay(5);
  }
}

test('the embedded database is found while a gateway runs on it, and started while none does', async () => {
  const dataFolder = makeThrowawayFolder('bins-embedded');
  const settings = { SALLYPORT_DATA: dataFolder };
  const file = join(folder, 'few.csv');
  writeFileSync(file, 'bin,brand,alpha_2\n424242,VISA,FR\n');
  assert.match(await importNow(file, settings), /1 rows loaded/);

  const log = { info: () => undefined, warn: () => undefined, error: console.error };
  const postgres = await startEmbeddedPostgres({ dataFolder, log, settings: throwawaySettings });
  const pool = createPool(postgres.connectionString, { max: 2 });
  try {
    assert.deepEqual(await migrate(pool), { applied: [] });
    const bins = createBinDirectory(createDatabase(pool), { testIssuers: true });
    assert.equal((await bins.lookUpBin('424242'))?.country, 'FR');
    writeFileSync(file, 'bin,brand,alpha_2\n424242,VISA,ES\n');
    await importNow(file, settings);
    assert.equal((await bins.lookUpBin('424242'))?.country, 'ES');
  } finally {
    await pool.end();
    await postgres.stop();
  }
});

test('without a file the command says how it is called, and with one that is missing what is wrong', async () => {
  const settings = { DATABASE_URL: database.connectionString };
  const none = startImport('--help', settings);
  assert.equal(await none.exitCode, 2);
  assert.match(none.printed(), /npm run import-bins -- FILE/);
  const missing = startImport(join(folder, 'missing.csv'), settings);
  assert.equal(await missing.exitCode, 1);
  assert.match(missing.printed(), /Nothing was imported: ENOENT/);
});
