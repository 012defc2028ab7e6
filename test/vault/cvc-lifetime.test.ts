import assert from 'node:assert/strict';
import { test } from 'node:test';
import { addSeconds } from '../../src/lib/clock.ts';
import { cvc, newMerchant, open, pan, pool, start, storeCard, vaultAt } from './vault-fixture.ts';

test('a code opens until it expires, over midnight too, and not at that moment', async () => {
  const now = { at: start };
  const vault = vaultAt(now);
  const { merchantId, cardId } = await storeCard(vault);
  now.at = addSeconds(start, 1799);
  assert.equal((await open(vault, merchantId, cardId)).cvc, cvc.reveal());
  now.at = addSeconds(start, 1800);
  assert.deepEqual(await open(vault, merchantId, cardId), { pan: pan.reveal(), cvc: null });
});

test('neither a sealed code nor a key of codes reaches the WAL, while a sealed number does', async () => {
  const vault = vaultAt({ at: addSeconds(start, 5 * 86_400) });
  const merchantId = newMerchant();
  const from = await walPosition();
  const { sealed } = await storeCard(vault, merchantId);
  await pool.query('delete from vault.cvcs where merchant_id = $1', [merchantId]);
  const { rows } = await pool.query('select wrapped from vault.cvc_keys where key_day = $1', [
    sealed.cvcKeyDay,
  ]);
  const wal = await readWal(from, await walPosition());
  assert.ok(
    wal.includes(sealed.sealedPan),
    'the check reads the part of the WAL that the card was written in',
  );
  assert.equal(wal.includes(sealed.sealedCvc ?? ''), false);
  assert.equal(wal.includes(rows[0].wrapped), false);
});

test('the tables of codes and of their keys are unlogged, and no other table of the vault is', async () => {
  const { rows } = await pool.query(
    `select relname from pg_class where relnamespace = 'vault'::regnamespace and relkind = 'r' and relpersistence = 'u'
      order by relname`,
  );
  assert.deepEqual(rows, [{ relname: 'cvc_keys' }, { relname: 'cvcs' }]);
});

test('a day’s key of codes outlives its own day by one, then is destroyed in the table, its file and memory', async () => {
  const now = { at: new Date('2027-03-01T12:00:00Z') };
  const vault = vaultAt(now);
  await pool.query('truncate vault.cvc_keys, vault.cvcs');
  const { merchantId, cardId } = await storeCard(vault);
  await pool.query(`update vault.cvcs set expires_at = 'infinity' where card_id = $1`, [cardId]);
  const { rows } = await pool.query('select wrapped from vault.cvc_keys');
  const wrapped: Buffer = rows[0].wrapped;

  now.at = new Date('2027-03-02T23:59:59Z');
  assert.equal(await vault.destroyOldCvcKeys(now.at), 0);
  assert.equal((await open(vault, merchantId, cardId)).cvc, cvc.reveal());
  assert.ok(
    (await readTableFile('vault.cvc_keys')).includes(wrapped),
    'the check reads the file that holds the key',
  );

  const { rows: copies } = await pool.query('select * from vault.cvcs where card_id = $1', [cardId]);
  now.at = new Date('2027-03-03T00:00:00Z');
  assert.equal(await vault.destroyOldCvcKeys(now.at), 1);
  assert.equal((await readTableFile('vault.cvc_keys')).includes(wrapped), false);
  assert.equal((await pool.query('select 1 from vault.cvcs where card_id = $1', [cardId])).rowCount, 0);
  const copy = copies[0];
  await pool.query('insert into vault.cvcs values ($1, $2, $3, $4, $5)', [
    copy.card_id,
    copy.merchant_id,
    copy.sealed,
    copy.key_day,
    copy.expires_at,
  ]);
  assert.deepEqual(await open(vault, merchantId, cardId), { pan: pan.reveal(), cvc: null });
});

test('a process that did not destroy a key of codes forgets it on the same day', async () => {
  const now = { at: new Date('2027-04-01T12:00:00Z') };
  const vault = vaultAt(now);
  const { merchantId, cardId } = await storeCard(vault);
  await pool.query(`update vault.cvcs set expires_at = 'infinity' where card_id = $1`, [cardId]);
  assert.equal((await open(vault, merchantId, cardId)).cvc, cvc.reveal());
  await pool.query('delete from vault.cvc_keys');
  now.at = new Date('2027-04-03T00:00:00Z');
  assert.equal((await open(vault, merchantId, cardId)).cvc, null);
});

test('after a crash emptied the unlogged tables a code is null, and within a minute all processes share a new key', async () => {
  let monotonicMs = 0;
  const survivor = vaultAt({ at: start }, { monotonicMs: () => monotonicMs });
  const lost = await storeCard(survivor);
  // PostgreSQL truncates unlogged tables in crash recovery.
  await pool.query('truncate vault.cvcs, vault.cvc_keys');
  assert.deepEqual(await open(survivor, lost.merchantId, lost.cardId), { pan: pan.reveal(), cvc: null });

  const early = await storeCard(survivor);
  const other = vaultAt({ at: start });
  await storeCard(other);
  assert.deepEqual(await open(other, early.merchantId, early.cardId), { pan: pan.reveal(), cvc: null });
  assert.equal((await open(survivor, early.merchantId, early.cardId)).cvc, cvc.reveal());

  monotonicMs = 60_000;
  const late = await storeCard(survivor);
  assert.equal((await open(other, late.merchantId, late.cardId)).cvc, cvc.reveal());
});

function walPosition(): Promise<string> {
  return pool.query('select pg_current_wal_insert_lsn() as lsn').then(({ rows }) => rows[0].lsn);
}

/** The WAL segments that hold the records between two positions. */
async function readWal(from: string, to: string): Promise<Buffer> {
  await pool.query(`select pg_logical_emit_message(false, 'test', 'all before this is in the files', true)`);
  const { rows } = await pool.query<{ bytes: Buffer }>(
    `select pg_read_binary_file('pg_wal/' || name) as bytes from pg_ls_waldir()
      where name between pg_walfile_name($1::pg_lsn) and pg_walfile_name($2::pg_lsn) order by name`,
    [from, to],
  );
  return Buffer.concat(rows.map((row) => row.bytes));
}

async function readTableFile(table: string): Promise<Buffer> {
  // A plain checkpoint leaves unlogged pages in memory; copying a database's files writes out every page first.
  const flush = `flush_${process.pid}`;
  await pool.query(`create database ${flush} template template0 strategy file_copy`);
  await pool.query(`drop database ${flush}`);
  const { rows } = await pool.query<{ bytes: Buffer }>(
    'select pg_read_binary_file(pg_relation_filepath($1::regclass)) as bytes',
    [table],
  );
  return rows[0]?.bytes ?? Buffer.alloc(0);
}
