import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { createTestDatabase, type TestDatabase } from '../../test/support/database.ts';
import { type BinImport, BinImportError, importBins } from './bin-import.ts';
import { createBinDirectory } from './bins.ts';
import { createDatabase } from './database.ts';

const header = 'bin,brand,type,category,issuer,alpha_2\n';
const unknown = { brand: null, country: null, funding: null };

let database: TestDatabase;
before(async () => {
  database = await createTestDatabase();
});
after(() => database.drop());
beforeEach(() => database.pool.query('truncate bins'));

const directory = (testIssuers: boolean) =>
  createBinDirectory(createDatabase(database.pool), { testIssuers });

async function* pieces(...texts: string[]): AsyncIterable<string> {
  yield* texts;
}

async function load(texts: AsyncIterable<string>): Promise<BinImport & { lines: string[] }> {
  const lines: string[] = [];
  const imported = await importBins(database.pool, texts, {
    onRefused: (line, reason) => lines.push(`${line} ${reason}`),
    onProgress: () => undefined,
    onRead: () => undefined,
  });
  return { ...imported, lines };
}

test('of imported rows the one with the longest prefix is the answer, for a number and for its first digits', async () => {
  await load(
    pieces(
      `${header}4,VISA,,,,\n42,VISA,,,,\n4242,VISA,DEBIT,,FOUR,GB\n42424299,VISA,CREDIT,,EIGHT,FR\n42424299123,MAESTRO,,,ELEVEN,\n`,
    ),
  );
  const bins = directory(false);
  for (const [pan, expected] of [
    ['4242421111111111', { brand: 'visa', country: 'GB', funding: 'debit' }],
    ['4242429911111111', { brand: 'visa', country: 'FR', funding: 'credit' }],
    ['4242429912311111', { brand: 'maestro', country: null, funding: null }],
    ['4211111111111111', { brand: 'visa', country: null, funding: null }],
    ['5111111111111111', unknown],
  ] as const)
    assert.deepEqual(await bins.lookUp(pan), expected, pan);
  assert.equal((await bins.lookUpBin('42424299'))?.bank, 'EIGHT');
  assert.equal((await bins.lookUpBin('4242429'))?.bank, 'FOUR');
  assert.equal((await bins.lookUpBin('424242991'))?.bank, 'EIGHT');
  assert.equal(await bins.lookUpBin('511111'), null);
});

test('test issuers answer where nothing was imported, never live, and give way to every imported row', async () => {
  const sandbox = directory(true);
  const visa = { brand: 'visa', country: 'US', funding: 'credit' };
  assert.deepEqual(await sandbox.lookUp('4242424242424242'), visa);
  assert.deepEqual(await sandbox.lookUpBin('42424242'), { ...visa, bank: 'Test Issuer' });
  assert.deepEqual(await directory(false).lookUp('4242424242424242'), unknown);
  await load(pieces(`${header}4242,VISA,PREPAID,,MINE,DE\n`));
  assert.deepEqual(await sandbox.lookUp('4242424242424242'), {
    brand: 'visa',
    country: 'DE',
    funding: 'prepaid',
  });
});

test('rows that make no sense are counted and told by line, and the others are loaded', async () => {
  const imported = await load(
    pieces(
      `${header}424242,VISA,CREDIT,,"A, B",US\nabc,VISA,,,,\n\n4111`,
      `11,VISA,"CR"EDIT,,,\n400000,ELO,,,,US\n55,VISA\n555555,MC,,,,`,
    ),
  );
  assert.deepEqual(imported.lines, [
    '3 has a BIN that is not all digits',
    '5 has text after a closing quote',
    '7 has 2 columns where the first line has 6',
  ]);
  const { rows, refused, prefixes, repeated } = imported;
  assert.deepEqual({ rows, refused, prefixes, repeated }, { rows: 6, refused: 3, prefixes: 3, repeated: 0 });
  assert.deepEqual([...imported.unknownWords], [['brand ELO', 1]]);
  assert.equal((await directory(false).lookUpBin('424242'))?.bank, 'A, B');
});

test('of rows for one prefix the narrower range wins, then the later line', async () => {
  const ranges = 'iin_start,iin_end,scheme,country\n';
  const imported = await load(
    pieces(`${ranges}4000,4999,visa,US\n41,,visa,GB\n4100,4299,visa,FR\n41,,visa,DE\n42,,visa,\n`),
  );
  assert.deepEqual([imported.prefixes, imported.repeated], [10, 5]);
  const bins = directory(false);
  const countries = await Promise.all(
    ['4111', '4222', '4333'].map(async (bin) => (await bins.lookUpBin(bin))?.country),
  );
  assert.deepEqual(countries, ['DE', null, 'US']);
});

for (const [what, text, message] of [
  ['an empty file', '', /the file is empty/],
  ['a file without a header', '424242,VISA,CREDIT,,A,US\n', /names no column bin or iin_start/],
  ['a file with mostly nonsense', `${header}x,,,,,\ny,,,,,\n55,,,,,\n`, /2 of 3 rows make no sense/],
  ['a file with no rows', header, /0 of 0 rows/],
] as const) {
  test(`${what} changes nothing`, async () => {
    await load(pieces(`${header}4242,VISA,,,OLD,US\n`));
    await assert.rejects(
      load(pieces(text)),
      (error) => error instanceof BinImportError && message.test(error.message),
    );
    assert.equal((await directory(false).lookUpBin('424242'))?.bank, 'OLD');
    const left = await database.pool.query(
      `select to_regclass('bins_staged') as staged, to_regclass('bins_next') as next`,
    );
    assert.deepEqual(left.rows, [{ staged: null, next: null }]);
  });
}

test('a second import at the same time is refused, and does not disturb the first', async () => {
  let second: Promise<unknown> = Promise.resolve();
  async function* slowly(): AsyncIterable<string> {
    yield `${header}4242,VISA,,,FIRST,US\n`;
    second = assert.rejects(load(pieces(`${header}4242,VISA,,,SECOND,US\n`)), /another import/);
    await second;
    yield '5555,MC,,,FIRST,US\n';
  }
  assert.equal((await load(slowly())).prefixes, 2);
  await second;
  assert.equal((await directory(false).lookUpBin('424242'))?.bank, 'FIRST');
});

test('a failure of the source changes nothing, and the next import works', async () => {
  async function* broken(): AsyncIterable<string> {
    yield `${header}4242,VISA,,,NEW,US\n`;
    throw new Error('the disk is gone');
  }
  await load(pieces(`${header}4242,VISA,,,OLD,US\n`));
  await assert.rejects(load(broken()), /the disk is gone/);
  assert.equal((await directory(false).lookUpBin('424242'))?.bank, 'OLD');
  await load(pieces(`${header}4242,VISA,,,NEW,US\n`));
  assert.equal((await directory(false).lookUpBin('424242'))?.bank, 'NEW');
});

test('a long reader of the table delays the switch, not the lookups', async () => {
  await load(pieces(`${header}4242,VISA,,,OLD,US\n`));
  const reader = await database.pool.connect();
  await reader.query('begin; select * from bins');
  const importing = load(pieces(`${header}4242,VISA,,,NEW,US\n`));
  await delay(300);
  const startedAt = performance.now();
  assert.equal((await directory(false).lookUpBin('424242'))?.bank, 'OLD');
  assert.ok(performance.now() - startedAt < 900, 'a lookup waits half a second at most');
  await reader.query('commit');
  reader.release();
  await importing;
  assert.equal((await directory(false).lookUpBin('424242'))?.bank, 'NEW');
});
