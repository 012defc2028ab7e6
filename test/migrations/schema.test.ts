import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { dumpSchema } from '../../scripts/lib/schema-dump.ts';
import { MIGRATIONS_FOLDER } from '../../src/store/migrate.ts';
import { createTestDatabase } from '../support/database.ts';

test('schema.sql is what the migrations make; after a new migration: npm run schema', async () => {
  const database = await createTestDatabase();
  try {
    const committed = await readFile(join(MIGRATIONS_FOLDER, 'schema.sql'), 'utf8');
    assert.equal(await dumpSchema(database.pool), committed);
  } finally {
    await database.drop();
  }
});
