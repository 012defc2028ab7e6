import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, before, beforeEach, test } from 'node:test';
import { inspect } from 'node:util';
import { createAuditLog } from '../../src/store/audit-log.ts';
import { createDatabase } from '../../src/store/database.ts';
import { verifyAuditLog } from '../../src/store/verify-audit.ts';
import type { AuditVerdict } from '../../src/usecases/ports/audit.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { until } from '../support/until.ts';

const key = randomBytes(32);
let database: TestDatabase;
let audit: ReturnType<typeof createAuditLog>;
before(async () => {
  database = await createTestDatabase();
  audit = createAuditLog(createDatabase(database.pool), key);
});
after(() => database.drop());

const entry = {
  actor: 'ada',
  act: 'keys.revoked',
  object: 'cred_1',
  result: 'done',
  origin: 'desk',
} as const;
const verify = (changes: Partial<Parameters<typeof verifyAuditLog>[1]> = {}): Promise<AuditVerdict> =>
  verifyAuditLog(createDatabase(database.pool), { key, unsealedSecondsMax: 60, ...changes });

/** Writes openings as payments do; each statement is a transaction of its own. */
async function announce(count: number): Promise<void> {
  for (let number = 0; number < count; number++) {
    await database.pool.query(
      `insert into vault.openings (reference, merchant_id, card_id, purpose)
        values ($1, 'mer_1', 'card_1', 'authorization')`,
      [`att_${randomBytes(8).toString('hex')}`],
    );
  }
}

/** Seals until nothing is left; a transaction of another test's database can hold the horizon back for a moment. */
async function sealAll(): Promise<void> {
  await until('every opening is sealed', async () => {
    await audit.sealOpenings(100);
    const verdict = await verify();
    return verdict.kind === 'broken' || verdict.unsealed === 0;
  });
}

/** Changes what the triggers protect, as only the database's owner can. */
async function tamper(sql: string): Promise<void> {
  await database.pool.query(`set session_replication_role = replica; ${sql}; reset session_replication_role`);
}

beforeEach(async () => {
  await tamper('delete from audit_log; delete from vault.openings');
});

test('acts and openings are chained, sealed in order, and found sound', async () => {
  assert.deepEqual(await verify(), { kind: 'sound', rows: 0, openings: 0, unsealed: 0, head: null });
  await audit.append(entry);
  await announce(250);
  await audit.append({ ...entry, details: { role: 'full' } });
  await sealAll();
  const verdict = await verify();
  assert.ok(verdict.kind === 'sound');
  assert.deepEqual([verdict.openings, verdict.unsealed], [250, 0]);
  assert.equal(await audit.sealOpenings(100), 0, 'a sealed log is left alone');
  const { rows } = await database.pool.query(
    'select actor, act, object, details from audit_log order by sequence',
  );
  assert.deepEqual(rows.slice(0, 2), [
    { actor: 'ada', act: 'keys.revoked', object: 'cred_1', details: '{}' },
    { actor: 'ada', act: 'keys.revoked', object: 'cred_1', details: '{"role":"full"}' },
  ]);
});

test('writers at the same time make one chain without gaps', async () => {
  await Promise.all(
    Array.from({ length: 40 }, (_, number) => audit.append({ ...entry, object: `cred_${number}` })),
  );
  const verdict = await verify();
  assert.ok(verdict.kind === 'sound', inspect(verdict));
  assert.equal(verdict.head?.sequence, 40n);
});

test('an opening that is committed late is sealed late, and no seal misses it', async () => {
  const slow = await database.pool.connect();
  await slow.query('begin');
  await slow.query(
    `insert into vault.openings (reference, merchant_id, card_id, purpose) values ('att_slow', 'mer_1', 'card_1', 'authorization')`,
  );
  await announce(3);
  await audit.append(entry);
  await audit.sealOpenings(100);
  const meanwhile = await verify();
  assert.ok(meanwhile.kind === 'sound' && meanwhile.unsealed === 3, inspect(meanwhile));
  await slow.query('commit');
  slow.release();
  await sealAll();
  const verdict = await verify();
  assert.ok(verdict.kind === 'sound' && verdict.openings === 4, inspect(verdict));
});

