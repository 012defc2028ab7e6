import type { Config } from '../config/config.ts';
import { systemRandom } from '../lib/random.ts';
import { createAuditLog } from '../store/audit-log.ts';
import { createCardPaceStore } from '../store/card-pace.ts';
import { createCardStore } from '../store/cards.ts';
import { createDatabase, type Database } from '../store/database.ts';
import { createFailedCardStore } from '../store/failed-cards.ts';
import { createFlowStore } from '../store/flows.ts';
import { createIdempotencyStore } from '../store/idempotency.ts';
import { bindInstallation, InstallationClock, installationSecret } from '../store/installation.ts';
import { createMerchantDirectory } from '../store/merchants.ts';
import { createPaymentStore } from '../store/payment-store.ts';
import { createRiskStore } from '../store/risk.ts';
import { createRiskRuleStore } from '../store/risk-rules.ts';
import { SettingsCache } from '../store/settings-cache.ts';
import { guardTenants } from '../store/tenant-guard.ts';
import { createWebhookStore } from '../store/webhooks.ts';
import type { Gateway } from '../usecases/gateway.ts';
import type { AuditLog } from '../usecases/ports/audit.ts';
import { CardLimiter } from '../usecases/risk/card-limiter.ts';
import { CardPace } from '../usecases/risk/card-pace.ts';
import { createVault } from '../vault/create-vault.ts';
import type { Vault } from '../vault/vault.ts';
import type { OpenDatabase } from './open-database.ts';
import { openConfiguredRootKeys, type TroubleLog } from './root-keys.ts';

/** The installation's key under which seals of the audit log are made. */
export const auditKeyPurpose = 'audit';

/** The house below its outside ports: stores, vault, clock. */
export interface Core {
  /** Where the root key lies, if it is a file. */
  readonly dataFolder: string;
  readonly database: Database;
  /** The same for stores that act on a merchant's behalf: each statement is confined to that merchant. */
  readonly merchantDatabase: Database;
  readonly clock: InstallationClock;
  readonly cache: SettingsCache;
  readonly vault: Vault;
  /** The database as the vault's role. */
  readonly vaultDatabase: Database;
  readonly audit: AuditLog;
  readonly secrets: { readonly idempotency: Buffer; readonly checkout: Buffer; readonly eximpe: Buffer };
  readonly stores: Pick<
    Gateway,
    | 'payments'
    | 'cards'
    | 'flows'
    | 'idempotency'
    | 'directory'
    | 'webhooks'
    | 'risk'
    | 'riskRules'
    | 'cardLimiter'
    | 'cardPace'
  >;
}

/** Opens everything that the database and the root key give; a key that does not belong to the database stops the start. */
export async function openCore(config: Config, opened: OpenDatabase, log: TroubleLog): Promise<Core> {
  const database = createDatabase(opened.pool);
  const merchantDatabase = guardTenants(database);
  const vaultDatabase = createDatabase(opened.vaultPool);
  await bindInstallation(database, config.mode);
  const clock = new InstallationClock(database);
  await clock.reload();
  const rootKeys = await openConfiguredRootKeys(config, vaultDatabase, log);
  const vault = createVault({
    database: vaultDatabase,
    rootKeys,
    mode: config.mode,
    clock,
    random: systemRandom,
  });
  const cache = new SettingsCache(opened.connectionString, () => void clock.reload().catch(() => undefined));
  await cache.start();
  const risk = createRiskStore(database, cache, await installationSecret(database, vault, 'risk'));
  return {
    dataFolder: config.dataFolder,
    database,
    merchantDatabase,
    vaultDatabase,
    clock,
    cache,
    vault,
    audit: createAuditLog(database, await installationSecret(database, vault, auditKeyPurpose)),
    secrets: {
      idempotency: await installationSecret(database, vault, 'idempotency'),
      checkout: await installationSecret(database, vault, 'checkout'),
      eximpe: await installationSecret(database, vault, 'eximpe'),
    },
    stores: {
      payments: createPaymentStore(merchantDatabase),
      cards: createCardStore(merchantDatabase),
      flows: createFlowStore(merchantDatabase, cache),
      idempotency: createIdempotencyStore(merchantDatabase, clock),
      directory: createMerchantDirectory(
        database,
        cache,
        clock,
        (merchantId, owner, sealed) => vault.openText(merchantId, owner, sealed),
        config.mode,
      ),
      webhooks: createWebhookStore(merchantDatabase),
      risk,
      riskRules: createRiskRuleStore(database),
      cardLimiter: new CardLimiter({ store: createFailedCardStore(database), hash: risk.hash, clock }),
      cardPace: new CardPace({ store: createCardPaceStore(database), hash: risk.hash, clock }),
    },
  };
}
