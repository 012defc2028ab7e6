import type { MerchantId } from '../domain/ids.ts';
import type { KeyRotation } from '../usecases/ports/vault.ts';
import { rewrapEnvelope } from './envelope.ts';
import type { Keyrings } from './keyrings.ts';
import { type KeyStore, type MerchantKeyRow, merchantKeyAad } from './merchant-key-rows.ts';
import type { VaultDatabase } from './vault-database.ts';

interface PanRow {
  card_id: string;
  sealed: Buffer;
  key_version: number;
}

/** Every merchant that has keys, and how far its cards have come in the change from one key to the next. */
export async function listRotations(database: VaultDatabase): Promise<KeyRotation[]> {
  const { rows } = await database.query<KeyRotation>({
    name: 'vault_rotations',
    text: `select keys.merchant_id as "merchantId", keys.newest_at as "newestAt", keys.live > 1 as begun,
        exists (select 1 from vault.pans
          where pans.merchant_id = keys.merchant_id and pans.key_version < keys.version) as behind
      from (
        select merchant_id, max(version) as version, max(created_at) as newest_at,
          count(*) filter (where retired_at is null) as live
        from vault.merchant_keys where purpose = 'sealing' group by merchant_id
      ) keys
      order by keys.merchant_id`,
    values: [],
  });
  return rows;
}

/**
 * Moves up to `cardsMax` of a merchant's cards to its newest key, without opening a number; returns how many. To be
 * repeated until 0, which retires the older keys; may be stopped and taken up at any time, while payments go on.
 *
 * @throws {VaultError} `not_authentic` at a row that was tampered with; rows before it are moved.
 */
export async function rewrapPans(
  database: VaultDatabase,
  keyrings: Keyrings,
  merchantId: MerchantId,
  cardsMax: number,
): Promise<number> {
  const { sealing } = await keyrings.merchantKeys.load(merchantId);
  const { rows } = await database.query<PanRow>({
    name: 'vault_pans_to_rewrap',
    text: `select card_id, sealed, key_version from vault.pans
      where merchant_id = $1 and key_version < $2 order by key_version, card_id limit $3`,
    values: [merchantId, sealing.version, cardsMax],
  });
  for (const row of rows) {
    const place = { mode: keyrings.mode, merchantId, row: row.card_id, field: 'pan' } as const;
    const from = await keyrings.merchantKeys.sealingKey(merchantId, row.key_version);
    const sealed = rewrapEnvelope({ from, to: sealing }, place, row.sealed, keyrings.random);
    // Compare and set: a row that was purged or moved meanwhile stays as it is.
    await database.query({
      name: 'vault_rewrap_pan',
      text: 'update vault.pans set sealed = $3, key_version = $4 where card_id = $1 and sealed = $2',
      values: [row.card_id, row.sealed, sealed, sealing.version],
    });
  }
  if (rows.length === 0) await retireOlderKeys(database, merchantId, sealing.version);
  return rows.length;
}

/** Retired keys still open: merchants' secrets, which other tables hold, may be sealed under them. */
async function retireOlderKeys(
  database: VaultDatabase,
  merchantId: MerchantId,
  newest: number,
): Promise<void> {
  await database.query({
    name: 'vault_retire_merchant_keys',
    text: `update vault.merchant_keys set retired_at = now()
      where merchant_id = $1 and purpose = 'sealing' and version < $2 and retired_at is null`,
    values: [merchantId, newest],
  });
}

/**
 * Wraps up to `keysMax` merchant keys of older root keys anew under the current one; returns how many. At 0 the older
 * root keys may go once the codes of today and yesterday are gone.
 *
 * @throws {VaultError} `root_key_mismatch` when an older root key is missing; `root_key_refused`, `root_key_unavailable`.
 */
export async function rewrapMerchantKeys(keyStore: KeyStore, keysMax: number): Promise<number> {
  const { database, rootKeys, mode } = keyStore;
  const { rows } = await database.query<MerchantKeyRow>({
    name: 'vault_merchant_keys_to_rewrap',
    text: `select merchant_id, purpose, version, root_version, wrapped, retired_at is not null as retired
      from vault.merchant_keys where root_version < $1 order by root_version limit $2`,
    values: [rootKeys.currentVersion(), keysMax],
  });
  for (const row of rows) {
    const aad = merchantKeyAad(mode, row);
    const plain = await rootKeys.unwrap(row.root_version, row.wrapped, aad);
    const wrap = await rootKeys.wrap(plain, aad);
    plain.fill(0);
    await database.query({
      name: 'vault_rewrap_merchant_key',
      text: `update vault.merchant_keys set root_version = $5, wrapped = $6
        where merchant_id = $1 and purpose = $2 and version = $3 and wrapped = $4`,
      values: [row.merchant_id, row.purpose, row.version, row.wrapped, wrap.version, wrap.wrapped],
    });
  }
  return rows.length;
}
