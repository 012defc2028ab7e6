import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { projectFolder, readSourceFiles } from './source-files.ts';

const LINES_MAX = 450;

// This file has to name what it forbids, so it is not looked at itself.
const files = readSourceFiles(
  '{src,test,scripts,web,examples}/**/*.{ts,mts,mjs,js,css,html,sql}',
  'migrations/**/*.{sql,md}',
  '*.{md,json}',
  'docs/**/*.md',
).filter((file) => file.path !== 'test/tidy/tidy.test.ts' && file.path !== 'package-lock.json');
const code = files.filter((file) => /\.(ts|mts|mjs|js)$/.test(file.path));
const tests = code.filter((file) => file.path.endsWith('.test.ts'));

/** Each place where the pattern occurs, as path:line. */
function places(among: typeof files, pattern: RegExp): string[] {
  return among.flatMap(({ path, text }) =>
    text
      .split('\n')
      .flatMap((line, index) => (pattern.test(line) ? [`${path}:${index + 1}: ${line.trim()}`] : [])),
  );
}

test('src writes to the log, never to the console', () => {
  const found = places(
    files.filter((file) => file.path.startsWith('src/') && !file.path.endsWith('.test.ts')),
    /\bconsole\.\w/,
  );
  assert.deepEqual(found, [], 'take a logger as an argument; it redacts what must not be written');
});

test(`no source file is longer than ${LINES_MAX} lines`, () => {
  const long = code
    .filter(({ path }) => !path.endsWith('.test.ts') && !path.includes('.generated.'))
    .map(({ path, text }) => ({ path, lines: text.split('\n').length }))
    .filter(({ lines }) => lines > LINES_MAX);
  assert.deepEqual(long, [], 'look for the missing noun and give it a file of its own');
});

test('nothing is put off in a comment', () => {
  const found = places(files, /\b(TODO|FIXME|HACK)\b|\bXXX:/);
  assert.deepEqual(found, [], 'do it, or write it down where open work is kept');
});

test('no test is left out, and none runs alone', () => {
  const found = places(tests, /\b(test|it|describe|suite)\.(only|skip|todo)\b|\b(only|skip|todo): true\b/);
  assert.deepEqual(found, [], 'a test that cannot run here says so in its title and returns');
});

test('no path of one machine is written down', () => {
  const home = homedir().replaceAll('.', '\\.');
  const here = projectFolder.replaceAll('.', '\\.');
  const found = places(files, new RegExp(`(/home/[a-z]+/|/Users/[A-Za-z]+/|${here}/|${home}/)`));
  assert.deepEqual(found, [], 'use a path relative to the clone');
});

test('names say what they hold: no utils, helpers, manager', () => {
  const found = code.filter(({ path }) => /\b(utils?|helpers?|managers?|misc|common)\b/i.test(path));
  assert.deepEqual(
    found.map(({ path }) => path),
    [],
    'such a name hides a missing noun',
  );
});

test('file names are kebab-case', () => {
  const found = code.filter(({ path }) => !/^[a-z0-9.-]+$/.test(path.split('/').at(-1) ?? ''));
  assert.deepEqual(
    found.map(({ path }) => path),
    [],
  );
});

test('the lockfile names no registry', () => {
  const [lock] = readSourceFiles('package-lock.json');
  const hosts = new Set(
    [...(lock?.text ?? '').matchAll(/"resolved": "https?:\/\/([^/"]+)/g)].map((match) => match[1]),
  );
  assert.deepEqual([...hosts], [], 'a clone elsewhere could not install from it');
});

test('neither data nor keys are committed', (t) => {
  if (!existsSync(join(projectFolder, '.git'))) {
    t.diagnostic('not a clone: nothing to ask git about');
    return;
  }
  const tracked = execFileSync('git', ['ls-files'], { cwd: projectFolder, encoding: 'utf8' }).split('\n');
  const wrong = tracked.filter((path) => /^(data|node_modules)\/|(^|\/)\.env$|\.(pem|key|p12)$/.test(path));
  assert.deepEqual(wrong, []);
});
