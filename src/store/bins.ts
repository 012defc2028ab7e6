import { type BinFacts, binPrefixes } from '../domain/bin.ts';
import type { BinDirectory } from '../usecases/ports/bins.ts';
import type { Database } from './database.ts';
import { readTestIssuers } from './test-issuers.ts';

export type BinDirectoryOptions = {
  /** Whether numbers that no imported row describes may be a test issuer's: in the sandbox, never live. */
  readonly testIssuers: boolean;
};

/**
 * The BinDirectory over the imported table, and over the test issuers where that has nothing: a row that was imported
 * wins over every built-in one, and of imported rows the longest prefix.
 */
export function createBinDirectory(database: Database, options: BinDirectoryOptions): BinDirectory {
  const testIssuers: ReadonlyMap<string, BinFacts> = options.testIssuers ? readTestIssuers() : new Map();
  const find = async (digits: string): Promise<BinFacts | null> => {
    const prefixes = binPrefixes(digits);
    const imported = await findImported(database, prefixes);
    if (imported) return imported;
    const known = prefixes.findLast((prefix) => testIssuers.has(prefix));
    return known === undefined ? null : (testIssuers.get(known) ?? null);
  };
  return {
    async lookUp(pan) {
      const { brand = null, country = null, funding = null } = (await find(pan)) ?? {};
      return { brand, country, funding };
    },
    lookUpBin: find,
  };
}

async function findImported(database: Database, prefixes: readonly string[]): Promise<BinFacts | null> {
  const { rows } = await database.query<BinFacts>({
    name: 'find-bin',
    text: `select brand, country, funding, bank from bins where prefix = any ($1::text[])
      order by length(prefix) desc limit 1`,
    values: [prefixes],
  });
  return rows[0] ?? null;
}
