import { randomBytes } from 'node:crypto';
import type { Pool } from 'pg';
import type { Config } from '../config/config.ts';
import { type Bank, startBank } from '../sandbox/bank/start.ts';
import { isListedTestCard } from '../sandbox/listed.ts';
import type { InstallationClock } from '../store/installation.ts';
import type { CardAcceptance } from '../usecases/gateway.ts';
import type { Log } from './log.ts';

/** Where the pretend bank and issuer are reached, and how to leave. */
export interface SandboxWorld {
  readonly url: string;
  readonly apiKey: string;
  close(): Promise<void>;
}

/** Starts the pretend bank on a port of its own, unless the settings name one that runs elsewhere. */
export async function openSandboxWorld(
  config: Config,
  pool: Pool,
  clock: InstallationClock,
  publicUrl: () => string,
  log: Log,
): Promise<SandboxWorld> {
  if (config.acquirerUrl) return { url: config.acquirerUrl, apiKey: 'sandbox', close: async () => undefined };
  const apiKey = randomBytes(24).toString('base64url');
  const bank: Bank = await startBank({ pool, clock, log, apiKey, publicUrl });
  return { url: bank.url, apiKey, close: () => bank.close() };
}

/** Which numbers may be used in which mode. */
export function cardAcceptance(mode: Config['mode']): CardAcceptance {
  return {
    judge(pan) {
      const listed = isListedTestCard(pan);
      if (mode === 'live') return listed ? 'test_card_in_live' : 'accepted';
      return listed ? 'accepted' : 'real_card_in_sandbox';
    },
  };
}
