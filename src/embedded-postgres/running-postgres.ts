import { existsSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { clusterFolders, EMBEDDED_DATABASE, readPassword } from './cluster.ts';
import { connectionAddress, MAJOR_VERSION } from './embedded-postgres.ts';
import { isPostmasterOf, readPostmasterFile } from './leftover.ts';

/**
 * The connection string of the embedded PostgreSQL that another process runs on this data folder, null when none runs:
 * its socket as `postmaster.pid` names it, and the password that lies beside the cluster. Not to be logged.
 *
 * @throws {EmbeddedPostgresError} when it runs but this user may not read the password.
 */
export function findRunningPostgres(dataFolder: string): string | null {
  const root = join(dataFolder, 'postgres', MAJOR_VERSION);
  if (!existsSync(root)) return null;
  const folders = clusterFolders(realpathSync(root));
  const file = readPostmasterFile(folders.cluster);
  if (file?.status !== 'ready' || !isPostmasterOf(file.pid, folders.cluster)) return null;
  return connectionAddress(file.socketFolder, readPassword(folders))(EMBEDDED_DATABASE);
}
