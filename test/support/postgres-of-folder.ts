import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

const POLL_MS = 20;

/** The process ids of every postmaster, backend and keeper that names the folder in its command line or works in it. */
export function postgresOfFolder(folder: string): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((name) => {
      const command = readOrEmpty(join('/proc', name, 'cmdline'));
      return command.includes('postgres') && command.includes(`${folder}/`);
    })
    .map(Number);
}

/** Waits until no PostgreSQL of the folder is left; true when that came within the limit. */
export async function noPostgresWithin(folder: string, limitMs: number): Promise<boolean> {
  const until = performance.now() + limitMs;
  while (postgresOfFolder(folder).length > 0) {
    if (performance.now() > until) return false;
    await delay(POLL_MS);
  }
  return true;
}

function readOrEmpty(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    // The process ended between the listing and this.
    return '';
  }
}
