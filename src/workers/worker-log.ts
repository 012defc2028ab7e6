import type { BaseLogger } from 'pino';

/** What a worker tells its operator. */
export type WorkerLog = Pick<BaseLogger, 'info' | 'warn' | 'error'>;
