import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { newId } from '../../src/domain/ids.ts';
import { addSeconds } from '../../src/lib/clock.ts';
import { systemRandom } from '../../src/lib/random.ts';
import { Secret } from '../../src/lib/secret.ts';
import { openRootKeys } from '../../src/vault/root-keys/open-root-keys.ts';
import { openTransitRootKey } from '../../src/vault/root-keys/transit-root-key.ts';
import type { Vault } from '../../src/vault/vault.ts';
import { startTransit } from '../support/transit.ts';
import { until } from '../support/until.ts';
import { cvc, database, failsAs, newMerchant, open, pan, pool, storeCard, vaultAt } from './vault-fixture.ts';

const transit = await startTransit();
after(() => transit.stop());
const [mount = '', key = ''] = transit.makeKey().split('/');
const server = {
  address: transit.url,
  namespace: null,
  token: new Secret(transit.token),
  tokenFile: null,
  tryMs: 300,
};
const openKeys = async () =>
  openRootKeys({
    database,
    mode: 'sandbox',
    current: await openTransitRootKey({ mount, key, server }),
    others: [],
  });
const rootKeys = await openKeys();
const noon = new Date('2027-06-01T12:00:00Z');
const hour = 3600;

/** A vault as a process has it, whose time and age of caches are moved by hand. */
function vaultInTime() {
  const now = { at: noon };
  let monotonicMs = 0;
  const vault = vaultAt(now, { rootKeys, monotonicMs: () => monotonicMs });
  return {
    vault,
    pass(seconds: number): void {
      now.at = addSeconds(now.at, seconds);
      monotonicMs += seconds * 1000;
    },
  };
}

/** A merchant's first card, in a vault that knows nothing yet; the key of codes of the next day is in its memory too. */
async function storeFirstCard(vault: Vault) {
  const days = await pool.query('select 1 from vault.cvc_keys where key_day >= $1', [noon]);
  const before = transit.calls();
  const stored = await storeCard(vault);
  // The merchant's two keys are wrapped and unwrapped, those of two days unwrapped, and wrapped by who makes them.
  const expected = 4 + 2 + (2 - (days.rowCount ?? 0));
  await until('all keys have been asked for', () => transit.calls() - before === expected);
  return stored;
}

test('cards of a merchant whose keys are in memory cost no call, and a refresh of the keys costs none', async () => {
  const { vault, pass } = vaultInTime();
  const { merchantId, cardId } = await storeFirstCard(vault);
  const before = transit.calls();
  for (let times = 0; times < 20; times += 1) {
    await storeCard(vault, merchantId);
    assert.equal((await open(vault, merchantId, cardId)).pan, pan.reveal());
    pass(2 * 60);
  }
  assert.equal(transit.calls() - before, 0);
});

test('while the key service is down, merchants in memory go on for hours, and over the end of the day', async () => {
  const { vault, pass } = vaultInTime();
  const { merchantId, cardId } = await storeFirstCard(vault);
  const secret = await vault.sealText(merchantId, 'note', new Secret('kept'));
  await transit.stop();
  try {
    for (const seconds of [60, 6 * 60, 6 * hour, 6 * hour, 11 * hour]) {
      pass(seconds);
      const stored = await storeCard(vault, merchantId);
      await pool.query(`update vault.cvcs set expires_at = 'infinity' where card_id = $1`, [stored.cardId]);
      assert.deepEqual(await open(vault, merchantId, stored.cardId), {
        pan: pan.reveal(),
        cvc: cvc.reveal(),
      });
      assert.equal((await open(vault, merchantId, cardId)).pan, pan.reveal());
      assert.equal((await vault.openText(merchantId, 'note', secret)).reveal(), 'kept');
    }
    pass(14 * hour);
    // Two days on, nobody could make the day's key of codes; cards without a code still go.
    await assert.rejects(storeCard(vault, merchantId), failsAs('root_key_unavailable'));
    const id = newId('CardId', systemRandom);
    await vault.seal(merchantId, id, pan, null);
  } finally {
    await transit.start();
  }
  await storeCard(vault, merchantId);
});

test('while the key service is down a merchant who is not in memory is told so, and is served once it is back', async () => {
  const { vault } = vaultInTime();
  const merchantId = newMerchant();
  await transit.stop();
  await assert.rejects(storeCard(vault, merchantId), failsAs('root_key_unavailable'));
  await transit.start();
  await storeCard(vault, merchantId);
});

test('a key that was wrapped anew is asked for again, whoever wrapped it', async () => {
  const { vault, pass } = vaultInTime();
  const { merchantId, cardId } = await storeCard(vault);
  transit.rotate(`${mount}/${key}`);
  const other = vaultAt({ at: noon }, { rootKeys: await openKeys() });
  while ((await other.rewrapMerchantKeys(100)) > 0);
  pass(6 * 60);
  const before = transit.calls();
  assert.equal((await open(vault, merchantId, cardId)).pan, pan.reveal());
  assert.equal(transit.calls() - before, 2, 'its sealing key and its fingerprint key');
});

test('keys that another process had to make anew, as after a failover that lost them, take the place of those in memory', async () => {
  const { vault, pass } = vaultInTime();
  const { merchantId } = await storeCard(vault);
  await pool.query('delete from vault.merchant_keys where merchant_id = $1', [merchantId]);
  const other = vaultAt({ at: noon }, { rootKeys });
  await other.prepare(merchantId);
  pass(6 * 60);
  const { cardId } = await storeCard(vault, merchantId);
  assert.equal((await open(other, merchantId, cardId)).pan, pan.reveal());
});
