// Starts the embedded PostgreSQL on the folder given, prints its postmaster's pid and address, and waits to be killed.
import { startEmbeddedPostgres } from '../../src/embedded-postgres/embedded-postgres.ts';

const [dataFolder = ''] = process.argv.slice(2);
const log = { info: console.error, warn: console.error, error: console.error };
try {
  const postgres = await startEmbeddedPostgres({ dataFolder, log });
  console.log(JSON.stringify({ pid: postgres.pid, connectionString: postgres.connectionString }));
  setInterval(() => undefined, 60_000);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
