import { startEmbeddedPostgres } from '../../src/embedded-postgres/embedded-postgres.ts';
import { makeThrowawayFolder } from '../../test/support/throwaway-folder.ts';
import { throwawaySettings } from '../../test/support/throwaway-settings.ts';
import { runInGroup } from './process-group.ts';

/** Test files that run at once: two cores are enough for a whole run. */
const CONCURRENCY = 2;
/** Longest for one test file. */
const FILE_MS_MAX = 180_000;
/** Longest for all of them, on a slow machine. */
const RUN_MS_MAX = 30 * 60_000;

/** Runs a program on this Node with its output shown; resolves with its exit code. */
export function runNode(
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<number> {
  const { npm_lifecycle_event: _, ...inherited } = process.env;
  return runInGroup(args, { ...inherited, ...environment }, RUN_MS_MAX);
}

/** Runs test files, all on one PostgreSQL of the run's own; resolves with whether all passed. */
export async function runTestFiles(
  files: readonly string[],
  moreFlags: readonly string[] = [],
): Promise<boolean> {
  const dataFolder = makeThrowawayFolder('test');
  const log = { info: () => undefined, warn: console.warn, error: console.error };
  const postgres = await startEmbeddedPostgres({ dataFolder, log, settings: throwawaySettings });
  try {
    const flags = ['--test', `--test-concurrency=${CONCURRENCY}`, `--test-timeout=${FILE_MS_MAX}`];
    const environment = { TEST_DATABASE_URL: postgres.connectionString };
    return (await runNode([...flags, ...moreFlags, ...files], environment)) === 0;
  } finally {
    await postgres.stop();
  }
}
