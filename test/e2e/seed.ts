import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

/** The guides that the two dialects must serve as they are printed. They lie beside the clone and are not part of it. */
const seedFolder = join(import.meta.dirname, '..', '..', '..', 'shared', 'seeds');

/** The text of the guide that mentions `host`; undefined, after saying so in the report, where it is not at hand. */
export function readSeed(host: string): string | undefined {
  const texts = existsSync(seedFolder)
    ? readdirSync(seedFolder).map((name) => readFileSync(join(seedFolder, name), 'utf8'))
    : [];
  const seed = texts.find((text) => text.includes(host));
  if (seed === undefined) {
    test(`the guide that mentions ${host} is not at hand, so its own code is not driven here`, (t) => {
      t.diagnostic('looked for it in ../shared/seeds/; every other browser test runs without it');
    });
  }
  return seed;
}

/** The one passage from `start` up to, but without, `end`; throws when the guide has none. */
export function passage(seed: string, start: string, end: string): string {
  const from = seed.indexOf(start);
  const to = seed.indexOf(end, from + start.length);
  if (from < 0 || to < 0)
    throw new Error(`the guide has no passage from ${JSON.stringify(start)} to ${JSON.stringify(end)}`);
  return seed.slice(from, to);
}

/** The contents of every fenced code block in the given language. */
export function fencedBlocks(text: string, language: string): string[] {
  return [...text.matchAll(new RegExp(`^\`\`\`${language}\\b[^\\n]*\\n([\\s\\S]*?)^\`\`\``, 'gm'))].map(
    (match) => match[1] ?? '',
  );
}

/** Replaces each key by its value wherever it stands; throws when one stands nowhere, for then the guide has changed. */
export function replaceAllOf(text: string, replacements: Readonly<Record<string, string>>): string {
  return Object.entries(replacements).reduce((changed, [placeholder, value]) => {
    if (!changed.includes(placeholder)) throw new Error(`the passage does not hold ${placeholder}`);
    return changed.replaceAll(placeholder, value);
  }, text);
}
