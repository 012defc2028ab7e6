import type { MerchantId } from '../domain/ids.ts';
import type { Mode } from '../domain/merchant.ts';
import type { Clock } from '../lib/clock.ts';
import { type Random, systemRandom } from '../lib/random.ts';
import { Secret } from '../lib/secret.ts';
import type { Database } from './database.ts';

/** The database was made for the other mode: test and live objects never share one. */
export class ModeMismatch extends Error {
  readonly code = 'mode_mismatch';

  constructor(stored: string, wanted: Mode) {
    super(
      `this database belongs to a ${stored} installation and cannot be used in ${wanted} mode: set SALLYPORT_MODE=${stored}, or point DATABASE_URL or SALLYPORT_DATA elsewhere`,
    );
    this.name = 'ModeMismatch';
  }
}

/**
 * Binds the database to `mode` at first start.
 *
 * @throws {ModeMismatch} when it belongs to the other mode.
 */
export async function bindInstallation(database: Database, mode: Mode): Promise<void> {
  await database.query({
    name: 'bind-installation',
    text: 'insert into installation (mode) values ($1) on conflict do nothing',
    values: [mode],
  });
  const { rows } = await database.query<{ mode: string }>({
    name: 'read-installation-mode',
    text: 'select mode from installation',
    values: [],
  });
  const stored = rows[0]?.mode ?? mode;
  if (stored !== mode) throw new ModeMismatch(stored, mode);
}

/** The business clock: the machine's time plus an offset that is stored, so that it survives a restart. */
export class InstallationClock implements Clock {
  #offsetMs = 0;
  /** How often this process moved the clock. */
  #moves = 0;
  #readsBegun = 0;
  #readLast = 0;
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  now(): Date {
    return new Date(Date.now() + this.#offsetMs);
  }

  /** Reads the stored offset; to be called at start and when another process moved the clock. */
  async reload(): Promise<void> {
    const moves = this.#moves;
    this.#readsBegun += 1;
    const read = this.#readsBegun;
    const { rows } = await this.#database.query<{ clock_offset_ms: bigint }>({
      name: 'read-clock',
      text: 'select clock_offset_ms from installation',
      values: [],
    });
    // Answers overtake one another: one that is older than our own move, or than a later reading, would set the clock back.
    if (moves !== this.#moves) return this.reload();
    if (read < this.#readLast) return;
    this.#readLast = read;
    this.#offsetMs = Number(rows[0]?.clock_offset_ms ?? 0n);
  }

  /** Moves the clock forward by `seconds`, for good and for every process; answers the new time. */
  async advance(seconds: number): Promise<Date> {
    const { rows } = await this.#database.query<{ clock_offset_ms: bigint }>({
      name: 'advance-clock',
      text: 'update installation set clock_offset_ms = clock_offset_ms + $1 returning clock_offset_ms',
      values: [Math.round(seconds * 1000)],
    });
    this.#moves += 1;
    this.#offsetMs = Number(rows[0]?.clock_offset_ms ?? 0n);
    return this.now();
  }
}

/** The vault's half of keeping a secret. */
export interface TextSealer {
  sealText(merchantId: MerchantId, owner: string, text: Secret<string>): Promise<Buffer>;
  openText(merchantId: MerchantId, owner: string, blob: Buffer): Promise<Secret<string>>;
}

/** Secrets of the installation are sealed as if it were a merchant of its own. */
const installationOwner = 'mer_installation' as MerchantId;

/** The installation's own 32-byte key for `purpose`: made once, the same in every process and for good. */
export async function installationSecret(
  database: Database,
  sealer: TextSealer,
  purpose: string,
  random: Random = systemRandom,
): Promise<Buffer> {
  const owner = `installation:${purpose}`;
  const fresh = new Secret(random.bytes(32).toString('base64'));
  const sealed = await sealer.sealText(installationOwner, owner, fresh);
  await database.query({
    name: 'make-installation-secret',
    text: 'insert into installation_secrets (purpose, sealed) values ($1, $2) on conflict do nothing',
    values: [purpose, sealed],
  });
  const { rows } = await database.query<{ sealed: Buffer }>({
    name: 'read-installation-secret',
    text: 'select sealed from installation_secrets where purpose = $1',
    values: [purpose],
  });
  const stored = await sealer.openText(installationOwner, owner, rows[0]?.sealed ?? sealed);
  return Buffer.from(stored.reveal(), 'base64');
}
