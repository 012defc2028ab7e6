import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type AttemptId, type CardId, type MerchantId, newId } from '../../src/domain/ids.ts';
import { systemRandom } from '../../src/lib/random.ts';
import { Secret } from '../../src/lib/secret.ts';
import type { VaultOptions } from '../../src/vault/create-vault.ts';
import type { Vault } from '../../src/vault/vault.ts';
import {
  announce,
  cvc,
  database,
  failsAs,
  insertCard,
  newMerchant,
  open,
  otherPan,
  pan,
  pool,
  start,
  storeCard,
  vaultAt,
} from './vault-fixture.ts';

test('a card opens as it was sealed, in the process that sealed it and in another', async () => {
  const vault = vaultAt({ at: start });
  const { merchantId, cardId } = await storeCard(vault);
  assert.deepEqual(await open(vault, merchantId, cardId), { pan: pan.reveal(), cvc: cvc.reveal() });
  assert.deepEqual(await open(vaultAt({ at: start }), merchantId, cardId), {
    pan: pan.reveal(),
    cvc: cvc.reveal(),
  });
});

test('a card without a code opens without one', async () => {
  const vault = vaultAt({ at: start });
  const [merchantId, cardId] = [newMerchant(), newId('CardId', systemRandom)];
  const sealed = await vault.seal(merchantId, cardId, otherPan, null);
  assert.deepEqual([sealed.sealedCvc, sealed.cvcKeyDay], [null, null]);
  await insertCard(merchantId, cardId, sealed);
  assert.deepEqual(await open(vault, merchantId, cardId), { pan: otherPan.reveal(), cvc: null });
});

test('a purged number, a used code, an unknown card and another merchant’s card open as null', async () => {
  const vault = vaultAt({ at: start });
  const { merchantId, cardId } = await storeCard(vault);
  assert.deepEqual(await open(vault, newMerchant(), cardId), { pan: null, cvc: null });
  assert.deepEqual(await open(vault, merchantId, newId('CardId', systemRandom)), { pan: null, cvc: null });
  await pool.query('delete from vault.pans where card_id = $1', [cardId]);
  assert.deepEqual(await open(vault, merchantId, cardId), { pan: null, cvc: cvc.reveal() });
  await pool.query('delete from vault.cvcs where card_id = $1', [cardId]);
  assert.deepEqual(await open(vault, merchantId, cardId), { pan: null, cvc: null });
});

test('sealed bytes copied into another card, merchant or mode do not open', async () => {
  const vault = vaultAt({ at: start });
  const { merchantId, cardId, sealed } = await storeCard(vault);
  const otherCard = newId('CardId', systemRandom);
  await insertCard(merchantId, otherCard, sealed);
  await assert.rejects(open(vault, merchantId, otherCard), failsAs('not_authentic'));
  const otherMerchant = newMerchant();
  await vault.prepare(otherMerchant);
  await pool.query('update vault.pans set merchant_id = $2 where card_id = $1', [otherCard, otherMerchant]);
  await assert.rejects(open(vault, otherMerchant, otherCard), failsAs('not_authentic'));
  await assert.rejects(
    open(vaultAt({ at: start }, { mode: 'live' }), merchantId, cardId),
    failsAs('root_key_mismatch'),
  );
});

test('a card opens only for an attempt that was committed with it in the last five minutes', async () => {
  const vault = vaultAt({ at: start });
  const { merchantId, cardId } = await storeCard(vault);
  const other = await storeCard(vault, merchantId);
  const [attempt, old] = [newId('AttemptId', systemRandom), newId('AttemptId', systemRandom)];
  await announce(merchantId, cardId, attempt);
  assert.equal((await vault.open(merchantId, cardId, attempt)).pan?.reveal(), pan.reveal());
  await pool.query(
    `insert into vault.openings (reference, merchant_id, card_id, purpose, announced_at)
      values ($1, $2, $3, 'authorization', now() - interval '301 seconds')`,
    [old, merchantId, cardId],
  );
  const unrecorded: [MerchantId, CardId, AttemptId][] = [
    [merchantId, cardId, newId('AttemptId', systemRandom)],
    [merchantId, other.cardId, attempt],
    [newMerchant(), cardId, attempt],
    [merchantId, cardId, old],
  ];
  for (const opening of unrecorded)
    await assert.rejects(vault.open(...opening), failsAs('opening_not_announced'));
});

test('a code copied into another card does not open', async () => {
  const vault = vaultAt({ at: start });
  const { merchantId, cardId } = await storeCard(vault);
  const other = await storeCard(vault, merchantId);
  const copy =
    'update vault.cvcs set sealed = (select sealed from vault.cvcs where card_id = $1) where card_id = $2';
  await pool.query(copy, [cardId, other.cardId]);
  await assert.rejects(open(vault, merchantId, other.cardId), failsAs('not_authentic'));
});

