import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { realpath } from 'node:fs/promises';
import { createConnection, createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { EmbeddedPostgresError } from './embedded-postgres-error.ts';

/** An owner whose launcher was killed notices within half a second and is then given this long to be gone. */
const WAIT_MS = 4_000;
const RETRY_MS = 100;

/** Releases the lock; it is also released by the kernel when this process ends in any way. */
export type OwnerLock = { release(): Promise<void> };

/**
 * Makes this process the only owner of a PostgreSQL folder, by listening on a local socket named after it.
 * On Linux the name is abstract: no file, nothing to clean up, taken and freed by the kernel.
 * Waits a few seconds for an owner that is just ending.
 *
 * @throws {EmbeddedPostgresError} when another live process owns the folder.
 */
export async function takeOwnerLock(folder: string): Promise<OwnerLock> {
  const path = await realpath(folder);
  const address = lockAddress(path);
  let server = (await listen(address)) ?? (await takeOver(address));
  for (let waitedMs = 0; server === null && waitedMs < WAIT_MS; waitedMs += RETRY_MS) {
    await delay(RETRY_MS);
    server = await listen(address);
  }
  if (server === null) {
    throw new EmbeddedPostgresError(
      `another Sallyport is running on ${path}: stop it first, or give this one a folder of its own with SALLYPORT_DATA`,
    );
  }
  server.unref();
  return {
    async release() {
      server.close();
      await once(server, 'close');
    },
  };
}

function lockAddress(path: string): string {
  if (process.platform !== 'linux') return join(path, 'owner.sock');
  return `\0sallyport-${createHash('sha256').update(path).digest('hex').slice(0, 32)}`;
}

async function listen(address: string): Promise<Server | null> {
  const server = createServer((socket) => socket.destroy());
  server.listen(address);
  try {
    await once(server, 'listening');
    return server;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EADDRINUSE') return null;
    throw error;
  }
}

/** A socket file outlives its process: when nobody answers on it, it is removed and taken. */
async function takeOver(address: string): Promise<Server | null> {
  if (address.startsWith('\0')) return null;
  const probe = createConnection(address);
  try {
    await once(probe, 'connect');
    return null;
  } catch {
    rmSync(address, { force: true });
    return listen(address);
  } finally {
    probe.destroy();
  }
}
