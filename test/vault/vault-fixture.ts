import assert from 'node:assert/strict';
import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import { inspect } from 'node:util';
import type { Cvc, Pan } from '../../src/domain/card.ts';
import { type AttemptId, type CardId, type MerchantId, newId } from '../../src/domain/ids.ts';
import { addSeconds, type Clock } from '../../src/lib/clock.ts';
import { systemRandom } from '../../src/lib/random.ts';
import { Secret } from '../../src/lib/secret.ts';
import { createDatabase } from '../../src/store/database.ts';
import type { SealedCard } from '../../src/usecases/ports/vault.ts';
import { createVault, type VaultOptions } from '../../src/vault/create-vault.ts';
import { loadLocalRootKey } from '../../src/vault/root-keys/local-root-key.ts';
import type { Vault } from '../../src/vault/vault.ts';
import { VaultError, type VaultErrorCode } from '../../src/vault/vault-error.ts';
import { createTestDatabase } from '../support/database.ts';

export const pan = new Secret('4111111111111111' as Pan);
export const otherPan = new Secret('378282246310005' as Pan);
export const cvc = new Secret('739' as Cvc);
export const start = new Date('2026-11-20T23:50:00Z');

export const folder = mkdtempSync(join(tmpdir(), 'sallyport-vault-'));
const testDatabase = await createTestDatabase();
after(async () => {
  await testDatabase.drop();
  await rm(folder, { recursive: true });
});
export const { pool } = testDatabase;
export const database = createDatabase(pool);
export const rootKeys = await loadLocalRootKey(folder);

/** A vault such as a process has, with caches of its own and the time that `now` holds. */
export function vaultAt(now: { at: Date }, changes: Partial<VaultOptions> = {}): Vault {
  const clock: Clock = { now: () => now.at };
  return createVault({ database, rootKeys, mode: 'sandbox', clock, ...changes });
}

export function newMerchant(): MerchantId {
  return newId('MerchantId', systemRandom);
}

/** Stores sealed bytes as the gateway's own transaction does. */
export async function insertCard(
  merchantId: MerchantId,
  cardId: CardId,
  sealed: SealedCard,
  expiresAt = addSeconds(start, 1800),
) {
  await pool.query(
    'insert into vault.pans (card_id, merchant_id, sealed, key_version) values ($1, $2, $3, $4)',
    [cardId, merchantId, sealed.sealedPan, sealed.keyVersion],
  );
  if (sealed.sealedCvc === null) return;
  await pool.query(
    'insert into vault.cvcs (card_id, merchant_id, sealed, key_day, expires_at) values ($1, $2, $3, $4, $5)',
    [cardId, merchantId, sealed.sealedCvc, sealed.cvcKeyDay, expiresAt],
  );
}

/** A card of a new merchant, sealed and stored. */
export async function storeCard(vault: Vault, merchantId = newMerchant()) {
  const cardId = newId('CardId', systemRandom);
  const sealed = await vault.seal(merchantId, cardId, pan, cvc);
  await insertCard(merchantId, cardId, sealed);
  return { merchantId, cardId, sealed };
}

/** Says what a card is opened for, as the statement does that writes the attempt. */
export async function announce(merchantId: MerchantId, cardId: CardId, attempt: AttemptId) {
  await pool.query(
    `insert into vault.openings (reference, merchant_id, card_id, purpose) values ($1, $2, $3, 'authorization')`,
    [attempt, merchantId, cardId],
  );
}

/** Opens a stored card for comparison. */
export async function open(vault: Vault, merchantId: MerchantId, cardId: CardId) {
  const attempt = newId('AttemptId', systemRandom);
  await announce(merchantId, cardId, attempt);
  const card = await vault.open(merchantId, cardId, attempt);
  return { pan: card.pan?.reveal() ?? null, cvc: card.cvc?.reveal() ?? null };
}

/** Whether an error is a VaultError of one of `codes` that shows neither number nor code. */
export function failsAs(...codes: VaultErrorCode[]) {
  return (error: unknown) => {
    assert.ok(error instanceof VaultError, inspect(error));
    assert.ok(codes.includes(error.code), `expected ${codes.join(' or ')}, got ${error.code}`);
    assert.doesNotMatch(inspect(error), /411111|739/);
    return true;
  };
}
