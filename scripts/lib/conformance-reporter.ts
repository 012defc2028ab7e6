import { relative } from 'node:path';
import type { TestEvent } from 'node:test/reporters';
import { marksOf } from '../../test/conformance/marks.ts';
import { projectFolder } from './project.mjs';

/** One test that ran, as one line of JSON. */
export interface ReportedTest {
  /** `zafapay 6.3`, of the nearest title that names a section; empty when none does. */
  readonly sections: readonly string[];
  /** The statement in the source that made it, `test/zafapay/tokens.test.ts:72:5`: a table of cases has one. */
  readonly rule: string;
  readonly title: string;
  readonly passed: boolean;
}

/**
 * A reporter for `node --test` that tells each test with the sections of the contracts that it holds. Tests are reported
 * in the order in which they are defined, so that the titles around one are those that started last above it.
 */
export default async function* reportConformance(source: AsyncIterable<TestEvent>): AsyncGenerator<string> {
  const around: { readonly title: string; readonly file: string }[] = [];
  for await (const event of source) {
    if (event.type === 'test:start') {
      const { name, nesting, file } = event.data;
      around.splice(nesting, Number.POSITIVE_INFINITY, { title: name, file: pathOf(file) });
    }
    if (event.type !== 'test:pass' && event.type !== 'test:fail') continue;
    const { name, nesting, file, line, column, details } = event.data;
    if (details.type === 'suite') continue;
    const path = pathOf(file);
    const reported: ReportedTest = {
      sections: sectionsOf(name, path, around.slice(0, nesting)),
      rule: `${path}:${line ?? 0}:${column ?? 0}`,
      title: name,
      passed: event.type === 'test:pass',
    };
    yield `${JSON.stringify(reported)}\n`;
  }
}

function sectionsOf(
  title: string,
  file: string,
  around: readonly { readonly title: string; readonly file: string }[],
): string[] {
  const own = marksOf(title, 'test', file);
  const marks = around.reduceRight(
    (found, suite) => (found.length > 0 ? found : marksOf(suite.title, 'suite', suite.file)),
    own,
  );
  return marks.map(({ dialect, section }) => `${dialect} ${section}`);
}

function pathOf(file: string | undefined): string {
  return file === undefined ? '' : relative(projectFolder, file).replaceAll('\\', '/');
}
