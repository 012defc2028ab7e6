import { globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { contracts, type Dialect } from '../test/conformance/sections.ts';
import type { ReportedTest } from './lib/conformance-reporter.ts';
import { projectFolder } from './lib/project.mjs';
import { runTestFiles } from './lib/test-run.ts';

/** The tests that belong to a dialect, and those elsewhere that name a section of one in brackets. */
function conformanceFiles(): string[] {
  const ofDialects = /^(src\/http|test)\/(zafapay|eximpe|conformance)\/|^test\/e2e\/(zafapay|eximpe)-/;
  return globSync(['src/**/*.test.ts', 'test/**/*.test.ts'], { cwd: projectFolder })
    .map((path) => path.replaceAll('\\', '/'))
    .filter(
      (path) =>
        ofDialects.test(path) ||
        /['`]\[(zafapay|eximpe) \d/.test(readFileSync(join(projectFolder, path), 'utf8')),
    )
    .sort();
}

const reporter = join(projectFolder, 'scripts', 'lib', 'conformance-reporter.ts');

async function runAll(): Promise<ReportedTest[]> {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-conformance-'));
  try {
    const report = join(folder, 'tests.jsonl');
    await runTestFiles(conformanceFiles(), [
      '--test-reporter=dot',
      '--test-reporter-destination=stdout',
      `--test-reporter=${reporter}`,
      `--test-reporter-destination=${report}`,
    ]);
    const lines = readFileSync(report, 'utf8').trim().split('\n');
    return lines.map((line) => JSON.parse(line) as ReportedTest);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

interface Held {
  readonly rules: readonly { readonly title: string; readonly cases: number }[];
  readonly tests: number;
  readonly failed: number;
}

function held(tests: readonly ReportedTest[]): Held {
  const rules = new Map<string, { title: string; cases: number }>();
  for (const { rule, title } of tests) {
    const known = rules.get(rule);
    rules.set(rule, { title: known?.title ?? title, cases: (known?.cases ?? 0) + 1 });
  }
  const failed = tests.filter(({ passed }) => !passed).length;
  return { rules: [...rules.values()], tests: tests.length, failed };
}

function result({ tests, failed }: Held): string {
  if (tests === 0) return '**no test**';
  return failed === 0 ? 'pass' : `**${failed} fail**`;
}

const names: Readonly<Record<Dialect, string>> = { zafapay: 'Zafapay', eximpe: 'EximPe' };

function describeDialect(dialect: Dialect, tests: readonly ReportedTest[]): string {
  const sections = contracts[dialect].map(([number, name]) => ({
    number,
    name,
    held: held(tests.filter((test) => test.sections.includes(`${dialect} ${number}`))),
  }));
  const rows = sections.map(
    ({ number, name, held: section }) =>
      `| ${number} | ${name} | ${section.rules.length} | ${section.tests} | ${result(section)} |`,
  );
  const lists = sections.map(
    ({ number, name, held: section }) =>
      `#### ${number} ${name}\n\n${section.rules.map(({ title, cases }) => `- ${plain(title)}${cases > 1 ? ` _(a table of ${cases})_` : ''}`).join('\n')}`,
  );
  return [
    `## ${names[dialect]}`,
    `| Section | What it is about | Rules | Tests | Result |\n|---|---|--:|--:|---|\n${rows.join('\n')}`,
    `### The rules of ${names[dialect]}`,
    ...lists,
  ].join('\n\n');
}

function plain(title: string): string {
  return title.replaceAll(/[\\`*_<>[\]|]/g, '\\$&');
}

function document(tests: readonly ReportedTest[]): string {
  const counted = tests.filter(({ sections }) => sections.length > 0);
  const all = held(counted);
  const sections = Object.values(contracts).reduce((sum, each) => sum + each.length, 0);
  return `${[
    '# Conformance',
    'What holds each section of the two contracts. This page is written from a test run by `npm run conformance`; a test checks that no section of the list lacks a test. A rule is one statement in the test code, with a table of cases counted once; a test is one case. Beside these tests, every answer and every webhook of the whole test run is held against the published schemas in `openapi/`.',
    `**${sections} sections, ${all.rules.length} rules, ${all.tests} tests, ${all.failed === 0 ? 'all passed' : `${all.failed} failed`}.**`,
    ...(Object.keys(contracts) as Dialect[]).map((dialect) => describeDialect(dialect, tests)),
  ].join('\n\n')}\n`;
}

const tests = await runAll();
const unplaced = [...new Set(tests.filter(({ sections }) => sections.length === 0).map(({ rule }) => rule))];
if (unplaced.length > 0) console.log(`\nOf no section: ${unplaced.length} rules\n${unplaced.join('\n')}`);
writeFileSync(join(projectFolder, 'docs', 'conformance.md'), document(tests));
console.log('docs/conformance.md written');
process.exitCode = tests.every(({ passed }) => passed) ? 0 : 1;
