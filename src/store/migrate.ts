import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Pool, PoolClient } from 'pg';

/** Held while migrating, so that of several processes starting at once one works and the others wait. */
const ADVISORY_LOCK = 7_253_509_611_002n;
const FOLDER_NAME = /^(\d{4})-([a-z0-9-]+)$/;

/** The folder of this program's migrations: `0001-<what>/{up.sql, note.md}`. */
export const MIGRATIONS_FOLDER = join(import.meta.dirname, '..', '..', 'migrations');

export type Migration = {
  readonly number: number;
  readonly name: string;
  readonly sql: string;
  /** SHA-256 of `up.sql` with line ends as `\n`, in hex. */
  readonly checksum: string;
};

/** The migrations cannot be applied; the message is one line that says which, why, and what to do. */
export class MigrationError extends Error {
  readonly code = 'migration_failed';
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'MigrationError';
  }
}

type LandedMigration = { number: number; name: string; checksum: string };

/**
 * Reads the migrations of a folder in order; a folder that does not exist holds none.
 *
 * @throws {MigrationError} when a name is not `0001-<what>`, a number is used twice, or a file is missing.
 */
export async function readMigrations(folder: string = MIGRATIONS_FOLDER): Promise<Migration[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
  const names = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
  const migrations: Migration[] = [];
  for (const name of names.sort()) {
    const number = Number(FOLDER_NAME.exec(name)?.[1]);
    const last = migrations.at(-1)?.number ?? 0;
    if (!(number > last)) {
      throw new MigrationError(
        `migrations/${name}: expected a folder named 0001-<what>, with a number that no other folder has`,
      );
    }
    const [up] = await Promise.all([readPart(folder, name, 'up.sql'), readPart(folder, name, 'note.md')]);
    const sql = up.replaceAll('\r\n', '\n');
    migrations.push({ number, name, sql, checksum: createHash('sha256').update(sql).digest('hex') });
  }
  return migrations;
}

async function readPart(folder: string, migration: string, file: string): Promise<string> {
  return readFile(join(folder, migration, file), 'utf8').catch((error: Error) => {
    throw new MigrationError(`migrations/${migration}/${file} cannot be read: ${error.message}`, {
      cause: error,
    });
  });
}

/**
 * Brings the database to this program's schema: each missing migration in a transaction of its own, in order.
 * Several processes may call it at once. Returns the names it applied.
 *
 * @throws {MigrationError} when a landed migration differs from its file, the database is newer than the program,
 * or a migration fails (its transaction is rolled back; those before it stay).
 */
export async function migrate(
  pool: Pool,
  folder: string = MIGRATIONS_FOLDER,
): Promise<{ applied: string[] }> {
  const migrations = await readMigrations(folder);
  const client = await pool.connect();
  let broken: Error | undefined;
  try {
    // Waiting for another process's migration may take longer than a statement may otherwise.
    await client.query('set statement_timeout = 0');
    await client.query('select pg_advisory_lock($1)', [ADVISORY_LOCK]);
    await createBookkeeping(client);
    const landed = await readLanded(client);
    refuseDrift(migrations, landed);
    const applied: string[] = [];
    for (const migration of migrations.slice(landed.length)) {
      await applyMigration(client, migration);
      applied.push(migration.name);
    }
    return { applied };
  } finally {
    await client
      .query('select pg_advisory_unlock_all()')
      .then(() => client.query('reset statement_timeout'))
      .catch((error: Error) => {
        broken = error;
      });
    client.release(broken);
  }
}

/** Tells whether the database stands exactly at this program's last migration. */
export async function isMigrated(pool: Pool, folder: string = MIGRATIONS_FOLDER): Promise<boolean> {
  const migrations = await readMigrations(folder);
  const exists = await pool.query(`select to_regclass('schema_migrations') is not null as found`);
  if (exists.rows[0]?.found !== true) return migrations.length === 0;
  const landed = await pool.query<LandedMigration>(
    'select number, name, checksum from schema_migrations order by number',
  );
  return (
    landed.rows.length === migrations.length &&
    migrations.every((migration, index) => landed.rows[index]?.checksum === migration.checksum)
  );
}

async function createBookkeeping(client: PoolClient): Promise<void> {
  const exists = await client.query(`select to_regclass('schema_migrations') is not null as found`);
  if (exists.rows[0]?.found === true) return;
  await client.query(
    `create table schema_migrations (
       number integer primary key check (number > 0),
       name text not null,
       checksum text not null,
       applied_at timestamptz not null default now()
     )`,
  );
}

async function readLanded(client: PoolClient): Promise<LandedMigration[]> {
  const result = await client.query<LandedMigration>(
    'select number, name, checksum from schema_migrations order by number',
  );
  return result.rows;
}

function refuseDrift(migrations: readonly Migration[], landed: readonly LandedMigration[]): void {
  for (const [index, row] of landed.entries()) {
    const migration = migrations[index];
    if (migration === undefined) {
      throw new MigrationError(
        `the database is newer than this program: it has migration ${row.name}, the program knows ${migrations.length}. ` +
          'Start the version of Sallyport that wrote it, or a later one.',
      );
    }
    if (row.number !== migration.number || row.checksum !== migration.checksum) {
      throw new MigrationError(
        `migrations/${migration.name}/up.sql is not what this database was migrated with (${row.name}). ` +
          'A landed migration is never edited: restore the file and write the change as a new migration.',
      );
    }
  }
}

async function applyMigration(client: PoolClient, migration: Migration): Promise<void> {
  try {
    await client.query('begin');
    await client.query(migration.sql);
    await client.query('insert into schema_migrations (number, name, checksum) values ($1, $2, $3)', [
      migration.number,
      migration.name,
      migration.checksum,
    ]);
    await client.query('commit');
  } catch (error) {
    // When the connection is lost there is nothing to roll back, and the first error tells more.
    await client.query('rollback').catch(() => undefined);
    throw new MigrationError(
      `migrations/${migration.name}/up.sql failed${whereFailed(error, migration.sql)}`,
      {
        cause: error,
      },
    );
  }
}

function whereFailed(error: unknown, sql: string): string {
  if (!(error instanceof Error)) return '';
  const position = Number((error as { position?: unknown }).position);
  const line = position > 0 ? ` at line ${sql.slice(0, position).split('\n').length}` : '';
  return `${line}: ${error.message}`;
}
