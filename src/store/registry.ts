import { DatabaseError } from 'pg';
import type { CredentialId, MerchantId } from '../domain/ids.ts';
import type { AuditEntry } from '../usecases/ports/audit.ts';
import type {
  ListedCredential,
  ListedMerchant,
  MerchantRegistry,
  NewCredential,
  NewMerchant,
} from '../usecases/ports/registry.ts';
import { appendAuditEntry } from './audit-log.ts';
import { insertCredential } from './credentials.ts';
import type { Database } from './database.ts';
import type { TextSealer } from './installation.ts';
import { insertMerchant } from './register-merchant.ts';

const merchantColumns = `m.id, m.number, m.name, m.status, m.created_at as "createdAt",
  (select number from merchants parent where parent.id = m.parent_id) as "parentNumber"`;
const credentialColumns = `id, merchant_id as "merchantId", kind, role, client_id as "clientId", hint,
  created_at as "createdAt", expires_at as "expiresAt", revoked_at as "revokedAt"`;
const uniqueViolation = '23505';

/** Undoes a transaction that came to a refusal on its way. */
class Refused extends Error {
  readonly refusal: 'two_are_live' | 'not_live' | 'number_taken';

  constructor(refusal: Refused['refusal']) {
    super(refusal);
    this.refusal = refusal;
  }
}

/** The MerchantRegistry over PostgreSQL. */
export function createMerchantRegistry(database: Database, sealer: TextSealer): MerchantRegistry {
  return {
    createMerchant: (merchant, credentials, audit) =>
      createMerchant(database, sealer, merchant, credentials, audit),
    async listMerchants() {
      const { rows } = await database.query<ListedMerchant>({
        name: 'list-merchants',
        text: `select ${merchantColumns} from merchants m order by m.created_at, m.id`,
        values: [],
      });
      return rows;
    },
    async findMerchant(name) {
      const { rows } = await database.query<ListedMerchant>({
        name: 'find-merchant-by-name',
        text: `select ${merchantColumns} from merchants m where m.id = $1 or m.number = $1`,
        values: [name],
      });
      return rows[0] ?? null;
    },
    async listCredentials(merchantId) {
      const { rows } = await database.query<ListedCredential>({
        name: 'list-credentials',
        text: `select ${credentialColumns} from credentials where $1::text is null or merchant_id = $1
          order by merchant_id, created_at desc, id`,
        values: [merchantId],
      });
      return rows;
    },
    async findCredential(id) {
      const { rows } = await database.query<ListedCredential>({
        name: 'find-credential',
        text: `select ${credentialColumns} from credentials where id = $1`,
        values: [id],
      });
      return rows[0] ?? null;
    },
    issueCredential: (credential, replaces, now, audit) =>
      issueCredential(database, credential, replaces, now, audit),
    revokeCredential: (id, now, audit) => revokeCredential(database, id, now, audit),
  };
}

/** Runs `work`, or nothing of it when it comes to a refusal or another writer was faster. */
async function unlessRefused<Done, Refusal extends Refused['refusal']>(
  database: Database,
  raced: Refusal,
  work: (database: Database) => Promise<Done>,
): Promise<Done | Refused['refusal']> {
  try {
    return await database.transaction(work);
  } catch (error) {
    if (error instanceof Refused) return error.refusal;
    if (error instanceof DatabaseError && error.code === uniqueViolation) return raced;
    throw error;
  }
}

async function createMerchant(
  database: Database,
  sealer: TextSealer,
  merchant: NewMerchant,
  credentials: readonly NewCredential[],
  audit: AuditEntry,
): Promise<'created' | 'number_taken'> {
  const sealed = await Promise.all(
    Object.entries(merchant.signingKeys).map(async ([purpose, key]) => ({
      purpose,
      blob: await sealer.sealText(merchant.id, `merchant_secret:${purpose}`, key),
    })),
  );
  const done = await unlessRefused(database, 'number_taken', async (inner) => {
    if (!(await insertMerchant(inner, merchant, sealed))) throw new Refused('number_taken');
    for (const credential of credentials) await insertCredential(inner, credential);
    await appendAuditEntry(inner, audit);
    return 'created' as const;
  });
  return done === 'created' ? 'created' : 'number_taken';
}

async function issueCredential(
  database: Database,
  credential: NewCredential,
  replaces: { readonly id: CredentialId; readonly liveUntil: Date } | null,
  now: Date,
  audit: AuditEntry,
): Promise<'issued' | 'two_are_live' | 'not_live'> {
  const done = await unlessRefused(database, 'two_are_live', async (inner) => {
    await endExpired(inner, credential, now);
    if (replaces && !(await limitLife(inner, replaces))) throw new Refused('not_live');
    if (!(await insertCredential(inner, credential))) throw new Refused('two_are_live');
    await appendAuditEntry(inner, audit);
    return 'issued' as const;
  });
  return done === 'number_taken' ? 'two_are_live' : done;
}

/** Frees the slots of those whose time is over. */
async function endExpired(
  database: Database,
  like: { readonly merchantId: MerchantId; readonly kind: string; readonly role: string },
  now: Date,
): Promise<void> {
  await database.query({
    name: 'end-expired-credentials',
    text: `update credentials set revoked_at = expires_at
      where merchant_id = $1 and kind = $2 and role = $3 and revoked_at is null and expires_at <= $4`,
    values: [like.merchantId, like.kind, like.role, now],
  });
}

async function limitLife(
  database: Database,
  { id, liveUntil }: { readonly id: CredentialId; readonly liveUntil: Date },
): Promise<boolean> {
  const { rowCount } = await database.query({
    name: 'limit-credential',
    text: `update credentials set expires_at = least(expires_at, $2::timestamptz)
      where id = $1 and revoked_at is null`,
    values: [id, liveUntil],
  });
  return rowCount === 1;
}

async function revokeCredential(
  database: Database,
  id: CredentialId,
  now: Date,
  audit: AuditEntry,
): Promise<boolean> {
  return await database.transaction(async (inner) => {
    const { rowCount } = await inner.query({
      name: 'revoke-credential',
      text: `update credentials set revoked_at = $2
        where id = $1 and revoked_at is null and (expires_at is null or expires_at > $2)`,
      values: [id, now],
    });
    if (rowCount === 1) await appendAuditEntry(inner, audit);
    return rowCount === 1;
  });
}