for (const statement of [
  `update audit_log set actor = 'nobody'`,
  'delete from audit_log',
  'truncate audit_log',
  `update vault.openings set card_id = 'card_2'`,
  'delete from vault.openings',
  'truncate vault.openings',
])
  test(`the database refuses: ${statement}`, async () => {
    await assert.rejects(database.pool.query(statement), { code: 'SP002' });
  });

const forgeries: [what: string, sql: string, reason: RegExp, sequence: bigint][] = [
  ['an actor changed', `update audit_log set actor = 'nobody' where sequence = 2`, /content/, 2n],
  ['a time changed', `update audit_log set at = at + interval '1 ms' where sequence = 3`, /content/, 3n],
  ['a row removed', 'delete from audit_log where sequence = 2', /row 2 is missing/, 3n],
  ['an opening changed', `update vault.openings set card_id = 'card_2'`, /opening .* was changed/, 4n],
  [
    'an opening removed',
    'delete from vault.openings where position = (select min(position) from vault.openings)',
    /sealed 5 openings.*4/,
    4n,
  ],
  [
    'an opening slipped in',
    `insert into vault.openings (reference, position, merchant_id, card_id, purpose)
       select 'att_slipped', min(position), 'mer_1', 'card_1', 'authorization' from vault.openings`,
    /sealed 5 openings.*6/,
    4n,
  ],
  [
    'a chain made anew without the key',
    `update audit_log set actor = 'nobody' where sequence = 2;
     do $$ declare entry audit_log; last bytea; begin
       for entry in select * from audit_log order by sequence loop
         entry.previous_hash := coalesce(last, entry.previous_hash);
         last := hash_audit_row(entry);
         update audit_log set previous_hash = entry.previous_hash, hash = last where sequence = entry.sequence;
       end loop; end $$`,
    /key: the chain was made anew/,
    4n,
  ],
];
for (const [what, sql, reason, sequence] of forgeries)
  test(`found by the check, with its row: ${what}`, async () => {
    for (let number = 0; number < 3; number++) await audit.append(entry);
    await announce(5);
    // Another database's transaction may cut a seal short; it is taken back, so that one seal covers all five.
    await until('one seal covers all openings', async () => {
      if ((await audit.sealOpenings(100)) === 5) return true;
      await tamper(`delete from audit_log where act = 'cards.opened'`);
      return false;
    });
    await audit.append(entry);
    await tamper(sql);
    const verdict = await verify();
    assert.ok(verdict.kind === 'broken', 'the forgery passed');
    assert.match(verdict.reason, reason);
    assert.equal(verdict.sequence, sequence);
  });

test('an end that was cut off shows against a head that was noted', async () => {
  for (let number = 0; number < 3; number++) await audit.append(entry);
  const noted = await verify();
  assert.ok(noted.kind === 'sound' && noted.head);
  await tamper('delete from audit_log where sequence = 3');
  assert.equal((await verify()).kind, 'sound', 'nothing inside the database shows it');
  const verdict = await verify({ notedHead: noted.head });
  assert.ok(verdict.kind === 'broken' && /cut off/.test(verdict.reason));
});

test('openings that wait for their seal too long are told', async () => {
  await announce(1);
  await tamper(`update vault.openings set announced_at = now() - interval '61 seconds'`);
  const verdict = await verify();
  assert.ok(verdict.kind === 'broken' && /1 openings/.test(verdict.reason) && verdict.sequence === null);
});

test('a database restored on a server with lower transaction numbers goes on after the old ones', async () => {
  await announce(3);
  await sealAll();
  // As after a restore: the seals are of transactions that this server will reach much later.
  await tamper(`update vault.openings set position = position + 1000000000;
    delete from audit_log`);
  const shifted = createAuditLog(createDatabase(database.pool), key);
  await database.pool.query('update vault.opening_positions set shift = 1000000000');
  await until('the restored openings are sealed', async () => (await shifted.sealOpenings(100)) === 3);
  await database.pool.query('update vault.opening_positions set shift = 0');
  await database.pool.query('select vault.continue_openings()');
  await announce(2);
  await sealAll();
  const verdict = await verify();
  assert.ok(verdict.kind === 'sound' && verdict.openings === 5, inspect(verdict));
  await database.pool.query('select vault.continue_openings()');
  await announce(1);
  await sealAll();
  assert.equal((await verify()).kind, 'sound', 'a second call changes nothing');
});
