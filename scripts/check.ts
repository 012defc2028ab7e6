import { globSync } from 'node:fs';
import { Stopped } from './lib/process-group.ts';
import { projectFolder } from './lib/project.mjs';
import { runNode, runTestFiles } from './lib/test-run.ts';

const TEST_FILES = ['src/**/*.test.ts', 'test/**/*.test.ts', 'scripts/**/*.test.ts', 'web/**/*.test.ts'];

async function checkSources(): Promise<boolean> {
  console.log('\n== Format and lint (biome) ==');
  const lint = await runNode(['node_modules/@biomejs/biome/bin/biome', 'check', '.']);
  console.log('\n== Types (tsc) ==');
  const types = await runNode(['node_modules/typescript/bin/tsc', '-p', '.']);
  if (types === 0) console.log('No type errors.');
  if (lint !== 0)
    console.error('FAILED: biome. Its findings are above; many are mended by: npx biome check --write');
  if (types !== 0) console.error('FAILED: tsc. Its errors are above.');
  return lint === 0 && types === 0;
}

async function checkAll(filters: readonly string[]): Promise<boolean> {
  const files = globSync(TEST_FILES, { cwd: projectFolder })
    .filter((file) => filters.length === 0 || filters.some((filter) => file.includes(filter)))
    .sort();
  if (files.length === 0) {
    console.error(`No test file's path contains ${filters.join(' or ')}.`);
    return false;
  }
  const sourcesFine = filters.length > 0 || (await checkSources());
  console.log(`\n== Tests (node --test, ${files.length} files) ==`);
  const testsFine = await runTestFiles(files);
  return sourcesFine && testsFine;
}

try {
  process.exitCode = (await checkAll(process.argv.slice(2))) ? 0 : 1;
} catch (error) {
  if (!(error instanceof Stopped)) throw error;
  process.exitCode = error.exitCode;
}
