import { createLogger } from '../../src/http/edge/logging.ts';
import { createHttpServer } from '../../src/http/edge/server.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { startBank } from '../../src/sandbox/bank/start.ts';
import { registerSandboxPages } from '../../src/sandbox/issuer/acs-routes.ts';
import { createTestDatabase } from './database.ts';

/** One line of the bank's book. */
export interface BookLine {
  /** The attempt's. */
  readonly reference: string;
  /** The payment's. */
  readonly merchantReference: string;
  readonly status: string;
  readonly live: boolean;
  readonly captured: number;
  readonly refunded: number;
}

/** A bank whose book is in a database of its own, so that nothing done to the gateway's reaches it, with its issuer's pages. */
export interface OutsideBank {
  readonly url: string;
  readBook(): Promise<BookLine[]>;
  close(): Promise<void>;
}

/** Starts the bank; a gateway finds it by `SALLYPORT_ACQUIRER_URL`. */
export async function startOutsideBank(): Promise<OutsideBank> {
  const database = await createTestDatabase();
  const log = createLogger({ level: 'silent' });
  const pages = createHttpServer({ log, clock: systemClock });
  registerSandboxPages(pages, { pool: database.pool, clock: systemClock, log });
  const publicUrl = await pages.listen({ host: '127.0.0.1', port: 0 });
  // The key is the one that gateways show to a bank outside their process.
  const bank = await startBank({ pool: database.pool, log, apiKey: 'sandbox', publicUrl });
  return {
    url: bank.url,
    async readBook() {
      const { rows } = await database.pool.query<BookLine>(
        `select reference, merchant_reference as "merchantReference", status, live,
          captured::integer as captured, refunded::integer as refunded
        from sandbox_bank.authorizations order by number`,
      );
      return rows;
    },
    async close() {
      await bank.close();
      await pages.close();
      await database.drop();
    },
  };
}
