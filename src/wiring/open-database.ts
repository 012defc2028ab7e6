import { randomBytes } from 'node:crypto';
import type { Pool } from 'pg';
import type { Config } from '../config/config.ts';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../embedded-postgres/embedded-postgres.ts';
import {
  addressAs,
  addressOf,
  gatewayRole,
  letRolesLogIn,
  prepareRoles,
  proveRole,
  proveVaultLogin,
  type Roles,
  vaultRole,
} from '../store/database-roles.ts';
import { migrate } from '../store/migrate.ts';
import { createPool } from '../store/pool.ts';
import type { Log } from './log.ts';

export interface OpenDatabase {
  /** Of sessions with the gateway's rights; holds a password. */
  readonly connectionString: string;
  /** Of the gateway, which cannot read what is sealed in the vault. */
  readonly pool: Pool;
  /** Of the vault alone; the same as `pool` where the server does not let us keep them apart. */
  readonly vaultPool: Pool;
  /** Told when the embedded PostgreSQL ended and could not be brought back. */
  onLost(listener: (reason: string) => void): void;
  close(): Promise<void>;
}

interface Addresses {
  readonly gateway: string;
  readonly vault: string;
}

/** The vault reads one card per payment, in a fraction of the time that the rest of it takes. */
const vaultShare = 4;
/** Five seconds more than a statement may run: whoever is silent for longer is gone. */
const answerTimeoutMs = 35_000;

/** Opens the database that the settings name, or the embedded one, and brings schema and rights up to date. */
export async function openDatabase(config: Config, log: Log): Promise<OpenDatabase> {
  const embedded = config.databaseUrl
    ? null
    : await startEmbeddedPostgres({ dataFolder: config.dataFolder, log });
  const pools: Pool[] = [];
  let closing = false;
  const close = async (): Promise<void> => {
    closing = true;
    for (const pool of pools) await pool.end();
    await embedded?.stop();
  };
  const open = (connectionString: string, max: number): Pool => {
    const pool = createPool(connectionString, {
      max,
      answerTimeoutMs,
      onIdleError: (error) => {
        // The embedded server hangs up on connections that are being closed.
        if (!closing) log.warn({ err: error }, 'an idle database connection broke; the pool replaces it');
      },
    });
    pools.push(pool);
    return pool;
  };
  try {
    const addresses = await prepare(config, embedded, log);
    const pool = open(addresses.gateway, config.databasePool);
    const apart = addresses.vault !== addresses.gateway;
    const vaultPool = apart
      ? open(addresses.vault, Math.max(2, Math.ceil(config.databasePool / vaultShare)))
      : pool;
    if (apart) await proveApart(config, pool, vaultPool);
    return {
      connectionString: addresses.gateway,
      pool,
      vaultPool,
      onLost: (listener) => embedded?.onExit(listener),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** What only the owner of the database may do; answers the addresses of those who may less. */
async function prepare(config: Config, embedded: EmbeddedPostgres | null, log: Log): Promise<Addresses> {
  const owned = config.databaseUrl ?? embedded?.connectionString ?? '';
  const owner = createPool(owned, { max: 1 });
  try {
    const { applied } = await migrate(owner);
    for (const name of applied) log.info(`applied migration ${name}`);
    await owner.query('select vault.continue_openings()');
    const roles = await prepareRoles(owner, config.mode);
    if (roles.kind === 'separate' && embedded) return await logIns(owner, owned);
    return addressesFor(config, owned, roles, log);
  } finally {
    await owner.end();
  }
}

/** The embedded server is ours alone, so its roles log in: with passwords that this process makes and nobody keeps. */
async function logIns(owner: Pool, owned: string): Promise<Addresses> {
  const [gateway, vault] = [randomBytes(24).toString('hex'), randomBytes(24).toString('hex')];
  await letRolesLogIn(owner, { [gatewayRole]: gateway, [vaultRole]: vault });
  return { gateway: addressOf(owned, gatewayRole, gateway), vault: addressOf(owned, vaultRole, vault) };
}

function addressesFor(config: Config, owned: string, roles: Roles, log: Log): Addresses {
  if (roles.kind === 'separate') {
    return {
      gateway: addressAs(owned, gatewayRole),
      vault: config.databaseVaultUrl ?? addressAs(owned, vaultRole),
    };
  }
  log.warn(
    `gateway and vault share one database user, because ${roles.reason}: card numbers stay sealed, but the database does not keep the two apart. docs/security.md says which rights to give`,
  );
  return { gateway: owned, vault: config.databaseVaultUrl ?? owned };
}

async function proveApart(config: Config, pool: Pool, vaultPool: Pool): Promise<void> {
  if (config.databaseVaultUrl !== null) return proveVaultLogin(vaultPool);
  await proveRole(pool, gatewayRole);
  await proveRole(vaultPool, vaultRole);
}
