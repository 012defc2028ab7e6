import type { AuditVerdict } from '../usecases/ports/audit.ts';
import {
  type AuditRow,
  auditColumns,
  chainStart,
  digestOpenings,
  hashAuditRow,
  macSeal,
  type OpeningRow,
  openingColumns,
  readSeal,
} from './audit-encoding.ts';
import { sealAct } from './audit-log.ts';
import type { Database } from './database.ts';

const pageRows = 1000;

export interface AuditCheck {
  /** The installation's key; null checks the chain without the seals' keyed half. */
  readonly key: Buffer | null;
  /** Openings may wait so long for their seal. */
  readonly unsealedSecondsMax: number;
  /** A row noted earlier, which must still be there as it was. */
  readonly notedHead?: { readonly sequence: bigint; readonly hash: string } | undefined;
}

/** What was found so far. */
interface Walk {
  sequence: bigint;
  hash: Buffer;
  sealedBefore: bigint;
  openings: number;
}

/** Walks the whole chain, the openings under its seals, and what no seal covers yet; names the first row that breaks. */
export async function verifyAuditLog(database: Database, check: AuditCheck): Promise<AuditVerdict> {
  const walk: Walk = { sequence: 0n, hash: chainStart, sealedBefore: 0n, openings: 0 };
  for (;;) {
    const rows = await readPage(database, walk.sequence);
    if (rows.length === 0) break;
    for (const row of rows) {
      const reason = (await judgeRow(database, check, walk, row)) ?? judgeNoted(check, row);
      if (reason !== undefined) return { kind: 'broken', sequence: row.sequence, reason };
      walk.sequence = row.sequence;
      walk.hash = row.hash;
    }
  }
  if (check.notedHead && check.notedHead.sequence > walk.sequence) {
    const reason = `the log ends at row ${walk.sequence}, but row ${check.notedHead.sequence} was noted earlier: its end was cut off`;
    return { kind: 'broken', sequence: check.notedHead.sequence, reason };
  }
  return judgeUnsealed(database, check, walk);
}

async function readPage(database: Database, after: bigint): Promise<AuditRow[]> {
  const { rows } = await database.query<AuditRow>({
    name: 'read-audit-page',
    text: `select ${auditColumns} from audit_log where sequence > $1 order by sequence limit $2`,
    values: [after, pageRows],
  });
  return rows;
}

async function judgeRow(
  database: Database,
  check: AuditCheck,
  walk: Walk,
  row: AuditRow,
): Promise<string | undefined> {
  if (row.sequence !== walk.sequence + 1n)
    return `row ${walk.sequence + 1n} is missing: ${row.sequence} follows ${walk.sequence}`;
  if (!row.previous_hash.equals(walk.hash)) return 'it is not chained to the row before it';
  if (!hashAuditRow(row, walk.hash).equals(row.hash)) return 'its content is not what its hash was made of';
  return row.act === sealAct ? judgeSeal(database, check, walk, row) : undefined;
}

async function judgeSeal(
  database: Database,
  { key }: AuditCheck,
  walk: Walk,
  row: AuditRow,
): Promise<string | undefined> {
  const seal = readSeal(row.details);
  if (!seal) return 'it seals openings of cards but does not say which';
  if (key && macSeal(key, walk.hash, seal) !== seal.mac)
    return 'its seal was not made with this installation’s key: the chain was made anew up to here';
  if (seal.from !== walk.sealedBefore)
    return `it seals openings from position ${seal.from}, but those before ${walk.sealedBefore} were sealed last`;
  const { rows } = await database.query<OpeningRow>({
    name: 'read-sealed-openings',
    text: `select ${openingColumns} from vault.openings where position >= $1 and position < $2 order by position, reference`,
    values: [seal.from, seal.before],
  });
  if (rows.length !== seal.count)
    return `it sealed ${seal.count} openings of cards, and there are ${rows.length} in vault.openings`;
  if (digestOpenings(rows) !== seal.digest) return 'an opening of a card under its seal was changed';
  walk.sealedBefore = seal.before;
  walk.openings += rows.length;
  return undefined;
}

function judgeNoted({ notedHead }: AuditCheck, row: AuditRow): string | undefined {
  if (notedHead?.sequence !== row.sequence || row.hash.toString('hex') === notedHead.hash) return undefined;
  return 'its hash is not the one that was noted: the chain was made anew';
}

async function judgeUnsealed(database: Database, check: AuditCheck, walk: Walk): Promise<AuditVerdict> {
  const { rows } = await database.query<{ waiting: number; late: number }>({
    name: 'count-unsealed-openings',
    text: `select count(*)::integer as waiting,
        (count(*) filter (where announced_at < now() - $2 * interval '1 second'))::integer as late
      from vault.openings where position >= $1`,
    values: [walk.sealedBefore, check.unsealedSecondsMax],
  });
  const { waiting, late } = rows[0] ?? { waiting: 0, late: 0 };
  if (late > 0) {
    const reason = `${late} openings of cards have waited for their seal for more than ${check.unsealedSecondsMax} seconds: is a worker running?`;
    return { kind: 'broken', sequence: null, reason };
  }
  const head = walk.sequence === 0n ? null : { sequence: walk.sequence, hash: walk.hash.toString('hex') };
  return { kind: 'sound', rows: Number(walk.sequence), openings: walk.openings, unsealed: waiting, head };
}
