import { DatabaseError, type Pool, type PoolClient } from 'pg';

/** Reads and writes everything but sealed numbers, codes and keys; those it can add and delete, not read. */
export const gatewayRole = 'sallyport_gateway';
/** Reads sealed numbers, codes and keys, and nothing outside the schema `vault`. */
export const vaultRole = 'sallyport_vault';

/** Held while rights are given, so that of several processes starting at once one works and the others wait. */
const rightsLock = 7_253_509_611_007n;
/** `grant maintain`, by which the vault may rewrite the table of destroyed keys, came with it. */
const serverVersionMin = 170_000;

/** `shared`: everything runs as the connection's own user, for the reason given. */
export type Roles = { readonly kind: 'separate' } | { readonly kind: 'shared'; readonly reason: string };

const insufficientPrivilege = '42501';
/** Another process, perhaps of another database on this server, made the role at the same moment. */
const alreadyThere = ['42710', '23505'];

/**
 * Makes the two roles if the server lacks them, lets this user act as them, and gives them their rights in this database.
 * To be called at start by the database's owner, after the migrations; whatever stands already is left as it is.
 */
export async function prepareRoles(pool: Pool, mode: 'sandbox' | 'live'): Promise<Roles> {
  const client = await pool.connect();
  try {
    const { rows } = await client.query<{ version: number }>(
      `select current_setting('server_version_num')::integer as version`,
    );
    if ((rows[0]?.version ?? 0) < serverVersionMin)
      return { kind: 'shared', reason: 'the server is older than PostgreSQL 17' };
    for (const role of [gatewayRole, vaultRole]) await ensureRole(client, role);
    await giveRights(client, mode);
    return { kind: 'separate' };
  } catch (error) {
    if (!(error instanceof DatabaseError) || error.code !== insufficientPrivilege) throw error;
    return { kind: 'shared', reason: error.message };
  } finally {
    client.release();
  }
}

async function ensureRole(client: PoolClient, role: string): Promise<void> {
  const { rowCount } = await client.query('select 1 from pg_roles where rolname = $1', [role]);
  if (rowCount === 0) {
    await client.query(`create role ${role} nologin`).catch((error: unknown) => {
      if (!(error instanceof DatabaseError) || !alreadyThere.includes(error.code ?? '')) throw error;
    });
  }
  const { rows } = await client.query<{ may: boolean }>(`select pg_has_role($1, 'SET') as may`, [role]);
  if (rows[0]?.may !== true) await client.query(`grant ${role} to current_user with set true, inherit false`);
}

async function giveRights(client: PoolClient, mode: 'sandbox' | 'live'): Promise<void> {
  const statements = [...gatewayRights, ...vaultRights, ...(mode === 'sandbox' ? sandboxRights : [])];
  await client.query('begin');
  try {
    await client.query('select pg_advisory_xact_lock($1)', [rightsLock]);
    await client.query(statements.join(';\n'));
    await client.query('commit');
  } catch (error) {
    await client.query('rollback').catch(() => undefined);
    throw error;
  }
}

const gatewayRights = [
  `grant usage on schema public, vault to ${gatewayRole}`,
  `grant select, insert, update, delete on all tables in schema public to ${gatewayRole}`,
  `grant usage on all sequences in schema public to ${gatewayRole}`,
  // Tables that a later import makes anew.
  `alter default privileges in schema public grant select, insert, update, delete on tables to ${gatewayRole}`,
  `revoke update, delete on audit_log from ${gatewayRole}`,
  `revoke insert, update, delete on schema_migrations from ${gatewayRole}`,
  // The first and the last commit of a payment write these rows; what is sealed in them only the vault reads.
  `grant insert, delete on vault.pans, vault.cvcs to ${gatewayRole}`,
  `grant select (card_id, merchant_id, key_version, created_at) on vault.pans to ${gatewayRole}`,
  // A code waits for a cardholder who is at the issuer; an update of one column is also what "for update" asks for.
  `grant select (card_id, merchant_id, key_day, expires_at), update (card_id, expires_at) on vault.cvcs to ${gatewayRole}`,
  `grant select, insert on vault.openings to ${gatewayRole}`,
  `grant select on vault.opening_positions to ${gatewayRole}`,
];

