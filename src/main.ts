import { ConfigError, parseConfig } from './config/config.ts';
import { readEnv } from './config/env.ts';
import { createLogger } from './http/edge/logging.ts';
import { printBanner } from './wiring/banner.ts';
import { startSallyport } from './wiring/start.ts';
import { explainStartFailure } from './wiring/start-failure.ts';

/** Starts the gateway and stays until it is told to stop. Exit codes: 0 stopped, 1 could not start or broke, 2 bad settings. */
async function main(): Promise<void> {
  const config = parseConfig(readEnv(process.env, process.argv.slice(2)));
  const log = createLogger({ level: config.logLevel });
  const sallyport = await startSallyport({ config, log });
  let stopping = false;
  const stop = async (why: string, code: number): Promise<void> => {
    if (stopping) return;
    stopping = true;
    log.info(`stopping: ${why}`);
    await sallyport.close();
    process.exit(code);
  };
  process.on('SIGINT', () => void stop('interrupted', 0));
  process.on('SIGTERM', () => void stop('asked to', 0));
  sallyport.database.onLost((reason) => void stop(`the database is gone: ${reason}`, 1));
  printBanner(config, sallyport.url);
}

main().catch((error: unknown) => {
  process.stderr.write(`${explainStartFailure(error)}\n`);
  process.exit(error instanceof ConfigError ? 2 : 1);
});
