import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, beforeEach, test } from 'node:test';
import { createEmptyTestDatabase, type TestDatabase } from '../../test/support/database.ts';
import { isMigrated, MigrationError, migrate, readMigrations } from './migrate.ts';

const folder = mkdtempSync(join(tmpdir(), 'sallyport-migrations-'));
let database: TestDatabase;

function writeMigration(name: string, sql: string): void {
  mkdirSync(join(folder, name), { recursive: true });
  writeFileSync(join(folder, name, 'up.sql'), sql);
  writeFileSync(join(folder, name, 'note.md'), 'Why.');
}

beforeEach(async () => {
  rmSync(folder, { recursive: true, force: true });
  writeMigration('0001-first', 'create table first (n int);\ninsert into first values (1);\n');
  writeMigration('0002-second', 'create table second (n int);');
  database = await createEmptyTestDatabase();
});
afterEach(() => database.drop());
after(() => rmSync(folder, { recursive: true, force: true }));

test('each missing migration is applied once, in order', async () => {
  assert.equal(await isMigrated(database.pool, folder), false);
  assert.deepEqual(await migrate(database.pool, folder), { applied: ['0001-first', '0002-second'] });
  assert.equal(await isMigrated(database.pool, folder), true);
  assert.deepEqual(await migrate(database.pool, folder), { applied: [] });
  writeMigration('0003-third', 'create table third (n int);');
  assert.equal(await isMigrated(database.pool, folder), false);
  assert.deepEqual(await migrate(database.pool, folder), { applied: ['0003-third'] });
});

test('of several processes that start at once, one migrates and the others find it done', async () => {
  const results = await Promise.all(Array.from({ length: 5 }, () => migrate(database.pool, folder)));
  assert.deepEqual(results.map((result) => result.applied.length).sort(), [0, 0, 0, 0, 2]);
});

test('a migration that fails leaves nothing of itself, keeps those before it, and names file and line', async () => {
  writeMigration('0002-second', 'create table second (n int);\ninsert into nowhere values (1);');
  await assert.rejects(migrate(database.pool, folder), {
    name: 'MigrationError',
    message: 'migrations/0002-second/up.sql failed at line 2: relation "nowhere" does not exist',
  });
  const found = await database.pool.query(
    `select to_regclass('first') as first, to_regclass('second') as second`,
  );
  assert.deepEqual(found.rows, [{ first: 'first', second: null }]);
});

test('an edited migration that had landed is refused', async () => {
  await migrate(database.pool, folder);
  writeMigration('0001-first', 'create table first (n bigint);');
  await assert.rejects(
    migrate(database.pool, folder),
    /0001-first\/up.sql is not what this database was migrated with/,
  );
  assert.equal(await isMigrated(database.pool, folder), false);
});

test('line ends alone do not make a migration another one', async () => {
  await migrate(database.pool, folder);
  writeMigration('0001-first', 'create table first (n int);\r\ninsert into first values (1);\r\n');
  assert.deepEqual(await migrate(database.pool, folder), { applied: [] });
});

test('a database that is newer than the program is refused', async () => {
  await migrate(database.pool, folder);
  rmSync(join(folder, '0002-second'), { recursive: true });
  await assert.rejects(
    migrate(database.pool, folder),
    /the database is newer than this program: it has migration 0002-second/,
  );
  assert.equal(await isMigrated(database.pool, folder), false);
});

for (const name of ['0002-twice', '3-short', '0003-Upper', 'notes']) {
  test(`a folder named ${name} after 0001 and 0002 is refused`, async () => {
    writeMigration(name, 'select 1');
    await assert.rejects(readMigrations(folder), MigrationError);
  });
}

test('a migration without its note is refused', async () => {
  rmSync(join(folder, '0002-second', 'note.md'));
  await assert.rejects(readMigrations(folder), /0002-second\/note.md cannot be read/);
});
