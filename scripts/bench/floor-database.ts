import { join } from 'node:path';
import { Client } from 'pg';
import { parseConfig } from '../../src/config/config.ts';
import { readEnv } from '../../src/config/env.ts';
import { createLogger } from '../../src/http/edge/logging.ts';
import { migrate } from '../../src/store/migrate.ts';
import { createPool } from '../../src/store/pool.ts';
import { buildGateway } from '../../src/wiring/build-gateway.ts';
import { Closers } from '../../src/wiring/closers.ts';
import { registerDemoMerchants } from '../../src/wiring/demo-merchants.ts';
import { openCore } from '../../src/wiring/open-core.ts';
import type { PaymentKind } from './cell.ts';
import { gatewayDatabase, type RunningGateway } from './gateway.ts';
import { type RecordedPayment, recordPayments } from './payment-statements.ts';

const floorDatabase = 'sallyport_floor';

/** A second database on the gateway's own server, so that the floor's rows are not among the gateway's. */
export interface FloorDatabase {
  readonly connectionString: string;
  readonly payments: Record<PaymentKind, RecordedPayment>;
}

/** Makes the floor's database with the same schema and merchants, and records there what a payment writes. */
export async function openFloorDatabase(gateway: RunningGateway, dataFolder: string): Promise<FloorDatabase> {
  const admin = new Client({ connectionString: gateway.connectionString(gatewayDatabase) });
  await admin.connect();
  await admin.query(`create database ${floorDatabase}`);
  await admin.end();
  const connectionString = gateway.connectionString(floorDatabase);
  const pool = createPool(connectionString, { max: 4 });
  try {
    await migrate(pool);
    const settings = { DATABASE_URL: connectionString, SALLYPORT_DATA: join(dataFolder, 'floor') };
    const config = parseConfig(readEnv(settings, []));
    const opened = {
      connectionString,
      pool,
      vaultPool: pool,
      onLost: () => undefined,
      close: async () => undefined,
    };
    const log = createLogger({ level: 'silent' });
    const core = await openCore(config, opened, log);
    await registerDemoMerchants(core.database, core.vault);
    const closers = new Closers();
    closers.add(() => core.cache.stop());
    // Nothing is sent anywhere: the recorded payments bring an acquirer of their own.
    const world = { url: 'http://127.0.0.1:1', apiKey: '' };
    const gateway = buildGateway({ config, log }, core, world, closers, {
      resultsUrl: () => world.url,
      deliveriesWaiting: () => undefined,
    });
    const payments = await recordPayments(core.database, gateway);
    await closers.close();
    return { connectionString, payments };
  } finally {
    await pool.end();
  }
}
