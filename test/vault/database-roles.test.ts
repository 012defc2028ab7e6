import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, before, describe, it, test } from 'node:test';
import { Client, Pool } from 'pg';
import { addressAs, gatewayRole, vaultRole } from '../../src/store/database-roles.ts';
import { createEmptyTestDatabase, type TestDatabase } from '../support/database.ts';
import { startTestGateway, type TestGateway, type TestGatewayOptions } from '../support/gateway.ts';

/** Takes one payment with a test card through a token. */
async function pay(gateway: TestGateway): Promise<string> {
  const call = async (path: string, key: string, body: unknown) => {
    const response = await fetch(gateway.url + path, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    return (await response.json()) as { id: string; status: string };
  };
  const card = {
    number: '4242424242424242',
    exp_month: 12,
    exp_year: 2032,
    cvc: '123',
    cardholder_name: 'ADA LOVELACE',
  };
  const token = await call('/v1/tokens', 'pk_test_demo', { card });
  const payment = await call('/v1/payments', 'sk_test_demo', {
    amount: 10,
    currency: 'USD',
    token: token.id,
    external_id: randomBytes(8).toString('hex'),
  });
  return payment.status;
}

/** A database of its own whose owner is no superuser, on the server of the tests. */
class OwnedDatabase {
  readonly user = `owner_${randomBytes(6).toString('hex')}`;
  readonly #database: TestDatabase;
  readonly connectionString: string;

  private constructor(database: TestDatabase) {
    this.#database = database;
    this.connectionString = database.connectionString.replace(/\/\/[^@]*@/, `//${this.user}:secret@`);
  }

  static async make(rights: string): Promise<OwnedDatabase> {
    const database = await createEmptyTestDatabase();
    const owned = new OwnedDatabase(database);
    const name = (await database.pool.query('select current_database() as name')).rows[0].name;
    await database.pool.query(`create role ${owned.user} login password 'secret' ${rights};
      alter database ${name} owner to ${owned.user}; alter schema public owner to ${owned.user}`);
    return owned;
  }

  asSuperuser(sql: string) {
    return this.#database.pool.query(sql);
  }

  gateway(env: TestGatewayOptions['env'] = {}): Promise<TestGateway> {
    return startTestGateway({ env: { ...env, DATABASE_URL: this.connectionString } });
  }

  async drop(): Promise<void> {
    const address = this.#database.connectionString.replace(/\/[^/?]*(\?|$)/, '/postgres$1');
    await this.#database.drop();
    const client = new Client({ connectionString: address });
    await client.connect();
    await client.query(`drop role ${this.user}`);
    await client.end();
  }
}

describe('a gateway on a server where it may make roles', () => {
  let gateway: TestGateway;
  before(async () => {
    gateway = await startTestGateway();
  });
  after(() => gateway.close());

  it('takes payments', async () => {
    assert.equal(await pay(gateway), 'completed');
  });

  const shut: [role: 'gateway' | 'vault', statement: string][] = [
    ['gateway', 'select sealed from vault.pans'],
    ['gateway', 'select sealed from vault.cvcs'],
    ['gateway', 'select * from vault.pans'],
    ['gateway', 'select pans from vault.pans'],
    ['gateway', 'delete from vault.pans returning sealed'],
    ['gateway', 'delete from vault.cvcs where sealed is not null'],
    ['gateway', `update vault.pans set sealed = ''`],
    ['gateway', 'copy vault.pans to stdout'],
    ['gateway', 'select 1 from vault.merchant_keys'],
    ['gateway', 'select 1 from vault.cvc_keys'],
    ['gateway', 'select 1 from vault.root_keys'],
    ['gateway', 'delete from vault.merchant_keys'],
    ['gateway', 'delete from vault.openings'],
    ['gateway', 'truncate vault.openings'],
    ['gateway', `update audit_log set actor = 'nobody'`],
    ['gateway', 'delete from audit_log'],
    ['gateway', 'truncate audit_log'],
    ['gateway', 'alter table audit_log disable trigger all'],
    ['gateway', `set session_replication_role = 'replica'`],
    ['gateway', 'delete from schema_migrations'],
    ['gateway', 'drop table payments'],
    ['vault', 'select 1 from payments'],
    ['vault', 'select 1 from cards'],
    ['vault', 'select 1 from credentials'],
    ['vault', 'select 1 from merchant_secrets'],
    ['vault', 'insert into audit_log (actor) values (null)'],
    ['vault', `insert into vault.openings (reference) values ('att_1')`],
    ['vault', 'select 1 from sandbox_bank.authorizations'],
    ['vault', 'delete from vault.pans'],
  ];
  for (const [role, statement] of shut)
    it(`shuts to the ${role}: ${statement}`, async () => {
      const pool = role === 'gateway' ? gateway.database.pool : gateway.database.vaultPool;
      await assert.rejects(pool.query(statement), { code: '42501' });
    });

  it('leaves every table of the vault to somebody: a new one must be thought of', async () => {
    const { rows } = await gateway.testDatabase.pool.query(
      `select relname from pg_class where relnamespace = 'vault'::regnamespace and relkind = 'r'
        and not has_any_column_privilege($1, oid, 'select') and not has_any_column_privilege($2, oid, 'select')`,
      [gatewayRole, vaultRole],
    );
    assert.deepEqual(rows, []);
  });

  it('destroys old keys of codes as the vault’s role, file and all', async () => {
    const filenode = async () =>
      (await gateway.testDatabase.pool.query(`select pg_relation_filenode('vault.cvc_keys') as file`)).rows[0]
        .file;
    await gateway.testDatabase.pool.query(
      `insert into vault.cvc_keys values ('2020-01-01', '\\x0102030405060708', 1, 'old')`,
    );
    const earlier = await filenode();
    await gateway.core.vault.destroyOldCvcKeys(new Date());
    assert.notEqual(await filenode(), earlier, 'the table was not rewritten');
  });
});

test('an owner who may make roles but is no superuser keeps gateway and vault apart', async () => {
  const owned = await OwnedDatabase.make('createrole');
  await owned.asSuperuser(
    `grant ${gatewayRole}, ${vaultRole} to ${owned.user} with admin option, inherit false, set true`,
  );
  const gateway = await owned.gateway();
  assert.equal(await pay(gateway), 'completed');
  await assert.rejects(gateway.database.pool.query('select sealed from vault.pans'), { code: '42501' });
  assert.equal(gateway.logLines.filter((line) => line.includes('share one database user')).length, 0);
  await gateway.close();
  await owned.drop();
});

test('where roles can be neither made nor taken on, everything runs as one user, and one warning says so', async () => {
  const owned = await OwnedDatabase.make('nocreaterole');
  const gateway = await owned.gateway();
  assert.equal(await pay(gateway), 'completed');
  assert.equal(gateway.database.vaultPool, gateway.database.pool);
  const warnings = gateway.logLines.filter((line) => line.includes('share one database user'));
  assert.equal(warnings.length, 1);
  assert.match(warnings[0] ?? '', /docs\/security\.md/);
  await gateway.close();
  await owned.drop();
});

test('DATABASE_VAULT_URL gives the vault a login of its own, which must be able to read it', async () => {
  const owned = await OwnedDatabase.make('createrole');
  const login = `vault_${randomBytes(6).toString('hex')}`;
  await owned.asSuperuser(
    `grant ${gatewayRole}, ${vaultRole} to ${owned.user} with admin option, inherit false, set true;
     create role ${login} login password 'secret'`,
  );
  const env = { DATABASE_VAULT_URL: owned.connectionString.replace(owned.user, login) };
  await assert.rejects(owned.gateway(env), /may not read the vault: grant it with "grant sallyport_vault to/);
  await owned.asSuperuser(`grant ${vaultRole} to ${login}`);
  const gateway = await owned.gateway(env);
  assert.equal(await pay(gateway), 'completed');
  const { rows } = await gateway.database.vaultPool.query('select session_user as login');
  assert.deepEqual(rows, [{ login }]);
  await gateway.close();
  await owned.asSuperuser(`drop role ${login}`);
  await owned.drop();
});

test('the role is asked for beside options that the address has already', async () => {
  const gateway = await startTestGateway();
  const { connectionString } = gateway.testDatabase;
  const joined = connectionString.includes('?') ? '&' : '?';
  const pool = new Pool({
    connectionString: addressAs(`${connectionString}${joined}options=-c%20work_mem%3D5MB`, vaultRole),
    max: 1,
  });
  const { rows } = await pool.query(`select current_user as acting, current_setting('work_mem') as work_mem`);
  assert.deepEqual(rows, [{ acting: vaultRole, work_mem: '5MB' }]);
  await pool.end();
  await gateway.close();
});
