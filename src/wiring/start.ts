import { type AddressInfo, createServer } from 'node:net';
import type { Config } from '../config/config.ts';
import { isConnectionError } from '../http/edge/connection-errors.ts';
import type { EdgeServer } from '../http/edge/dialect.ts';
import { createMetrics, type Metrics, registerOperations } from '../http/edge/operations.ts';
import { createHttpServer } from '../http/edge/server.ts';
import { eximpeDescription } from '../http/eximpe/openapi/description.ts';
import { registerEximpe } from '../http/eximpe/register-eximpe.ts';
import { registerOpenApi } from '../http/openapi/register-openapi.ts';
import { registerStartPage } from '../http/start/register-start-page.ts';
import { registerThreeDsResults, resultsPath } from '../http/threeds/results.ts';
import { zafapayDescription } from '../http/zafapay/openapi/description.ts';
import { registerZafapay } from '../http/zafapay/register.ts';
import { systemRandom } from '../lib/random.ts';
import { registerSandboxPages } from '../sandbox/issuer/acs-routes.ts';
import { registerSandboxRoutes } from '../sandbox/routes.ts';
import { isMigrated } from '../store/migrate.ts';
import { createOrderStore } from '../store/orders.ts';
import { acknowledgeResult } from '../threeds/messages.ts';
import { parseAuthenticationResult, ThreeDsMessageError } from '../threeds/parse-messages.ts';
import type { Gateway } from '../usecases/gateway.ts';
import { isRootKeyUnavailable } from '../vault/vault-error.ts';
import { judgeEndpointUrl } from '../webhooks/address-guard.ts';
import { startSchedule } from '../workers/schedule.ts';
import { refreshCardLimitsWork } from '../workers/sweep-risk.ts';
import { buildGateway } from './build-gateway.ts';
import { Closers } from './closers.ts';
import { registerCoreMetrics } from './core-metrics.ts';
import { registerDemoMerchants } from './demo-merchants.ts';
import type { Log } from './log.ts';
import { type Core, openCore } from './open-core.ts';
import { type OpenDatabase, openDatabase } from './open-database.ts';
import { openSandboxWorld } from './sandbox-world.ts';
import { startPageFacts } from './start-page-facts.ts';
import { startWorkers, type Workers } from './start-workers.ts';
import { webhookFormats } from './webhook-formats.ts';

export interface StartOptions {
  readonly config: Config;
  readonly log: Log;
}

/** A gateway that runs in this process. */
export interface Sallyport {
  /** Where it listens, without a slash at the end. */
  readonly url: string;
  readonly core: Core;
  readonly gateway: Gateway;
  readonly metrics: Metrics;
  readonly database: OpenDatabase;
  /** Stops taking requests, lets those under way finish, stops the workers, and closes the database. */
  close(): Promise<void>;
}

/**
 * Starts the whole house in this process.
 *
 * Throws the errors of its rooms: ConfigError, EmbeddedPostgresError, MigrationError, ModeMismatch, VaultError,
 * NoAcquirerForLiveMoney, and Node's EADDRINUSE when the port is taken; each says what to do.
 */
export async function startSallyport(options: StartOptions): Promise<Sallyport> {
  const closers = new Closers();
  try {
    return await openAll(options, closers);
  } catch (error) {
    await closers.close();
    throw error;
  }
}

/** The only acquirer of this version is the pretend bank: it would tell real customers that they have paid. */
export class NoAcquirerForLiveMoney extends Error {
  readonly code = 'no_live_acquirer';

  constructor() {
    super(
      'live mode needs an acquirer, and this version has only the simulated one: unset SALLYPORT_MODE, or set it to sandbox',
    );
    this.name = 'NoAcquirerForLiveMoney';
  }
}

async function openAll(options: StartOptions, closers: Closers): Promise<Sallyport> {
  const { log } = options;
  if (options.config.mode === 'live') throw new NoAcquirerForLiveMoney();
  const config = await settlePort(options.config);
  const database = await openDatabase(config, log);
  closers.add(() => database.close());
  const core = await openCore(config, database, log);
  closers.add(() => core.cache.stop());
  if (config.mode === 'sandbox' && config.hostIsLoopback)
    await registerDemoMerchants(core.database, core.vault);

  const metrics = createMetrics();
  registerCoreMetrics(metrics, core, log);
  const server = createHttpServer({
    log,
    clock: core.clock,
    random: systemRandom,
    trustedProxies: config.trustedProxies,
    isUnavailable: (error) => isConnectionError(error) || isRootKeyUnavailable(error),
    observeRequest: metrics.observeRequest,
  });
  const own = `http://${config.host.includes(':') ? `[${config.host}]` : config.host}:${config.port}`;
  const world = await openSandboxWorld(config, database.pool, core.clock, () => config.publicUrl, log);
  closers.add(() => world.close());
  const running: { workers: Workers | null } = { workers: null };
  const gateway = buildGateway({ config, log }, core, world, closers, {
    resultsUrl: (token) => `${own}${resultsPath(token)}`,
    deliveriesWaiting: () => running.workers?.deliveriesWaiting(),
  });
  registerOperations(server, { metrics, checks: readinessChecks(core, database) });
  if (config.role !== 'worker') {
    mountDialects(config, server, core, gateway);
    followCardLimits(config, gateway, log, closers);
    mountSandbox(config, server, core, database, () => running.workers?.clockMoved());
  }
  if (config.role !== 'api') {
    running.workers = startWorkers({ config, log, core, gateway, metrics }, closers);
  }
  await server.listen({ host: config.host, port: config.port });
  closers.add(() => server.close());
  return { url: own, core, gateway, metrics, database, close: () => closers.close() };
}

