import assert from 'node:assert/strict';
import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { Secret } from '../../src/lib/secret.ts';
import { createDatabase } from '../../src/store/database.ts';
import { createVault } from '../../src/vault/create-vault.ts';
import { addLocalRootKeyVersion, loadLocalRootKey } from '../../src/vault/root-keys/local-root-key.ts';
import { openRootKeys } from '../../src/vault/root-keys/open-root-keys.ts';
import { createTestDatabase } from '../support/database.ts';
import {
  failsAs,
  folder,
  newMerchant,
  open,
  pan,
  pool,
  rootKeys,
  start,
  storeCard,
  vaultAt,
} from './vault-fixture.ts';

test('after a rotation new cards use the new key, old ones open before and after they are moved', async () => {
  const vault = vaultAt({ at: start });
  const { merchantId, cardId, sealed } = await storeCard(vault);
  const second = await storeCard(vault, merchantId);
  const secret = await vault.sealText(merchantId, 'note', new Secret('kept'));
  assert.equal(sealed.keyVersion, 1);
  assert.equal(await vault.addSealingKey(merchantId), 2);
  assert.equal((await storeCard(vault, merchantId)).sealed.keyVersion, 2);
  assert.equal((await open(vault, merchantId, cardId)).pan, pan.reveal());

  const moved = [
    await vault.rewrapPans(merchantId, 1),
    await vault.rewrapPans(merchantId, 10),
    await vault.rewrapPans(merchantId, 10),
  ];
  assert.deepEqual(moved, [1, 1, 0]);
  const { rows } = await pool.query('select distinct key_version from vault.pans where merchant_id = $1', [
    merchantId,
  ]);
  assert.deepEqual(rows, [{ key_version: 2 }]);
  const reader = vaultAt({ at: start });
  for (const id of [cardId, second.cardId])
    assert.equal((await open(reader, merchantId, id)).pan, pan.reveal());
  assert.equal((await reader.openText(merchantId, 'note', secret)).reveal(), 'kept');
  assert.deepEqual((await reader.fingerprint(merchantId, pan)).value, sealed.fingerprint);
});

test('a process that has not heard of a rotation opens a card sealed after it', async () => {
  const [vault, other] = [vaultAt({ at: start }), vaultAt({ at: start })];
  const { merchantId } = await storeCard(other);
  await vault.addSealingKey(merchantId);
  const { cardId } = await storeCard(vault, merchantId);
  assert.equal((await open(other, merchantId, cardId)).pan, pan.reveal());
});

test('the start proves the root key: right file passes, another file, a lost version and another mode are refused', async () => {
  const fresh = await createTestDatabase();
  const mine = createDatabase(fresh.pool);
  const home = join(folder, 'home');
  const proof = { database: mine, mode: 'sandbox', others: [] } as const;
  await openRootKeys({ ...proof, current: await loadLocalRootKey(home) });
  await openRootKeys({ ...proof, current: await loadLocalRootKey(home) });
  const stranger = await loadLocalRootKey(join(folder, 'stranger'));
  await assert.rejects(openRootKeys({ ...proof, current: stranger }), failsAs('root_key_mismatch'));
  const sameFile = await loadLocalRootKey(home);
  await assert.rejects(
    openRootKeys({ ...proof, current: sameFile, mode: 'live' }),
    failsAs('root_key_mismatch'),
  );

  const earlier = join(folder, 'earlier');
  await cp(home, earlier, { recursive: true });
  await addLocalRootKeyVersion(home);
  const rotated = await loadLocalRootKey(home);
  await createVault({
    database: mine,
    rootKeys: await openRootKeys({ ...proof, current: rotated }),
    mode: 'sandbox',
    clock: { now: () => start },
  }).prepare(newMerchant());
  const lost = await loadLocalRootKey(earlier);
  await assert.rejects(openRootKeys({ ...proof, current: lost }), failsAs('root_key_mismatch'));
  // A process that read the file before the version was added reads it again.
  await openRootKeys({ ...proof, current: sameFile });
  await fresh.drop();
});

test('wrapped keys whose root key the database does not name are refused, with what to restore', async () => {
  const fresh = await createTestDatabase();
  const mine = createDatabase(fresh.pool);
  const clock = { now: () => start };
  await createVault({ database: mine, rootKeys, mode: 'sandbox', clock }).prepare(newMerchant());
  const opening = openRootKeys({ database: mine, mode: 'sandbox', current: rootKeys, others: [] });
  await assert.rejects(opening, (error: Error) => {
    assert.match(error.message, /needs root key 1, which vault\.root_keys does not know: restore that table/);
    return failsAs('root_key_mismatch')(error);
  });
  await fresh.drop();
});

test('after a rotation of the root key every merchant key is wrapped anew and opens what it sealed', async () => {
  const fresh = await createTestDatabase();
  const mine = createDatabase(fresh.pool);
  const home = join(folder, 'rotating');
  const clock = { now: () => start };
  const rootKeysOf = async () =>
    openRootKeys({ database: mine, mode: 'sandbox', current: await loadLocalRootKey(home), others: [] });
  const merchantId = newMerchant();
  const old = createVault({ database: mine, rootKeys: await rootKeysOf(), mode: 'sandbox', clock });
  const blob = await old.sealText(merchantId, 'note', new Secret('kept'));
  await addLocalRootKeyVersion(home);
  const rotated = createVault({
    database: mine,
    rootKeys: await rootKeysOf(),
    mode: 'sandbox',
    clock,
  });
  assert.deepEqual(
    [
      await rotated.rewrapMerchantKeys(1),
      await rotated.rewrapMerchantKeys(10),
      await rotated.rewrapMerchantKeys(10),
    ],
    [1, 1, 0],
  );
  const { rows } = await fresh.pool.query('select distinct root_version from vault.merchant_keys');
  assert.deepEqual(rows, [{ root_version: 2 }]);
  const reader = createVault({
    database: mine,
    rootKeys: await rootKeysOf(),
    mode: 'sandbox',
    clock,
  });
  assert.equal((await reader.openText(merchantId, 'note', blob)).reveal(), 'kept');
  await fresh.drop();
});
