import type { Config } from '../config/config.ts';
import { findRunningPostgres } from '../embedded-postgres/running-postgres.ts';
import type { Gateway } from '../usecases/gateway.ts';
import { buildGateway } from './build-gateway.ts';
import { Closers } from './closers.ts';
import type { Log } from './log.ts';
import { type Core, openCore } from './open-core.ts';
import { openDatabase } from './open-database.ts';
import { openSandboxWorld } from './sandbox-world.ts';

/** The core and its acquirer for one command: nothing listens, and no worker runs. */
export interface CommandHouse {
  readonly core: Core;
  readonly gateway: Gateway;
  close(): Promise<void>;
}

/** Opens the house on the database of the settings, whether a gateway runs on it or not. */
export async function openCommand(config: Config, log: Log): Promise<CommandHouse> {
  const closers = new Closers();
  try {
    const databaseUrl = config.databaseUrl ?? findRunningPostgres(config.dataFolder);
    const database = await openDatabase({ ...config, databaseUrl }, log);
    closers.add(() => database.close());
    const core = await openCore(config, database, log);
    closers.add(() => core.cache.stop());
    const world = await openSandboxWorld(config, database.pool, core.clock, () => config.publicUrl, log);
    closers.add(() => world.close());
    const gateway = buildGateway({ config, log }, core, world, closers, {
      resultsUrl: (token) => `${config.publicUrl}/3ds/results/${token}`,
      // The running gateway looks for deliveries by itself.
      deliveriesWaiting: () => undefined,
    });
    return { core, gateway, close: () => closers.close() };
  } catch (error) {
    await closers.close();
    throw error;
  }
}
