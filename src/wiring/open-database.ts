import type { Pool } from 'pg';
import type { Config } from '../config/config.ts';
import { startEmbeddedPostgres } from '../embedded-postgres/embedded-postgres.ts';
import { migrate } from '../store/migrate.ts';
import { createPool } from '../store/pool.ts';
import type { Log } from './log.ts';

export interface OpenDatabase {
  readonly connectionString: string;
  readonly pool: Pool;
  /** Told when the embedded PostgreSQL ended and could not be brought back. */
  onLost(listener: (reason: string) => void): void;
  close(): Promise<void>;
}

/** Opens the database that the settings name, or the embedded one, and brings its schema up to date. */
export async function openDatabase(config: Config, log: Log): Promise<OpenDatabase> {
  const embedded = config.databaseUrl
    ? null
    : await startEmbeddedPostgres({ dataFolder: config.dataFolder, log });
  const connectionString = config.databaseUrl ?? embedded?.connectionString ?? '';
  const pool = createPool(connectionString, {
    max: config.databasePool,
    onIdleError: (error) =>
      log.warn({ err: error }, 'an idle database connection broke; the pool replaces it'),
  });
  try {
    const { applied } = await migrate(pool);
    for (const name of applied) log.info(`applied migration ${name}`);
    await pool.query('select vault.continue_openings()');
  } catch (error) {
    await pool.end();
    await embedded?.stop();
    throw error;
  }
  return {
    connectionString,
    pool,
    onLost: (listener) => embedded?.onExit(listener),
    async close() {
      await pool.end();
      await embedded?.stop();
    },
  };
}
