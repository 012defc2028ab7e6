import { createHash, randomBytes } from 'node:crypto';
import { Client, type Pool } from 'pg';
import { startEmbeddedPostgres } from '../../src/embedded-postgres/embedded-postgres.ts';
import { migrate, readMigrations } from '../../src/store/migrate.ts';
import { createPool } from '../../src/store/pool.ts';
import { makeThrowawayFolder } from './throwaway-folder.ts';
import { throwawaySettings } from './throwaway-settings.ts';

const TEMPLATE_LOCK = 7_253_509_611_003n;
const POOL_CONNECTIONS_MAX = 10;

export type TestDatabase = {
  readonly connectionString: string;
  readonly pool: Pool;
  /** Closes the pool and removes the database. */
  drop(): Promise<void>;
};

let server: Promise<string> | undefined;

/**
 * Makes a migrated database for one test file, cloned from a template in some 50 ms. It stands on the PostgreSQL of the
 * test run (`TEST_DATABASE_URL`), or on one of the file's own when the file is run by hand.
 */
export async function createTestDatabase(): Promise<TestDatabase> {
  return cloneDatabase(await ensureTemplate());
}

/** The same without any migration applied. */
export async function createEmptyTestDatabase(): Promise<TestDatabase> {
  return cloneDatabase('template0');
}

async function cloneDatabase(template: string): Promise<TestDatabase> {
  const name = `test_${randomBytes(6).toString('hex')}`;
  await onServer((client) => client.query(`create database ${name} template ${template} strategy file_copy`));
  const connectionString = withDatabase(await serverAddress(), name);
  const pool = createPool(connectionString, { max: POOL_CONNECTIONS_MAX, allowExitOnIdle: true });
  return {
    connectionString,
    pool,
    async drop() {
      await pool.end();
      await onServer((client) => client.query(`drop database if exists ${name} with (force)`));
    },
  };
}

/** One migrated template per state of the migrations folder, made by whichever test file comes first. */
async function ensureTemplate(): Promise<string> {
  const migrations = await readMigrations();
  const state = createHash('sha256').update(migrations.map((migration) => migration.checksum).join());
  const name = `template_${state.digest('hex').slice(0, 16)}`;
  await onServer(async (client) => {
    await client.query('select pg_advisory_lock($1)', [TEMPLATE_LOCK]);
    const found = await client.query('select 1 from pg_database where datname = $1', [name]);
    if (found.rowCount !== 0) return;
    const building = `${name}_building`;
    await client.query(`drop database if exists ${building} with (force)`);
    await client.query(`create database ${building} template template0`);
    const pool = createPool(withDatabase(await serverAddress(), building), { max: 1 });
    try {
      await migrate(pool);
    } finally {
      await pool.end();
    }
    await client.query(`alter database ${building} rename to ${name}`);
  });
  return name;
}

async function onServer<T>(work: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({ connectionString: await serverAddress() });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

function withDatabase(connectionString: string, name: string): string {
  return connectionString.replace(/\/[^/?]*(\?|$)/, `/${name}$1`);
}

function serverAddress(): Promise<string> {
  server ??= startServer();
  return server;
}

async function startServer(): Promise<string> {
  const given = process.env.TEST_DATABASE_URL;
  if (given !== undefined && given !== '') return given;
  // Nothing is stopped in an "after" hook: it would belong to the test that came first, and run before the file's own.
  // PostgreSQL ends with this process in any case, and the folder goes with it.
  const dataFolder = makeThrowawayFolder('test');
  const log = { info: () => undefined, warn: console.warn, error: console.error };
  const postgres = await startEmbeddedPostgres({ dataFolder, log, settings: throwawaySettings });
  return postgres.connectionString;
}
