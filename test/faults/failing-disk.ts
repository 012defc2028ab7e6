import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';

/** A disk of its own, which a test can let fail: the system then takes no more writes to it, as it does with a real one. */
export interface FailingDisk {
  readonly folder: string;
  /** From here on every write is refused: Read-only file system. */
  fail(): void;
  /** Checks it and mounts it again; whoever worked on it must be gone. */
  repair(): void;
  remove(): void;
}

/** Makes an ext4 in a file and mounts it; where this user may not, the system's reason. */
export function mountFailingDisk(megabytes: number): FailingDisk | { readonly refusal: string } {
  const home = mkdtempSync(join(tmpdir(), 'sallyport-failing-'));
  const image = join(home, 'image');
  const folder = join(home, 'disk');
  mkdirSync(folder);
  writeFileSync(image, '');
  truncateSync(image, megabytes * 1024 * 1024);
  const mount = ['mount', '-o', 'loop,errors=remount-ro', image, folder];
  for (const [program = '', ...args] of [['mkfs.ext4', '-q', '-F', image], mount]) {
    const done = spawnSync(program, args, { encoding: 'utf8' });
    if (done.status === 0) continue;
    rmSync(home, { recursive: true });
    return { refusal: done.stderr?.trim() || String(done.error?.message) };
  }
  return {
    folder,
    fail() {
      const device = execFileSync('findmnt', ['-n', '-o', 'SOURCE', folder], { encoding: 'utf8' }).trim();
      writeFileSync(`/sys/fs/ext4/${basename(device)}/trigger_fs_error`, '1');
    },
    repair() {
      execFileSync('umount', [folder]);
      // 1 says that it mended something.
      const { status, stdout } = spawnSync('e2fsck', ['-p', image], { encoding: 'utf8' });
      if (status !== 0 && status !== 1) throw new Error(`e2fsck could not mend the disk: ${stdout}`);
      execFileSync('mount', mount.slice(1));
    },
    remove() {
      spawnSync('umount', ['-l', folder]);
      rmSync(home, { recursive: true, force: true });
    },
  };
}
