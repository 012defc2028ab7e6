import { globSync } from 'node:fs';
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

const filters = process.argv.slice(2);
const files = globSync(TEST_FILES, { cwd: projectFolder })
  .filter((file) => filters.length === 0 || filters.some((filter) => file.includes(filter)))
  .sort();
if (files.length === 0) {
  console.error(`No test file's path contains ${filters.join(' or ')}.`);
  process.exit(1);
}
const sourcesFine = filters.length > 0 || (await checkSources());
console.log(`\n== Tests (node --test, ${files.length} files) ==`);
const testsFine = await runTestFiles(files);
process.exitCode = sourcesFine && testsFine ? 0 : 1;
