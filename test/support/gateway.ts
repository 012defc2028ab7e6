import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseConfig } from '../../src/config/config.ts';
import { readEnv } from '../../src/config/env.ts';
import { createLogger } from '../../src/http/edge/logging.ts';
import { type Sallyport, startSallyport } from '../../src/wiring/start.ts';
import { type AnswerCheck, watchAnswers } from './answer-check.ts';
import { createTestDatabase, type TestDatabase } from './database.ts';

/** A whole gateway in sandbox mode, with bank, workers and demonstration merchants, on a database of its own. */
export interface TestGateway extends Sallyport {
  readonly testDatabase: TestDatabase;
  /** Everything it logged, line by line. */
  readonly logLines: readonly string[];
  /** Holds each of its answers against the published contract; `close` throws when one was not as published. */
  readonly answers: AnswerCheck;
}

export interface TestGatewayOptions {
  /** Environment variables besides those of the database and port. */
  readonly env?: Readonly<Record<string, string>>;
  /** How long the bank may take to answer, 2500 ms unless told. */
  readonly acquirerDeadlineMs?: number;
  /** Another gateway's database, to run a second process's worth on it. */
  readonly shares?: TestGateway;
}

/** Starts a gateway on a free loopback port; `close` stops it and drops its database. */
export async function startTestGateway(options: TestGatewayOptions = {}): Promise<TestGateway> {
  const testDatabase = options.shares?.testDatabase ?? (await createTestDatabase());
  const dataFolder = options.shares?.core.dataFolder ?? (await mkdtemp(join(tmpdir(), 'sallyport-gateway-')));
  const config = parseConfig(
    readEnv(
      {
        DATABASE_URL: testDatabase.connectionString,
        SALLYPORT_DATA: dataFolder,
        PORT: '0',
        SALLYPORT_ACQUIRER_DEADLINE_MS: String(options.acquirerDeadlineMs ?? 2500),
        ...options.env,
      },
      [],
    ),
  );
  const logLines: string[] = [];
  const log = createLogger({ level: 'info', destination: { write: (line) => void logLines.push(line) } });
  const { started: sallyport, check } = await watchAnswers(() => startSallyport({ config, log }));
  return {
    ...sallyport,
    testDatabase,
    logLines,
    answers: check,
    async close() {
      await sallyport.close();
      if (!options.shares) {
        await testDatabase.drop();
        await rm(dataFolder, { recursive: true, force: true });
      }
      check.assertAllAsPublished();
    },
  };
}
