import { timingSafeEqual } from 'node:crypto';
import type { CredentialId, MerchantId } from '../domain/ids.ts';
import type { Merchant, Mode } from '../domain/merchant.ts';
import { isCheckedKey } from '../lib/checked-key.ts';
import type { Clock } from '../lib/clock.ts';
import type { Secret } from '../lib/secret.ts';
import type { Caller, CredentialRole, MerchantDirectory } from '../usecases/ports/directory.ts';
import { hashCredential } from './credentials.ts';
import type { Database } from './database.ts';
import type { SettingsCache } from './settings-cache.ts';

export interface MerchantRow {
  readonly id: MerchantId;
  readonly number: string;
  readonly name: string;
  readonly status: 'active' | 'inactive';
  readonly return_origins: string[];
  readonly default_return_url: string | null;
  readonly dialect_settings: Record<string, unknown>;
}

interface CredentialRow extends MerchantRow {
  readonly credential_id: CredentialId;
  readonly kind: Caller['kind'];
  readonly role: CredentialRole;
  readonly hash: Buffer;
  readonly expires_at: Date | null;
  readonly revoked_at: Date | null;
}

/** What opens a merchant's sealed secrets; fulfilled by the vault. */
export type OpenText = (merchantId: MerchantId, owner: string, sealed: Buffer) => Promise<Secret<string>>;

export const merchantColumns =
  'm.id, m.number, m.name, m.status, m.return_origins, m.default_return_url, m.dialect_settings';

function merchantFromRow(row: MerchantRow): Merchant {
  return {
    id: row.id,
    name: row.name,
    status: row.status,
    number: row.number,
    settings: {
      returnOrigins: row.return_origins,
      defaultReturnUrl: row.default_return_url,
      dialects: row.dialect_settings,
    },
  };
}

/** The demonstration merchants' keys, which are fixed and have no checksum. */
const demoKey = /^[ps]k_test_[a-z]{1,20}$/;

/** Whether a key can be one of this installation's: what was mistyped, or made elsewhere, is not asked of the database. */
function mayBeKey(key: string, mode: Mode): boolean {
  const environment = mode === 'live' ? 'live' : 'test';
  return (
    isCheckedKey(`sk_${environment}_`, key) ||
    isCheckedKey(`pk_${environment}_`, key) ||
    (mode === 'sandbox' && demoKey.test(key))
  );
}

/** The MerchantDirectory over PostgreSQL, remembered until settings change. */
export function createMerchantDirectory(
  database: Database,
  cache: SettingsCache,
  clock: Clock,
  openText: OpenText,
  mode: Mode,
): MerchantDirectory {
  const find = (column: 'hash' | 'client_id', value: Buffer | string): Promise<CredentialRow[] | null> =>
    cache.remember(
      `credential:${column}:${typeof value === 'string' ? value : value.toString('base64')}`,
      async () => {
        const { rows } = await database.query<CredentialRow>({
          name: `find-credential-by-${column}`,
          text: `select ${merchantColumns}, k.id as credential_id, k.kind, k.role, k.hash, k.expires_at, k.revoked_at
          from credentials k join merchants m on m.id = k.merchant_id
          where k.${column} = $1 and k.revoked_at is null ${column === 'hash' ? "and k.kind <> 'client'" : ''}`,
          values: [value],
        });
        return rows.length > 0 ? rows : null;
      },
    );
  const callerOf = (rows: CredentialRow[] | null, hash: Buffer): Caller | null => {
    const row = rows?.find((candidate) => timingSafeEqual(candidate.hash, hash));
    if (!row || row.revoked_at) return null;
    if (row.expires_at && row.expires_at <= clock.now()) return null;
    return {
      merchant: merchantFromRow(row),
      credentialId: row.credential_id,
      kind: row.kind,
      role: row.role,
    };
  };
  const findMerchantBy = (
    column: 'id' | 'number',
    value: string,
  ): Promise<(Merchant & { parentId: string | null }) | null> =>
    cache.remember(`merchant:${column}:${value}`, async () => {
      const { rows } = await database.query<MerchantRow & { parent_id: string | null }>({
        name: `find-merchant-by-${column}`,
        text: `select ${merchantColumns}, m.parent_id from merchants m where m.${column} = $1`,
        values: [value],
      });
      return rows[0] ? { ...merchantFromRow(rows[0]), parentId: rows[0].parent_id } : null;
    });
  return {
    async findByKey(key) {
      if (!mayBeKey(key.reveal(), mode)) return null;
      const hash = hashCredential(key);
      return callerOf(await find('hash', hash), hash);
    },
    async findByClient(clientId, secret) {
      return callerOf(await find('client_id', clientId), hashCredential(secret));
    },
    async findActingMerchant(parent, number) {
      if (parent.number === number) return parent;
      const merchant = await findMerchantBy('number', number);
      return merchant?.parentId === parent.id ? merchant : null;
    },
    findMerchant: (id) => findMerchantBy('id', id),
    findSigningKey: (merchantId, purpose) =>
      cache.remember(`signing-key:${merchantId}:${purpose}`, async () => {
        const { rows } = await database.query<{ sealed: Buffer }>({
          name: 'find-merchant-secret',
          text: 'select sealed from merchant_secrets where merchant_id = $1 and purpose = $2',
          values: [merchantId, purpose],
        });
        return rows[0] ? openText(merchantId, `merchant_secret:${purpose}`, rows[0].sealed) : null;
      }),
  };
}
