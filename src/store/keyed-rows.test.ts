import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Pool } from 'pg';
import { createTestDatabase, type TestDatabase } from '../../test/support/database.ts';
import type { MerchantId } from '../domain/ids.ts';
import { createDatabase } from './database.ts';
import { keyedRows } from './keyed-rows.ts';
import { createPool } from './pool.ts';

let database: TestDatabase;
let pool: Pool;
before(async () => {
  database = await createTestDatabase();
  await database.pool.query('create table boxes (merchant_id text, id text primary key, inside text)');
  await database.pool.query(
    `insert into boxes values ('mer_a', 'box_1', 'one'), ('mer_a', 'box_2', 'two'), ('mer_b', 'box_3', 'three')`,
  );
  pool = createPool(database.connectionString, { max: 1 });
});
after(async () => {
  await pool.end();
  await database.drop();
});

const reader = () =>
  keyedRows<{ inside: string }>(createDatabase(pool), {
    name: 'find-boxes',
    columns: 'b.inside',
    from: 'boxes b',
    keyed: 'b',
  });
const a = 'mer_a' as MerchantId;
const b = 'mer_b' as MerchantId;

test('rows asked for together come to who asked; unknown ones and those of others are null', async () => {
  const read = reader();
  const asked = [read(a, 'box_1'), read(b, 'box_3'), read(a, 'box_3'), read(a, 'box_9'), read(a, 'box_2')];
  const found = await Promise.all(asked);
  assert.deepEqual(
    found.map((row) => row?.inside ?? null),
    ['one', 'three', null, null, 'two'],
  );
});

test('the statement is planned once for a connection, not at every execution', async () => {
  const read = reader();
  for (let reads = 0; reads < 20; reads++) await read(a, 'box_1');
  const { rows } = await pool.query<{ generic: bigint; custom: bigint }>(
    `select generic_plans as generic, custom_plans as custom from pg_prepared_statements where name = 'find-boxes'`,
  );
  assert.ok(rows[0] && rows[0].generic > 10n, `planned anew ${rows[0]?.custom} times of 20`);
});
