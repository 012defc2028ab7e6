import { spawnSync } from 'node:child_process';
import { readFileSync, type Stats, statSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Binaries } from './binaries.ts';
import { EmbeddedPostgresError } from './embedded-postgres-error.ts';

/** The account PostgreSQL runs as; null is our own. */
export type Account = { readonly uid: number; readonly gid: number };

/** How a program is started as an account: a command in front of it, or ids for the spawn itself. */
export type Launch = { readonly prefix: readonly string[]; readonly spawnAs?: Account };

const WAYS_OUT =
  'run Sallyport as an ordinary user, move it to a folder that others may enter, or set DATABASE_URL';
/** Bits of the Linux capability sets (capabilities(7)). */
const CAP_DAC_OVERRIDE = 1n << 1n;
const CAP_DAC_READ_SEARCH = 1n << 2n;

/**
 * Chooses the account for PostgreSQL, which refuses to run as root: ours when we are not root, else the owner of an
 * existing cluster, else `postgres`, else `nobody`.
 *
 * @throws {EmbeddedPostgresError} when we are root and there is no account to step down to.
 */
export function chooseAccount(clusterFolder: string): Account | null {
  if (process.getuid?.() !== 0) return null;
  const owner = statOrNull(clusterFolder);
  if (owner !== null && owner.uid !== 0) return { uid: owner.uid, gid: owner.gid };
  for (const name of ['postgres', 'nobody']) {
    const uid = accountId(['-u', name]);
    const gid = accountId(['-g', name]);
    if (uid !== null && gid !== null) return { uid, gid };
  }
  throw new EmbeddedPostgresError(
    `PostgreSQL refuses to run as root, and there is no user postgres or nobody: ${WAYS_OUT}`,
  );
}

function statOrNull(path: string): Stats | null {
  return statSync(path, { throwIfNoEntry: false }) ?? null;
}

function accountId(args: string[]): number | null {
  const result = spawnSync('id', args, { encoding: 'utf8' });
  const id = Number(result.stdout?.trim() || 'none');
  return result.status === 0 && Number.isSafeInteger(id) && id > 0 ? id : null;
}

/**
 * Tells how to start PostgreSQL as `account`. Where that account cannot enter the folders above the programs or the
 * data (a clone under /root, say), it is given the one capability to pass through them, and nothing else.
 *
 * @throws {EmbeddedPostgresError} when it cannot enter them and the capability cannot be given.
 */
export function chooseLaunch(account: Account | null, binaries: Binaries, dataFolder: string): Launch {
  if (account === null) return { prefix: [] };
  const needed = [binaries.initdb, binaries.postgres, dirname(dirname(binaries.postgres)), dataFolder];
  if (canEnter({ prefix: [], spawnAs: account }, needed)) return { prefix: [], spawnAs: account };
  const capability = passThroughCapability();
  if (capability !== null) {
    const launch = { prefix: setprivCommand(account, capability) };
    if (canEnter(launch, needed)) return launch;
  }
  throw new EmbeddedPostgresError(
    `PostgreSQL refuses to run as root, and user ${account.uid} cannot enter ${dataFolder} or ` +
      `${dirname(binaries.postgres)} (setpriv from util-linux could not help): ${WAYS_OUT}`,
  );
}

function canEnter(launch: Launch, paths: readonly string[]): boolean {
  // Names the first path in "$@" that cannot be passed; test -x asks the kernel, so access lists count too.
  const script = 'for path in "$@"; do test -x "$path" || exit 1; done';
  const [program = '', ...args] = [...launch.prefix, '/bin/sh', '-c', script, 'sh', ...paths];
  return spawnSync(program, args, { cwd: '/', stdio: 'ignore', ...(launch.spawnAs ?? {}) }).status === 0;
}

function passThroughCapability(): string | null {
  if (process.platform !== 'linux') return null;
  const status = readFileSync('/proc/self/status', 'utf8');
  const permitted = BigInt(`0x${/^CapPrm:\s*([0-9a-f]+)$/m.exec(status)?.[1] ?? '0'}`);
  if (permitted & CAP_DAC_READ_SEARCH) return 'dac_read_search';
  if (permitted & CAP_DAC_OVERRIDE) return 'dac_override';
  return null;
}

/** initdb asks access(), which ignores capabilities of a changed real user id unless no_setuid_fixup is set. */
function setprivCommand(account: Account, capability: string): string[] {
  const ids = [`--reuid=${account.uid}`, `--regid=${account.gid}`, '--clear-groups'];
  const grants = [`--inh-caps=+${capability}`, `--ambient-caps=+${capability}`];
  return ['setpriv', '--securebits=+no_setuid_fixup', ...ids, ...grants];
}