/** Only live cards meet limits that another process may have set: the sandbox counts as it refuses. */
function followCardLimits(config: Config, gateway: Gateway, log: Log, closers: Closers): void {
  if (config.mode !== 'live') return;
  const work = refreshCardLimitsWork(gateway.cardLimiter, gateway.cardPace);
  const schedule = startSchedule(work, { random: systemRandom, log });
  closers.add(() => schedule.stop());
}

function readinessChecks(core: Core, database: OpenDatabase): Record<string, () => Promise<void>> {
  return {
    database: async () => {
      const { rows } = await database.pool.query<{ mode: string }>(
        "select current_setting('transaction_read_only') as mode",
      );
      if (rows[0]?.mode === 'on') throw new Error('the database takes no writes, as a standby does');
    },
    migrations: async () => {
      if (!(await isMigrated(database.pool)))
        throw new Error('the database lacks migrations of this version');
    },
    keys: async () => {
      await core.vault.prepare('mer_installation' as Parameters<typeof core.vault.prepare>[0]);
    },
  };
}

function mountDialects(config: Config, server: EdgeServer, core: Core, gateway: Gateway): void {
  const { publicUrl } = config;
  registerZafapay(server, {
    gateway,
    publicUrl,
    idempotencySecret: core.secrets.idempotency,
    checkoutSecret: core.secrets.checkout,
    sealText: (merchantId, owner, text) => core.vault.sealText(merchantId, owner, text),
    webhookFormats,
    judgeWebhookUrl: (url) => {
      const judged = judgeEndpointUrl(url, config.mode);
      return judged.kind === 'refused' ? judged.message : null;
    },
  });
  registerEximpe(server, {
    gateway,
    orders: createOrderStore(core.merchantDatabase),
    publicUrl,
    secretKey: core.secrets.eximpe,
  });
  registerOpenApi(server, {
    dialects: [zafapayDescription, eximpeDescription],
    publicUrl,
    random: gateway.random,
  });
  registerThreeDsResults(server, {
    gateway,
    parseResult: parseAuthenticationResult,
    isBadMessage: (error) => error instanceof ThreeDsMessageError,
    acknowledge: (result, resultsStatus) => ({
      ...acknowledgeResult({
        threeDSServerTransID: result.serverTransactionId,
        acsTransID: result.acsTransactionId,
        dsTransID: result.dsTransactionId,
      }),
      resultsStatus,
    }),
  });
}

function mountSandbox(
  config: Config,
  server: EdgeServer,
  core: Core,
  database: OpenDatabase,
  clockMoved: () => void,
): void {
  if (config.mode !== 'sandbox') return;
  const movableClock = {
    async advance(seconds: number): Promise<Date> {
      const now = await core.clock.advance(seconds);
      clockMoved();
      return now;
    },
  };
  registerStartPage(server, startPageFacts(config), systemRandom);
  registerSandboxRoutes(server, { pool: database.pool, clock: core.clock, movableClock });
  registerSandboxPages(server, { pool: database.pool, clock: core.clock, log: server.log });
}

/** A port of 0 asks the system for a free one; addresses of ours are made before we listen, so it is settled first. */
async function settlePort(config: Config): Promise<Config> {
  if (config.port !== 0) return config;
  const probe = createServer();
  await new Promise<void>((resolve, reject) => {
    probe.once('error', reject);
    probe.listen({ host: config.host, port: 0 }, resolve);
  });
  const { port } = probe.address() as AddressInfo;
  await new Promise<void>((resolve) => probe.close(() => resolve()));
  const publicUrl = config.publicUrl.endsWith(':0')
    ? config.publicUrl.replace(/:0$/, `:${port}`)
    : config.publicUrl;
  return { ...config, port, publicUrl };
}
