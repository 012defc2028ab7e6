import type { createLogger } from '../http/edge/logging.ts';

/** The one logger of the process: allow-listed fields, card numbers scrubbed. */
export type Log = ReturnType<typeof createLogger>;
