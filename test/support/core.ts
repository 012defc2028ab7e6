import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createSimulatorAcquirer } from '../../src/acquirers/simulator/adapter.ts';
import { parseConfig } from '../../src/config/config.ts';
import { readEnv } from '../../src/config/env.ts';
import type { Merchant } from '../../src/domain/merchant.ts';
import { createLogger } from '../../src/http/edge/logging.ts';
import { systemRandom } from '../../src/lib/random.ts';
import { Secret } from '../../src/lib/secret.ts';
import { startBank } from '../../src/sandbox/bank/start.ts';
import { createBinDirectory } from '../../src/store/bins.ts';
import { createDirectoryClient } from '../../src/threeds/directory-client.ts';
import type { Gateway } from '../../src/usecases/gateway.ts';
import { registerDemoMerchants } from '../../src/wiring/demo-merchants.ts';
import { type Core, openCore } from '../../src/wiring/open-core.ts';
import { cardAcceptance } from '../../src/wiring/sandbox-world.ts';
import { createTestDatabase, type TestDatabase } from './database.ts';

/** The core with its real stores, vault and bank, but no HTTP of its own: for rules that no dialect owns. */
export interface TestCore {
  readonly gateway: Gateway;
  readonly core: Core;
  readonly database: TestDatabase;
  readonly merchant: Merchant;
  readonly other: Merchant;
  close(): Promise<void>;
}

export async function startTestCore(): Promise<TestCore> {
  const database = await createTestDatabase();
  const dataFolder = await mkdtemp(join(tmpdir(), 'sallyport-core-'));
  const config = parseConfig(
    readEnv({ DATABASE_URL: database.connectionString, SALLYPORT_DATA: dataFolder }, []),
  );
  const log = createLogger({ level: 'silent' });
  const opened = {
    connectionString: database.connectionString,
    pool: database.pool,
    vaultPool: database.pool,
    onLost: () => undefined,
    close: async () => undefined,
  };
  const core = await openCore(config, opened, log);
  await registerDemoMerchants(core.database, core.vault);
  const apiKey = randomBytes(16).toString('hex');
  const bank = await startBank({
    pool: database.pool,
    clock: core.clock,
    log,
    apiKey,
    publicUrl: 'http://127.0.0.1:1',
  });
  const acquirer = createSimulatorAcquirer({ url: bank.url, apiKey, deadlineMs: 1500 });
  const authenticator = createDirectoryClient({ url: bank.url, apiKey });
  const gateway: Gateway = {
    mode: 'sandbox',
    clock: core.clock,
    random: systemRandom,
    ...core.stores,
    vault: core.vault,
    acquirer,
    authenticator,
    acceptance: cardAcceptance('sandbox'),
    bins: createBinDirectory(core.database, { testIssuers: true }),
    newRefundNumber: () => null,
    resultsUrl: (token) => `http://127.0.0.1:1/3ds/results/${token}`,
    deliveriesWaiting: () => undefined,
    inBackground: (_what, work) => void work(),
  };
  const merchant = (await core.stores.directory.findByKey(new Secret('sk_test_demo')))?.merchant;
  const other = (await core.stores.directory.findByKey(new Secret('sk_test_other')))?.merchant;
  if (!merchant || !other) throw new Error('the demonstration merchants are missing');
  return {
    gateway,
    core,
    database,
    merchant,
    other,
    async close() {
      await acquirer.close();
      await authenticator.close();
      await bank.close();
      await core.cache.stop();
      await database.drop();
      await rm(dataFolder, { recursive: true, force: true });
    },
  };
}
