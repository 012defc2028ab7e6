import { createHash } from 'node:crypto';
import type { Secret } from '../lib/secret.ts';
import type { NewCredential } from '../usecases/ports/registry.ts';
import type { Database } from './database.ts';

/** SHA-256 of a key's text, as `credentials.hash` keeps it. */
export function hashCredential(key: Secret<string>): Buffer {
  return createHash('sha256').update(key.reveal()).digest();
}

/** Stores a credential in a free slot; false when two of its merchant, kind and role are live already. */
export async function insertCredential(database: Database, credential: NewCredential): Promise<boolean> {
  const { id, merchantId, kind, role, clientId, secret } = credential;
  const { rowCount } = await database.query({
    name: 'insert-credential',
    text: `insert into credentials (id, merchant_id, kind, role, client_id, hash, hint, slot)
      select $1::text, $2::text, $3::text, $4::text, $5::text, $6::bytea, $7::text, free.slot
      from (values (1), (2)) as free (slot)
      where not exists (
        select 1 from credentials taken
        where taken.merchant_id = $2 and taken.kind = $3 and taken.role = $4 and taken.slot = free.slot
          and taken.revoked_at is null)
      order by free.slot limit 1`,
    values: [id, merchantId, kind, role, clientId, hashCredential(secret), hintOf(secret.reveal())],
  });
  return rowCount === 1;
}

/** The first and last characters, for people to tell keys apart. */
function hintOf(key: string): string {
  return key.length > 12 ? `${key.slice(0, 8)}…${key.slice(-4)}` : `${key.slice(0, 3)}…`;
}
