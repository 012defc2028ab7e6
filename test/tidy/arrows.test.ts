import assert from 'node:assert/strict';
import { posix } from 'node:path';
import { test } from 'node:test';
import { importsOf, readSourceFiles } from './source-files.ts';

/**
 * What each room may import besides itself: rooms, or single folders of one. Tests may also use test/support.
 * `main.ts` and `wiring/` put the house together and may import every room; no room imports them.
 */
const ARROWS: Readonly<Record<string, readonly string[]>> = {
  lib: [],
  domain: ['lib'],
  usecases: ['domain', 'lib'],
  vault: ['domain', 'lib', 'usecases/ports'],
  threeds: ['domain', 'lib', 'usecases/ports'],
  acquirers: ['domain', 'lib', 'usecases/ports'],
  store: ['domain', 'lib', 'usecases/ports'],
  webhooks: ['domain', 'lib', 'usecases/ports'],
  http: ['domain', 'lib', 'usecases'],
  workers: ['domain', 'lib', 'usecases'],
  sandbox: ['domain', 'lib'],
  config: ['lib'],
  'embedded-postgres': ['lib'],
  wiring: [
    'lib',
    'domain',
    'usecases',
    'vault',
    'threeds',
    'acquirers',
    'store',
    'webhooks',
    'http',
    'workers',
    'sandbox',
    'config',
    'embedded-postgres',
  ],
};

/** A dialect's room knows its own words only: it never imports the other dialect. */
const APART: readonly (readonly [string, string])[] = [
  ['http/zafapay', 'http/eximpe'],
  ['http/eximpe', 'http/zafapay'],
  ['http/edge', 'http/zafapay'],
  ['http/edge', 'http/eximpe'],
];