const vaultRights = [
  `grant usage on schema vault to ${vaultRole}`,
  `grant select, update (sealed, key_version) on vault.pans to ${vaultRole}`,
  `grant select, delete on vault.cvcs to ${vaultRole}`,
  `grant select on vault.openings to ${vaultRole}`,
  `grant select, insert, update on vault.merchant_keys to ${vaultRole}`,
  `grant select, insert, delete, maintain on vault.cvc_keys to ${vaultRole}`,
  `grant select, insert on vault.root_keys to ${vaultRole}`,
];

/** The pretend bank lives in this process and keeps its book through its connections. */
const sandboxRights = [
  `grant usage on schema sandbox_bank to ${gatewayRole}`,
  `grant select, insert, update, delete on all tables in schema sandbox_bank to ${gatewayRole}`,
  `grant usage on all sequences in schema sandbox_bank to ${gatewayRole}`,
];

/**
 * Lets the two roles log in with these passwords: for a server that nobody else uses, whose owner is told to nobody. A
 * session that began as a role cannot become its owner again, as one that was switched to it can.
 */
export async function letRolesLogIn(pool: Pool, passwords: Readonly<Record<string, string>>): Promise<void> {
  for (const [role, password] of Object.entries(passwords)) {
    const { rows } = await pool.query<{ statement: string }>(
      `select format('alter role %I login password %L', $1::text, $2::text) as statement`,
      [role, password],
    );
    await pool.query(rows[0]?.statement ?? '');
  }
}

/** The connection string with another user and password. */
export function addressOf(connectionString: string, user: string, password: string): string {
  return connectionString.replace(/\/\/[^@/]*@/, () => `//${user}:${encodeURIComponent(password)}@`);
}

/** The connection string of sessions that act as `role` from their first statement on. */
export function addressAs(connectionString: string, role: string): string {
  const setting = encodeURIComponent(`-c role=${role}`);
  if (/[?&]options=/.test(connectionString))
    return connectionString.replace(/([?&]options=[^&]*)/, (options) => `${options}%20${setting}`);
  return `${connectionString}${connectionString.includes('?') ? '&' : '?'}options=${setting}`;
}

/** A pooler between us and the server dropped what the address asks for, or the login is not what it should be. */
export class WrongDatabaseRole extends Error {
  readonly code = 'wrong_database_role';

  constructor(message: string) {
    super(message);
    this.name = 'WrongDatabaseRole';
  }
}

/**
 * Proves that connections of `pool` act as they should.
 *
 * @throws {WrongDatabaseRole} saying what is wrong and what to do.
 */
export async function proveRole(pool: Pool, role: string): Promise<void> {
  const { rows } = await pool.query<{ acting: string }>('select current_user as acting');
  if (rows[0]?.acting === role) return;
  throw new WrongDatabaseRole(
    `connections act as ${rows[0]?.acting}, not as ${role}: a pooler between here and the server drops the startup option "role"; let DATABASE_URL name the server itself`,
  );
}

/**
 * Proves that the login given for the vault can read what the vault reads.
 *
 * @throws {WrongDatabaseRole} saying what is wrong and what to do.
 */
export async function proveVaultLogin(pool: Pool): Promise<void> {
  const { rows } = await pool.query<{ acting: string; reads: boolean }>(
    `select current_user as acting, has_schema_privilege('vault', 'usage')
       and has_column_privilege('vault.pans', 'sealed', 'select')
       and has_table_privilege('vault.merchant_keys', 'select, insert') as reads`,
  );
  if (rows[0]?.reads === true) return;
  throw new WrongDatabaseRole(
    `the user ${rows[0]?.acting} of DATABASE_VAULT_URL may not read the vault: grant it with "grant ${vaultRole} to ${rows[0]?.acting}"`,
  );
}
