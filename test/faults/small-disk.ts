import { execFileSync, spawnSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A disk of a few megabytes that a test can fill up and clear again. */
export interface SmallDisk {
  readonly folder: string;
  /** Writes until not one block is left. */
  fill(): void;
  clear(): void;
  remove(): void;
}

/** Mounts one in memory; null where this user may not mount, with the system's reason. */
export function mountSmallDisk(megabytes: number): SmallDisk | { readonly refusal: string } {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-disk-'));
  const mount = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m,mode=755`, 'tmpfs', folder], {
    encoding: 'utf8',
  });
  if (mount.status !== 0) {
    rmSync(folder, { recursive: true });
    return { refusal: mount.stderr?.trim() || String(mount.error?.message) };
  }
  const ballast = join(folder, 'ballast');
  return {
    folder,
    fill() {
      const file = openSync(ballast, 'a');
      for (const size of [1 << 20, 4096]) {
        try {
          for (const block = Buffer.alloc(size); ; ) writeSync(file, block);
        } catch (error) {
          if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
        }
      }
      closeSync(file);
    },
    clear: () => rmSync(ballast, { force: true }),
    remove() {
      execFileSync('umount', ['-l', folder]);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
