import { contracts, type Dialect } from './sections.ts';

/** A section of a contract that a test holds. */
export interface Mark {
  readonly dialect: Dialect;
  readonly section: string;
}

const list = String.raw`\d{1,2}(?:\.\d)?(?:(?:, | and )\d{1,2}(?:\.\d)?)*`;
/** `[zafapay 6.3] …`, in any file; several may follow one another. */
const explicit = new RegExp(String.raw`^\[(zafapay|eximpe) (${list})\] `);
/** `6.3 capture`, `2 and 6.1: amounts`, `section 5: …`; in files that belong to one dialect. */
const ofSuite = new RegExp(String.raw`^(?:section )?(${list})(?::|,? [^\d])`);
/** A test's own mark needs the colon: many titles begin with an amount or a status. */
const ofTest = new RegExp(`^(?:section )?(${list}):`);

/**
 * The sections that a title names; none when it names none, and so holds those of the suite around it. `file` is the
 * test's path in the clone.
 */
export function marksOf(title: string, kind: 'suite' | 'test', file: string): readonly Mark[] {
  const named = explicit.exec(title);
  if (named) {
    const [whole, dialect, sections] = named;
    return [...split(dialect as Dialect, sections), ...marksOf(title.slice(whole.length), kind, '')];
  }
  const dialect = dialectOf(file);
  if (!dialect) return [];
  return split(dialect, (kind === 'suite' ? ofSuite : ofTest).exec(title)?.[1]);
}

/** Whether the contract has that section. */
export function isSection({ dialect, section }: Mark): boolean {
  return contracts[dialect].some(([number]) => number === section);
}

/** The dialect whose tests a file holds. */
function dialectOf(file: string): Dialect | undefined {
  return /(?:^|\/)(?:test|src\/http|test\/e2e)\/(zafapay|eximpe)\b/.exec(file)?.[1] as Dialect | undefined;
}

function split(dialect: Dialect, sections: string | undefined): Mark[] {
  return (sections?.split(/, | and /) ?? []).map((section) => ({ dialect, section }));
}
