import { setTimeout as delay } from 'node:timers/promises';
import type { Pool, PoolClient } from 'pg';
import { type BinLayout, type BinRow, parseBinHeader, parseBinRow } from '../domain/bin-row.ts';
import { assert } from '../lib/assert.ts';
import { CsvReader, type CsvRecord } from '../lib/csv.ts';

/** Held by the connection that imports, so that two imports never work at once. */
const ADVISORY_LOCK = 7_253_509_611_004n;
/** Prefixes staged by one statement. */
const BATCH_ROWS = 10_000;
/** How long lookups may queue behind the switch, and how often it steps back and tries again. */
const SWITCH_LOCK_MS = 500;
const SWITCH_TRIES = 120;
const SWITCH_PAUSE_MS = 1_000;
const UNKNOWN_WORDS_MAX = 100;

/** The file cannot take the table's place; the rows imported before go on serving. The message says what to do. */
export class BinImportError extends Error {
  readonly code = 'bin_import_failed';
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'BinImportError';
  }
}

/** How far an import is. */
export type BinImportCount = {
  /** Rows read, those refused included; the row of column names is none. */
  rows: number;
  /** Rows that made no sense. */
  refused: number;
  /** Prefixes written: a range is several. */
  prefixes: number;
};

export type BinImportWatch = {
  /** Told of each row that is not loaded; `line` counts from 1. Quotes nothing of the row. */
  readonly onRefused: (line: number, reason: string) => void;
  /** Told after each batch, some ten thousand prefixes. */
  readonly onProgress: (count: Readonly<BinImportCount>) => void;
  /** Told once when everything is read, before the table is built and switched. */
  readonly onRead: (count: Readonly<BinImportCount>) => void;
};

export type BinImport = BinImportCount & {
  /** Prefixes that the file describes more than once; the narrower range won, then the later line. */
  readonly repeated: number;
  /** Words that name no brand or funding known here, with the rows that have them; those facts are unknown. */
  readonly unknownWords: ReadonlyMap<string, number>;
};

/**
 * Replaces the imported BIN table by a CSV file, given piece by piece; memory does not grow with the file.
 *
 * Lookups are answered from the old rows until the new ones are complete, then from the new ones; an import that fails
 * or is killed anywhere changes nothing.
 *
 * @throws {BinImportError} when the first line names no columns, more rows are refused than loaded, another import is
 * running, the database is not migrated, or the table stays in use for two minutes.
 */
export async function importBins(
  pool: Pool,
  pieces: AsyncIterable<string>,
  watch: BinImportWatch,
): Promise<BinImport> {
  const client = await pool.connect();
  let broken: Error | undefined;
  try {
    await client.query('set statement_timeout = 0');
    await refuseUnlessPossible(client);
    return await replaceTable(client, pieces, watch);
  } finally {
    await client
      .query('select pg_advisory_unlock_all()')
      .then(() => client.query('reset statement_timeout'))
      .catch((error: Error) => {
        broken = error;
      });
    client.release(broken);
  }
}

async function replaceTable(
  client: PoolClient,
  pieces: AsyncIterable<string>,
  watch: BinImportWatch,
): Promise<BinImport> {
  try {
    await makeStage(client);
    const staged = await stageRows(client, pieces, watch);
    watch.onRead(staged);
    refuseUnlessSensible(staged);
    await buildTable(client);
    const { rows } = await client.query<{ count: number }>(
      'select count(*)::integer as count from bins_next',
    );
    await switchTables(client);
    const prefixes = rows[0]?.count ?? 0;
    return { ...staged, prefixes, repeated: staged.prefixes - prefixes };
  } finally {
    // When the connection is lost the next import clears it away, and the first error tells more.
    await client.query('drop table if exists bins_staged, bins_next').catch(() => undefined);
  }
}

async function refuseUnlessPossible(client: PoolClient): Promise<void> {
  const { rows } = await client.query<{ migrated: boolean; locked: boolean }>(
    `select to_regclass('bins') is not null as migrated, pg_try_advisory_lock($1) as locked`,
    [ADVISORY_LOCK],
  );
  if (!rows[0]?.migrated)
    throw new BinImportError('the database has no table of BINs yet: start the gateway once, it migrates');
  if (!rows[0].locked)
    throw new BinImportError('another import of BINs is running on this database: wait for it, or stop it');
}

/** Unlogged, since a crash ends the import anyway; what a killed import left is cleared away. */
async function makeStage(client: PoolClient): Promise<void> {
  await client.query(`drop table if exists bins_staged, bins_next;
    create unlogged table bins_staged (
      prefix text collate "C", span bigint, line bigint, brand text, country text, funding text, bank text
    )`);
}

/** Rows to stage, column by column. */
type Batch = Record<
  'prefix' | 'span' | 'line' | 'brand' | 'country' | 'funding' | 'bank',
  (string | number | null)[]
>;

function emptyBatch(): Batch {
  return { prefix: [], span: [], line: [], brand: [], country: [], funding: [], bank: [] };
}

