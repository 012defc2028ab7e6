import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { test } from 'node:test';

const projectFolder = join(import.meta.dirname, '..');
/** Ends the storm when this process is gone, however it ends. */
const follow = new URL('../scripts/lib/follow-launcher.mjs', import.meta.url).href;
const seed = 7;
const seconds = 12;
const limitMs = 170_000;

test(`a storm of ${seconds} seconds breaks none of the rules: npm run storm -- --seed ${seed} --seconds ${seconds}`, async (t) => {
  const storm = spawn(
    process.execPath,
    ['--import', follow, 'scripts/storm/main.ts', '--seed', String(seed), '--seconds', String(seconds)],
    { cwd: projectFolder, stdio: ['ignore', 'pipe', 'pipe', 'ipc'], timeout: limitMs },
  );
  let told = '';
  for (const output of [storm.stdout, storm.stderr]) {
    output?.on('data', (text) => {
      told += text;
    });
  }
  const [code, signal] = await once(storm, 'close');
  for (const line of told.split('\n').slice(0, 5)) t.diagnostic(line);
  assert.equal(code, 0, `the storm ended with ${signal ?? code}:\n${told}`);
  assert.match(told, /^ {2}ok /m, 'rules were checked');
  assert.doesNotMatch(told, /BROKEN/);
});
