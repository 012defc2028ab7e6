import type { AuditEntry, AuditLog } from '../usecases/ports/audit.ts';
import {
  chainStart,
  digestOpenings,
  macSeal,
  type OpeningRow,
  openingColumns,
  readSeal,
  writeSeal,
} from './audit-encoding.ts';
import type { Database } from './database.ts';

/** One process seals at a time; the others leave it to it. */
const sealingLock = 7_253_509_611_006n;
/** What `chain_audit_log` of migration 0050 takes; who holds it knows the last row. */
const chainLock = 7_253_509_611_005n;

/** The act of a row that seals openings. */
export const sealAct = 'cards.opened';

interface Head {
  readonly act: string | null;
  readonly hash: Buffer | null;
  readonly seal: string | null;
  readonly horizon: bigint;
}

/** The AuditLog over PostgreSQL; `key` is the installation's own, from the vault. */
export function createAuditLog(database: Database, key: Buffer): AuditLog {
  return {
    append: (entry) => appendAuditEntry(database, entry),
    sealOpenings: (limit) => sealOpenings(database, key, limit),
  };
}

/** Writes an entry; inside a transaction it stands or falls with it. */
export async function appendAuditEntry(database: Database, entry: AuditEntry): Promise<void> {
  const { actor, act, object, result, origin, details } = entry;
  await insertRow(database, { actor, act, object, result, origin, details: JSON.stringify(details ?? {}) });
}

async function insertRow(
  database: Database,
  row: Omit<AuditEntry, 'details'> & { readonly details: string },
): Promise<void> {
  await database.query({
    name: 'append-audit-log',
    text: 'insert into audit_log (actor, act, object, result, origin, details) values ($1, $2, $3, $4, $5, $6)',
    values: [row.actor, row.act, row.object, row.result, row.origin, row.details],
  });
}

async function sealOpenings(database: Database, key: Buffer, limit: number): Promise<number> {
  return await database.transaction(async (inner) => {
    if (!(await takeTurn(inner))) return 0;
    const head = await readHead(inner);
    const from = (head.seal === null ? null : readSeal(head.seal))?.before ?? 0n;
    const { rows, before } = await readOpenings(inner, { from, horizon: head.horizon, limit });
    if (rows.length === 0 && (head.act === null || head.act === sealAct)) return 0;
    // From here on nobody else appends, so that the seal says which row it follows. Openings are written meanwhile.
    await inner.query({
      name: 'lock-audit-chain',
      text: 'select pg_advisory_xact_lock($1)',
      values: [chainLock],
    });
    const { hash } = await readHead(inner);
    const seal = { from, before, count: rows.length, digest: digestOpenings(rows) };
    await insertRow(inner, {
      actor: 'gateway',
      act: sealAct,
      object: `openings ${from}-${before}`,
      result: 'done',
      origin: 'vault',
      details: writeSeal({ ...seal, mac: macSeal(key, hash ?? chainStart, seal) }),
    });
    return rows.length;
  });
}

async function takeTurn(database: Database): Promise<boolean> {
  const { rows } = await database.query<{ mine: boolean }>({
    name: 'take-turn-at-sealing',
    text: 'select pg_try_advisory_xact_lock($1) as mine',
    values: [sealingLock],
  });
  return rows[0]?.mine === true;
}

async function readHead(database: Database): Promise<Head> {
  const { rows } = await database.query<Head>({
    name: 'read-audit-head',
    text: `select (select act from audit_log order by sequence desc limit 1) as act,
      (select hash from audit_log order by sequence desc limit 1) as hash,
      (select details from audit_log where act = 'cards.opened' order by sequence desc limit 1) as seal,
      vault.openings_horizon() as horizon`,
    values: [],
  });
  return rows[0] ?? { act: null, hash: null, seal: null, horizon: 0n };
}

/** The next openings in order, and the position before which all of them are among those. */
async function readOpenings(
  database: Database,
  { from, horizon, limit }: { from: bigint; horizon: bigint; limit: number },
): Promise<{ rows: OpeningRow[]; before: bigint }> {
  const { rows } = await database.query<OpeningRow>({
    name: 'read-openings-to-seal',
    text: `select ${openingColumns} from vault.openings where position >= $1 and position < $2
      order by position, reference limit $3`,
    values: [from, horizon, limit],
  });
  const last = rows.at(-1);
  if (!last || rows.length < limit) return { rows, before: horizon > from ? horizon : from };
  // The page may end in the middle of one transaction's rows: they are left for the next.
  return { rows: rows.filter((row) => row.position < last.position), before: last.position };
}
