import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The folder of the clone. */
export const projectFolder = join(import.meta.dirname, '..', '..');

export type SourceFile = { readonly path: string; readonly text: string };

/** Reads the files that match, with their paths from the clone's folder. */
export function readSourceFiles(...patterns: string[]): SourceFile[] {
  return globSync(patterns, { cwd: projectFolder, exclude: (path) => path.includes('node_modules') })
    .sort()
    .map((path) => ({ path, text: readFileSync(join(projectFolder, path), 'utf8') }));
}

const IMPORT =
  /(?:^|\n)\s*(?:import|export)\b[^;'"]*?\bfrom\s*['"]([^'"]+)['"]|\bimport\s*\(\s*['"]([^'"]+)['"]|(?:^|\n)\s*import\s*['"]([^'"]+)['"]/g;

/** The specifiers that a file imports, statically or not, types included. */
export function importsOf(file: SourceFile): string[] {
  return [...file.text.matchAll(IMPORT)].map((match) => match[1] ?? match[2] ?? match[3] ?? '');
}
