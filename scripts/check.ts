import { spawn } from 'node:child_process';
import { globSync } from 'node:fs';
import { startEmbeddedPostgres } from '../src/embedded-postgres/embedded-postgres.ts';
import { makeThrowawayFolder } from '../test/support/throwaway-folder.ts';
import { throwawaySettings } from '../test/support/throwaway-settings.ts';
import { projectFolder } from './lib/project.mjs';

const TEST_FILES = ['src/**/*.test.ts', 'test/**/*.test.ts', 'scripts/**/*.test.ts', 'web/**/*.test.ts'];
const CONCURRENCY = 2;
/** Longest for one test file. */
const FILE_MS_MAX = 180_000;
const RUN_MS_MAX = 15 * 60_000;

/** Runs a program on this Node with its output shown; resolves with its exit code. */
function run(args: readonly string[], environment: Record<string, string> = {}): Promise<number> {
  const { npm_lifecycle_event: _, ...inherited } = process.env;
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, {
      cwd: projectFolder,
      stdio: 'inherit',
      env: { ...inherited, ...environment },
      timeout: RUN_MS_MAX,
    });
    child.once('error', reject);
    child.once('exit', (code) => resolve(code ?? 1));
  });
}

async function checkSources(): Promise<boolean> {
  console.log('\n== Format and lint (biome) ==');
  const lint = await run(['node_modules/@biomejs/biome/bin/biome', 'check', '.']);
  console.log('\n== Types (tsc) ==');
  const types = await run(['node_modules/typescript/bin/tsc', '-p', '.']);
  if (types === 0) console.log('No type errors.');
  if (lint !== 0)
    console.error('FAILED: biome. Its findings are above; many are mended by: npx biome check --write');
  if (types !== 0) console.error('FAILED: tsc. Its errors are above.');
  return lint === 0 && types === 0;
}

async function runTests(files: readonly string[]): Promise<boolean> {
  console.log(`\n== Tests (node --test, ${files.length} files) ==`);
  const dataFolder = makeThrowawayFolder('test');
  const log = { info: () => undefined, warn: console.warn, error: console.error };
  const postgres = await startEmbeddedPostgres({ dataFolder, log, settings: throwawaySettings });
  try {
    const flags = ['--test', `--test-concurrency=${CONCURRENCY}`, `--test-timeout=${FILE_MS_MAX}`];
    return (await run([...flags, ...files], { TEST_DATABASE_URL: postgres.connectionString })) === 0;
  } finally {
    await postgres.stop();
  }
}

const filters = process.argv.slice(2);
const files = globSync(TEST_FILES, { cwd: projectFolder })
  .filter((file) => filters.length === 0 || filters.some((filter) => file.includes(filter)))
  .sort();
if (files.length === 0) {
  console.error(`No test file's path contains ${filters.join(' or ')}.`);
  process.exit(1);
}
const sourcesFine = filters.length > 0 || (await checkSources());
const testsFine = await runTests(files);
process.exitCode = sourcesFine && testsFine ? 0 : 1;
