import assert from 'node:assert/strict';
import { test } from 'node:test';
import { differenceCauses } from '../../src/domain/reconciliation.ts';
import { readSourceFiles } from './source-files.ts';

const [guide] = readSourceFiles('docs/operating.md');
const sources = readSourceFiles('src/**/*.ts').filter(({ path }) => !path.endsWith('.test.ts'));
const commands = readSourceFiles('scripts/sallyport/*.ts');

/** First cells of the guide's tables, the names in them. */
const explained = new Set(
  [...(guide?.text ?? '').matchAll(/^\| ([^|]*) \|/gm)].flatMap(([, cell = '']) =>
    [...cell.matchAll(/`(\w+)`/g)].map(([, name = '']) => name),
  ),
);

function namesIn(pattern: RegExp): string[] {
  return [
    ...new Set(sources.flatMap(({ text }) => [...text.matchAll(pattern)].map(([, name = '']) => name))),
  ];
}

test('every kind of alert that is raised is explained in docs/operating.md, and no other', () => {
  const raised = [
    ...namesIn(/\bkind: '(\w+)',\s+attemptId\b/g),
    ...namesIn(/insert into alerts [^']*'(\w+)'/g),
  ];
  assert.ok(raised.length >= 6, raised.join());
  assert.deepEqual(
    raised.filter((kind) => !explained.has(kind)),
    [],
  );
  const [, section = ''] = /## Alerts\n(.*?)\n## /s.exec(guide?.text ?? '') ?? [];
  const rows = [...section.matchAll(/^\| `(\w+)` \|/gm)].map(([, kind = '']) => kind);
  assert.deepEqual(rows.toSorted(), raised.toSorted());
});

test('every cause of a difference is explained there', () => {
  assert.deepEqual(
    differenceCauses.filter((cause) => !explained.has(cause)),
    [],
  );
});

test('every metric of ours is explained there', () => {
  const metrics = namesIn(/(?:name: |gauge\(\s*)'(\w+_(?:total|seconds|open|mending))'/g);
  assert.ok(metrics.length >= 9, metrics.join());
  assert.deepEqual(
    metrics.filter((metric) => !explained.has(metric)),
    [],
  );
});

test('every command that it names is there', () => {
  const known = new Set(
    commands.flatMap(({ text }) =>
      [...text.matchAll(/\bname: '(\w+ [\w-]+)'/g)].map(([, name = '']) => name),
    ),
  );
  const groups = new Set([...known].map((name) => name.split(' ')[0]));
  const named = [...(guide?.text ?? '').matchAll(/`(\w+) ([\w-]+)[^`]*`/g)]
    .filter(([, group = '']) => groups.has(group))
    .map(([, group = '', verb = '']) => `${group} ${verb}`);
  assert.ok(named.length >= 12, named.join());
  assert.deepEqual(
    named.filter((name) => !known.has(name)),
    [],
  );
});
