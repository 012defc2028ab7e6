import type { VaultKeys } from '../usecases/ports/vault.ts';
import { catchUpWithKeys } from '../usecases/rotate-vault-keys.ts';
import type { ScheduledWork } from './schedule.ts';

/**
 * Finishes rotations that nobody finished, and moves what a process that had not heard of a new key has sealed under the
 * older one meanwhile.
 */
export function rewrapKeysWork(vault: VaultKeys): ScheduledWork {
  return { name: 'rewrap-keys', intervalMs: 60_000, run: () => catchUpWithKeys(vault) };
}
