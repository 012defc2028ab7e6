import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { createEmptyTestDatabase, type TestDatabase } from '../../test/support/database.ts';
import { createDatabase, type Database } from './database.ts';

let testDatabase: TestDatabase;
let database: Database;

before(async () => {
  testDatabase = await createEmptyTestDatabase();
  database = createDatabase(testDatabase.pool);
  await testDatabase.pool.query('create table words (word text primary key)');
});
after(() => testDatabase.drop());

async function add(on: Database, word: string): Promise<void> {
  await on.query({ name: 'add-word', text: 'insert into words values ($1)', values: [word] });
}

async function words(): Promise<string[]> {
  const statement = { name: 'list-words', text: 'select word from words order by word', values: [] };
  return (await database.query<{ word: string }>(statement)).rows.map((row) => row.word);
}

const readings: [string, unknown][] = [
  [`9223372036854775807::int8`, 9_223_372_036_854_775_807n],
  [`'{1,NULL,3}'::int8[]`, [1n, null, 3n]],
  [`'{}'::int8[]`, []],
  [`12.30::numeric`, '12.30'],
  [`'2026-01-02'::date`, '2026-01-02'],
  [`'2026-01-02T03:04:05.678Z'::timestamptz`, new Date('2026-01-02T03:04:05.678Z')],
  [`'{"a":[1]}'::jsonb`, { a: [1] }],
  [`7::int4`, 7],
  [`'\\x00ff'::bytea`, Buffer.from([0, 255])],
  [`null::int8`, null],
];

for (const [expression, expected] of readings) {
  test(`a column of ${expression} is read exactly`, async () => {
    const result = await testDatabase.pool.query(`select ${expression} as value`);
    assert.deepEqual(result.rows[0].value, expected);
  });
}

test('a bigint parameter is written exactly', async () => {
  const statement = { name: 'echo', text: 'select $1::int8 as value', values: [9_007_199_254_740_993n] };
  assert.deepEqual((await database.query(statement)).rows, [{ value: 9_007_199_254_740_993n }]);
});

test('a transaction commits when its work resolves and gives back its result', async () => {
  const result = await database.transaction(async (transaction) => {
    await add(transaction, 'committed');
    return 'done';
  });
  assert.equal(result, 'done');
  assert.ok((await words()).includes('committed'));
});

test('a transaction whose work throws leaves nothing, and the error is thrown on', async () => {
  const error = new Error('no');
  const work = database.transaction(async (transaction) => {
    await add(transaction, 'rolled back');
    throw error;
  });
  await assert.rejects(work, error);
  assert.ok(!(await words()).includes('rolled back'));
});

test('a nested transaction that throws undoes only its own work', async () => {
  await database.transaction(async (outer) => {
    await add(outer, 'outer');
    await assert.rejects(
      outer.transaction(async (inner) => {
        await add(inner, 'inner');
        await add(inner, 'outer');
      }),
      { code: '23505' },
    );
    await add(outer, 'outer again');
  });
  const left = await words();
  assert.deepEqual(
    [left.includes('outer'), left.includes('inner'), left.includes('outer again')],
    [true, false, true],
  );
});

test('a transaction in which a failed statement was swallowed is not reported as committed', async () => {
  const work = database.transaction(async (transaction) => {
    await add(transaction, 'swallowed');
    await add(transaction, 'swallowed').catch(() => undefined);
  });
  await assert.rejects(work, { code: 'transaction_rolled_back' });
  assert.ok(!(await words()).includes('swallowed'));
});

test('a connection that dies inside a transaction rejects it and does not end the process; the pool goes on', async () => {
  const work = database.transaction(async (transaction) => {
    const mine = await transaction.query<{ pid: number }>({
      name: 'pid',
      text: 'select pg_backend_pid() as pid',
      values: [],
    });
    await testDatabase.pool.query('select pg_terminate_backend($1)', [mine.rows[0]?.pid]);
    await new Promise((resolve) => setTimeout(resolve, 50));
    await add(transaction, 'lost');
  });
  await assert.rejects(work);
  assert.ok(!(await words()).includes('lost'));
});
