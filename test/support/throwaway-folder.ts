import { spawn } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Waits for the pipe from us to close, then removes the folder, again while a PostgreSQL in it is still ending. */
const CLEANER = `read -r _; for round in 1 2 3 4 5 6 7 8 9 10; do sleep 0.5; rm -rf "$1" 2>/dev/null && exit; done`;

/** Makes a folder that is removed soon after this process has ended, however it ends. */
export function makeThrowawayFolder(name: string): string {
  const folder = mkdtempSync(join(tmpdir(), `sallyport-${name}-`));
  const cleaner = spawn('/bin/sh', ['-c', CLEANER, 'cleaner', folder], {
    stdio: ['pipe', 'ignore', 'ignore'],
    cwd: '/',
    detached: true,
  });
  cleaner.unref();
  // Sockets of child processes have unref, though the stream's type does not say so.
  (cleaner.stdin as unknown as { unref(): void }).unref();
  return folder;
}
