import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { BinFacts } from '../domain/bin.ts';
import { parseBinHeader, parseBinRow } from '../domain/bin-row.ts';
import { assert } from '../lib/assert.ts';
import { CsvReader } from '../lib/csv.ts';

const file = join(import.meta.dirname, '..', '..', 'bins', 'test-issuers.csv');

/** The issuers of the sandbox's test cards by prefix, read from `bins/test-issuers.csv`: a table like the ones imported. */
export function readTestIssuers(): ReadonlyMap<string, BinFacts> {
  const csv = new CsvReader();
  const [header, ...records] = [...csv.read(readFileSync(file, 'utf8')), ...csv.end()];
  const layout = header && 'fields' in header ? parseBinHeader(header.fields) : undefined;
  assert(layout, 'bins/test-issuers.csv begins without names of columns');
  const issuers = new Map<string, BinFacts>();
  for (const record of records) {
    const parsed = 'fields' in record ? parseBinRow(layout, record.fields) : null;
    assert(parsed?.kind === 'row', `bins/test-issuers.csv line ${record.line} makes no sense`);
    for (const prefix of parsed.row.prefixes) issuers.set(prefix, parsed.row.facts);
  }
  return issuers;
}
