import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startEmbeddedPostgres } from '../src/embedded-postgres/embedded-postgres.ts';
import { MIGRATIONS_FOLDER, migrate } from '../src/store/migrate.ts';
import { createPool } from '../src/store/pool.ts';
import { makeThrowawayFolder } from '../test/support/throwaway-folder.ts';
import { throwawaySettings } from '../test/support/throwaway-settings.ts';
import { dumpSchema } from './lib/schema-dump.ts';

const dataFolder = makeThrowawayFolder('schema');
const log = { info: () => undefined, warn: console.warn, error: console.error };
const postgres = await startEmbeddedPostgres({ dataFolder, log, settings: throwawaySettings });
const pool = createPool(postgres.connectionString, { max: 1 });
try {
  await migrate(pool);
  const file = join(MIGRATIONS_FOLDER, 'schema.sql');
  writeFileSync(file, await dumpSchema(pool));
  console.log('migrations/schema.sql written');
} finally {
  await pool.end();
  await postgres.stop();
}