async function stageRows(
  client: PoolClient,
  pieces: AsyncIterable<string>,
  watch: BinImportWatch,
): Promise<BinImportCount & { unknownWords: Map<string, number> }> {
  const count = { rows: 0, refused: 0, prefixes: 0 };
  const unknownWords = new Map<string, number>();
  let layout: BinLayout | undefined;
  let batch = emptyBatch();
  const take = (record: CsvRecord): void => {
    if (!layout) {
      layout = 'fields' in record ? parseBinHeader(record.fields) : undefined;
      if (layout) return;
      throw new BinImportError(
        'the first line names no column bin or iin_start: is it a BIN table with a header?',
      );
    }
    count.rows += 1;
    const row = readRow(layout, record);
    if (typeof row === 'string') {
      count.refused += 1;
      watch.onRefused(record.line, row);
      return;
    }
    for (const word of row.unknownWords) countWord(unknownWords, word);
    addRow(batch, record.line, row);
  };
  // One batch is written while the next is read.
  let writing: Promise<void> = Promise.resolve();
  const write = async (): Promise<void> => {
    await writing;
    count.prefixes += batch.prefix.length;
    writing = stageBatch(client, batch);
    // Awaited before the next; until then a failure is not to count as unhandled.
    writing.catch(() => undefined);
    batch = emptyBatch();
    watch.onProgress(count);
  };
  const csv = new CsvReader();
  for await (const piece of pieces) {
    for (const record of csv.read(piece)) take(record);
    if (batch.prefix.length >= BATCH_ROWS) await write();
  }
  for (const record of csv.end()) take(record);
  if (!layout) throw new BinImportError('the file is empty');
  await write();
  await writing;
  return { ...count, unknownWords };
}

/** The row, or why it is none. */
function readRow(layout: BinLayout, record: CsvRecord): BinRow | string {
  if ('fault' in record) return record.fault;
  const parsed = parseBinRow(layout, record.fields);
  return parsed.kind === 'row' ? parsed.row : parsed.reason;
}

function countWord(words: Map<string, number>, word: string): void {
  const known = words.get(word);
  if (known !== undefined || words.size < UNKNOWN_WORDS_MAX) words.set(word, (known ?? 0) + 1);
}

function addRow(batch: Batch, line: number, { prefixes, span, facts }: BinRow): void {
  for (const prefix of prefixes) {
    batch.prefix.push(prefix);
    batch.span.push(span);
    batch.line.push(line);
    batch.brand.push(facts.brand);
    batch.country.push(facts.country);
    batch.funding.push(facts.funding);
    batch.bank.push(facts.bank);
  }
}

/**
 * A statement and a transaction of its own: a long one would keep the queues' dead rows from being vacuumed.
 * Columns travel as lines, nothing as an empty one: the driver takes three times as long to write arrays.
 */
async function stageBatch(client: PoolClient, batch: Batch): Promise<void> {
  const { prefix, span, line, brand, country, funding, bank } = batch;
  await client.query({
    name: 'stage-bins',
    text: `insert into bins_staged (prefix, span, line, brand, country, funding, bank)
      select * from unnest(string_to_array($1, e'\\n'), string_to_array($2, e'\\n')::bigint[],
        string_to_array($3, e'\\n')::bigint[], string_to_array($4, e'\\n', ''), string_to_array($5, e'\\n', ''),
        string_to_array($6, e'\\n', ''), string_to_array($7, e'\\n', ''))`,
    values: [prefix, span, line, brand, country, funding, bank].map((column) => column.join('\n')),
  });
}

function refuseUnlessSensible(count: BinImportCount): void {
  const loaded = count.rows - count.refused;
  if (loaded > 0 && loaded >= count.refused) return;
  throw new BinImportError(
    `${count.refused} of ${count.rows} rows make no sense, so nothing was changed: is it a BIN table?`,
  );
}

/** In the order of its prefixes, so that lookups of neighbours share pages. */
async function buildTable(client: PoolClient): Promise<void> {
  await client.query('create table bins_next (like bins including all excluding indexes)');
  await client.query(`insert into bins_next (prefix, brand, country, funding, bank)
    select distinct on (prefix) prefix, brand, country, funding, bank from bins_staged
    order by prefix, span, line desc`);
  await client.query('alter table bins_next add constraint bins_next_pkey primary key (prefix)');
  await client.query('analyze bins_next');
}

/** Lookups wait behind the exclusive lock, so it is asked for briefly and often. */
async function switchTables(client: PoolClient): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    try {
      await client.query(`begin;
        set local lock_timeout = ${SWITCH_LOCK_MS};
        drop table bins;
        alter table bins_next rename to bins;
        alter index bins_next_pkey rename to bins_pkey;
        commit`);
      return;
    } catch (error) {
      await client.query('rollback');
      assert(error instanceof Error, 'the database rejects with an Error');
      if ((error as { code?: unknown }).code !== '55P03') throw error;
      if (tries === SWITCH_TRIES)
        throw new BinImportError(
          'table bins stays in use, by a dump perhaps: import again when that is over',
          {
            cause: error,
          },
        );
      await delay(SWITCH_PAUSE_MS);
    }
  }
}
