import { createHash, createHmac } from 'node:crypto';

/** A row of `audit_log`, its time as the hash sees it. */
export interface AuditRow {
  readonly sequence: bigint;
  /** `YYYY-MM-DDTHH:MM:SS.ffffffZ` */
  readonly at: string;
  readonly actor: string;
  readonly act: string;
  readonly object: string;
  readonly result: string;
  readonly origin: string;
  readonly details: string;
  readonly previous_hash: Buffer;
  readonly hash: Buffer;
}

/** A row of `vault.openings`, its time as the digest sees it. */
export interface OpeningRow {
  readonly position: bigint;
  readonly reference: string;
  readonly merchant_id: string;
  readonly card_id: string;
  readonly purpose: string;
  readonly announced_at: string;
}

/** What a row with the act `cards.opened` says of the openings from one position up to, not including, another. */
export interface OpeningSeal {
  readonly from: bigint;
  readonly before: bigint;
  readonly count: number;
  /** SHA-256 of the openings, hex. */
  readonly digest: string;
  /** HMAC-SHA-256 under the installation's key over the chain before this row and the rest of the seal, hex. */
  readonly mac: string;
}

export const auditColumns = `sequence, to_char(at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as at,
  actor, act, object, result, origin, details, previous_hash, hash`;
export const openingColumns = `position, reference, merchant_id, card_id, purpose,
  to_char(announced_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as announced_at`;

/** The hash before the first row. */
export const chainStart = Buffer.alloc(32);

/** Each part behind its length in bytes and a colon, so that no two lists give the same bytes. */
function encode(parts: readonly (string | bigint)[]): string {
  return parts.map((part) => `${Buffer.byteLength(String(part))}:${part}`).join('');
}

/** What `hash_audit_row` of migration 0050 computes, so that a database that lies about its own hashes is found out. */
export function hashAuditRow(row: AuditRow, previousHash: Buffer): Buffer {
  const { sequence, at, actor, act, object, result, origin, details } = row;
  return createHash('sha256')
    .update(previousHash)
    .update(encode([sequence, at, actor, act, object, result, origin, details]))
    .digest();
}

/** SHA-256 over openings in the order of `position, reference`, hex. */
export function digestOpenings(rows: readonly OpeningRow[]): string {
  const hash = createHash('sha256');
  for (const row of rows) {
    const { position, reference, merchant_id, card_id, purpose, announced_at } = row;
    hash.update(encode([position, reference, merchant_id, card_id, purpose, announced_at]));
  }
  return hash.digest('hex');
}

/** The seal's keyed half: without the installation's key nobody makes a chain anew, not even the database's owner. */
export function macSeal(key: Buffer, previousHash: Buffer, seal: Omit<OpeningSeal, 'mac'>): string {
  return createHmac('sha256', key)
    .update(previousHash)
    .update(encode([seal.from, seal.before, String(seal.count), seal.digest]))
    .digest('hex');
}

export function writeSeal(seal: OpeningSeal): string {
  return JSON.stringify({ ...seal, from: String(seal.from), before: String(seal.before) });
}

/** The seal in the details of a row; null when they hold none. */
export function readSeal(details: string): OpeningSeal | null {
  const value = JSON.parse(details) as Record<string, unknown>;
  const { from, before, count, digest, mac } = value;
  const numbers = /^\d{1,18}$/;
  if (typeof from !== 'string' || typeof before !== 'string') return null;
  if (!numbers.test(from) || !numbers.test(before) || typeof count !== 'number') return null;
  if (typeof digest !== 'string' || typeof mac !== 'string') return null;
  return { from: BigInt(from), before: BigInt(before), count, digest, mac };
}
