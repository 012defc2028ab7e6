import type { AddressInfo } from 'node:net';
import { Pool } from 'pg';
import { type Clock, systemClock } from '../../lib/clock.ts';
import type { SandboxLog } from '../log.ts';
import { createBankServer } from './service.ts';

/** A database of the caller's, or an address to open connections to. */
export type BankDatabase = { readonly pool: Pool } | { readonly connectionString: string };

export type BankOptions = BankDatabase & {
  /** 0, the default, lets the system choose. */
  readonly port?: number;
  readonly clock?: Clock;
  readonly log: SandboxLog;
  /** What callers must show in `x-api-key`. */
  readonly apiKey: string;
  /** Where browsers reach the issuer's pages; a function when it is known only later. */
  readonly publicUrl: string | (() => string);
};

export interface Bank {
  readonly url: string;
  /** Hangs up on everybody, and closes the connections that it opened itself. */
  close(): Promise<void>;
}

const ownConnectionsMax = 10;

/** Opens the simulated bank on a loopback port; its schema `sandbox_bank` must be migrated. */
export async function startBank(options: BankOptions): Promise<Bank> {
  const own =
    'pool' in options
      ? undefined
      : new Pool({ connectionString: options.connectionString, max: ownConnectionsMax });
  own?.on('error', (error) =>
    options.log.warn({ err: error }, 'an idle connection of the simulated bank broke'),
  );
  const pool = 'pool' in options ? options.pool : own;
  if (pool === undefined) throw new Error('startBank: expected a pool or a connection string');
  const { publicUrl } = options;
  const server = createBankServer({
    pool,
    clock: options.clock ?? systemClock,
    log: options.log,
    apiKey: options.apiKey,
    publicUrl: typeof publicUrl === 'string' ? () => publicUrl : publicUrl,
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host: '127.0.0.1', port: options.port ?? 0, backlog: 1024 }, resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
      await own?.end();
    },
  };
}