test('a stored byte flipped anywhere fails as a VaultError that shows no secret', async () => {
  const vault = vaultAt({ at: start });
  const { merchantId, cardId, sealed } = await storeCard(vault);
  for (let at = 0; at < sealed.sealedPan.length; at += 4) {
    const flipped = Buffer.from(sealed.sealedPan);
    flipped[at] = (flipped[at] ?? 0) ^ 0x80;
    await pool.query('update vault.pans set sealed = $2 where card_id = $1', [cardId, flipped]);
    await assert.rejects(open(vault, merchantId, cardId), failsAs('not_authentic', 'unknown_key_version'));
  }
});

test('a fingerprint is equal for equal numbers of one merchant, in every process, and differs for another merchant', async () => {
  const vault = vaultAt({ at: start });
  const { merchantId, sealed } = await storeCard(vault);
  const again = await vaultAt({ at: start }).fingerprint(merchantId, pan);
  assert.deepEqual(again, { version: sealed.fingerprintVersion, value: sealed.fingerprint });
  assert.notDeepEqual((await vault.fingerprint(merchantId, otherPan)).value, sealed.fingerprint);
  assert.notDeepEqual((await vault.fingerprint(newMerchant(), pan)).value, sealed.fingerprint);
  assert.equal(sealed.fingerprint.length, 32);
});

test('of twenty first seals at once in four processes, one merchant key and one fingerprint key come to be', async () => {
  const merchantId = newMerchant();
  const vaults = Array.from({ length: 4 }, () => vaultAt({ at: start }));
  const cards = await Promise.all(
    Array.from({ length: 20 }, async (_, index) => {
      const cardId = newId('CardId', systemRandom);
      const sealed = await (vaults[index % 4] as Vault).seal(merchantId, cardId, pan, cvc);
      await insertCard(merchantId, cardId, sealed);
      return { cardId, sealed };
    }),
  );
  const { rows } = await pool.query(
    'select purpose, count(*)::int from vault.merchant_keys where merchant_id = $1 group by purpose order by purpose',
    [merchantId],
  );
  assert.deepEqual(rows, [
    { purpose: 'fingerprint', count: 1 },
    { purpose: 'sealing', count: 1 },
  ]);
  assert.equal(new Set(cards.map(({ sealed }) => sealed.fingerprint.toString('hex'))).size, 1);
  const reader = vaultAt({ at: start });
  for (const { cardId } of cards) assert.equal((await open(reader, merchantId, cardId)).pan, pan.reveal());
});

test('a seal after prepare asks the database nothing', async () => {
  let queries = 0;
  const counting: VaultOptions['database'] = {
    query: (statement) => {
      queries++;
      return database.query(statement);
    },
  };
  const vault = vaultAt({ at: start }, { database: counting });
  const merchantId = newMerchant();
  await vault.prepare(merchantId);
  queries = 0;
  const { cardId } = await storeCard(vault, merchantId);
  await vault.fingerprint(merchantId, pan);
  assert.equal(queries, 0);
  await open(vault, merchantId, cardId);
  assert.equal(queries, 1);
});

test('a merchant’s secret opens for its owner alone', async () => {
  const vault = vaultAt({ at: start });
  const merchantId = newMerchant();
  const text = new Secret('whsec_ünïcödé');
  const blob = await vault.sealText(merchantId, 'webhook_endpoint:whe_1', text);
  for (const reader of [vault, vault, vaultAt({ at: start })]) {
    assert.equal((await reader.openText(merchantId, 'webhook_endpoint:whe_1', blob)).reveal(), text.reveal());
  }
  await assert.rejects(vault.openText(merchantId, 'webhook_endpoint:whe_2', blob), failsAs('not_authentic'));
  const otherMerchant = newMerchant();
  await vault.prepare(otherMerchant);
  await assert.rejects(
    vault.openText(otherMerchant, 'webhook_endpoint:whe_1', blob),
    failsAs('not_authentic'),
  );
  await assert.rejects(
    vault.openText(merchantId, 'webhook_endpoint:whe_1', Buffer.alloc(0)),
    failsAs('not_authentic'),
  );
});

test('a secret of 4096 bytes is sealed, one byte more is refused', async () => {
  const vault = vaultAt({ at: start });
  const merchantId = newMerchant();
  const blob = await vault.sealText(merchantId, 'note', new Secret('é'.repeat(2048)));
  assert.equal((await vault.openText(merchantId, 'note', blob)).reveal(), 'é'.repeat(2048));
  await assert.rejects(
    vault.sealText(merchantId, 'note', new Secret(`${'é'.repeat(2048)}!`)),
    failsAs('text_too_long'),
  );
});