const PURE_FORBIDDEN = [
  { what: 'Date.now', pattern: /\bDate\.now\(/ },
  { what: 'new Date() of now', pattern: /\bnew Date\(\)/ },
  { what: 'Math.random', pattern: /\bMath\.random\(/ },
  { what: 'the environment', pattern: /\bprocess\.env\b/ },
  { what: 'await', pattern: /\bawait\b/ },
  { what: 'a Node module', pattern: /from ['"]node:/ },
];

const files = readSourceFiles('src/**/*.ts');
const roomOf = (path: string): string => path.split('/')[1] ?? '';
const isTest = (path: string): boolean => path.endsWith('.test.ts');
const isWiring = (path: string): boolean => path === 'src/main.ts' || path.startsWith('src/wiring/');
const isUnder = (path: string, folder: string): boolean =>
  path.startsWith(`src/${folder}/`) || path === `src/${folder}.ts`;

/** Our own files that a file imports, as paths from the clone's folder. */
function ownImports(file: (typeof files)[number]): string[] {
  return importsOf(file)
    .filter((specifier) => specifier.startsWith('.'))
    .map((specifier) => posix.normalize(posix.join(posix.dirname(file.path), specifier)));
}

test('every room is known to this test', () => {
  const unknown = new Set(
    files.filter((file) => file.path.split('/').length > 2).map((file) => roomOf(file.path)),
  );
  for (const room of [...Object.keys(ARROWS), 'wiring']) unknown.delete(room);
  assert.deepEqual(
    [...unknown],
    [],
    'a new room under src/: say in ARROWS of test/tidy/arrows.test.ts what it may import, and describe it in ARCHITECTURE.md',
  );
  const loose = files.filter((file) => file.path.split('/').length === 2 && file.path !== 'src/main.ts');
  assert.deepEqual(
    loose.map((file) => file.path),
    [],
    'only main.ts lies in src/ itself: move the file to its room',
  );
});

for (const [room, allowed] of Object.entries(ARROWS)) {
  test(`${room} imports of ours only ${allowed.join(', ') || 'nothing'}`, () => {
    const wrong: string[] = [];
    for (const file of files.filter((candidate) => roomOf(candidate.path) === room)) {
      for (const target of ownImports(file)) {
        const fits =
          isUnder(target, room) ||
          allowed.some((folder) => isUnder(target, folder)) ||
          (isTest(file.path) && fitsTest(target));
        if (!fits) wrong.push(`${file.path} imports ${target}`);
      }
    }
    assert.deepEqual(
      wrong,
      [],
      'arrows point inward: pass it in through a port, or wire it in main.ts or wiring/',
    );
  });
}

/** A test may stand its room on the real database and the shared test support. */
function fitsTest(target: string): boolean {
  return target.startsWith('test/') || isUnder(target, 'store') || isUnder(target, 'embedded-postgres');
}

for (const [room, other] of APART) {
  test(`${room} does not know ${other}`, () => {
    const wrong = files
      .filter((file) => isUnder(file.path, room))
      .flatMap((file) =>
        ownImports(file)
          .filter((target) => isUnder(target, other))
          .map((target) => `${file.path}: ${target}`),
      );
    assert.deepEqual(
      wrong,
      [],
      'what both dialects need belongs into usecases, or into http/edge without a word of either',
    );
  });
}

test('only the wiring imports the sandbox', () => {
  const wrong = files.filter(
    (file) =>
      roomOf(file.path) !== 'sandbox' &&
      !isWiring(file.path) &&
      ownImports(file).some((target) => isUnder(target, 'sandbox')),
  );
  assert.deepEqual(
    wrong.map((file) => file.path),
    [],
    'the pretend world is reached through the acquirer port and over HTTP, like any bank',
  );
});

test('nothing but the wiring, and tests, reads the configuration room or the embedded PostgreSQL', () => {
  const wrong = files.filter(
    (file) =>
      !isWiring(file.path) &&
      !isTest(file.path) &&
      ownImports(file).some((target) =>
        ['config', 'embedded-postgres'].some((room) => isUnder(target, room) && roomOf(file.path) !== room),
      ),
  );
  assert.deepEqual(
    wrong.map((file) => file.path),
    [],
    'settings arrive as arguments, given by the wiring',
  );
});

test('domain code awaits nothing and reads no clock, no random and no environment', () => {
  const wrong = files
    .filter((file) => roomOf(file.path) === 'domain' && !isTest(file.path))
    .flatMap((file) =>
      PURE_FORBIDDEN.filter(({ pattern }) => pattern.test(withoutComments(file.text))).map(
        ({ what }) => `${file.path}: ${what}`,
      ),
    );
  assert.deepEqual(wrong, [], 'let it arrive as an argument');
});

function withoutComments(text: string): string {
  return text.replaceAll(/\/\*[\s\S]*?\*\//g, '').replaceAll(/(^|\s)\/\/.*$/gm, '');
}

test('no file imports itself by way of others', () => {
  // What only types need is gone when the program runs.
  const runtime = files.map(({ path, text }) => ({
    path,
    text: text.replaceAll(/^import type [^;]*;$/gm, ''),
  }));
  const imports = new Map(runtime.map((file) => [file.path, ownImports(file)]));
  assert.deepEqual(
    findCircle(imports),
    [],
    'take out what both need, or return to the caller instead of calling on',
  );
});

/** The files of one circle, in its order; empty when there is none. */
function findCircle(imports: ReadonlyMap<string, readonly string[]>): string[] {
  const seen = new Set<string>();
  const walk = (path: string, way: readonly string[]): string[] => {
    if (way.includes(path)) return way.slice(way.indexOf(path));
    if (seen.has(path)) return [];
    seen.add(path);
    for (const target of imports.get(path) ?? []) {
      const circle = walk(target, [...way, path]);
      if (circle.length > 0) return circle;
    }
    return [];
  };
  for (const path of imports.keys()) {
    const circle = walk(path, []);
    if (circle.length > 0) return circle;
  }
  return [];
}

test('a circle is found, whatever leads into it', () => {
  const imports = new Map([
    ['in', ['a']],
    ['a', ['b', 'leaf']],
    ['b', ['leaf', 'c']],
    ['c', ['a']],
    ['leaf', []],
  ]);
  assert.deepEqual(findCircle(imports), ['a', 'b', 'c']);
  assert.deepEqual(findCircle(new Map([...imports, ['c', ['leaf']]])), []);
});

test('the walk finds static, dynamic, type and bare imports', () => {
  const text = `import { a } from './a.ts';\nimport type {\n  B,\n} from '../b.ts';\nimport './c.ts';\nexport * from './d.ts';\nconst e = await import('./e.ts');\nimport x, { y } from "pg";\n`;
  assert.deepEqual(importsOf({ path: 'x.ts', text }), [
    './a.ts',
    '../b.ts',
    './c.ts',
    './d.ts',
    './e.ts',
    'pg',
  ]);
});
