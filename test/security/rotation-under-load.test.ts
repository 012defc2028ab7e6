import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { Cvc, Pan } from '../../src/domain/card.ts';
import { type MerchantId, newId } from '../../src/domain/ids.ts';
import { systemRandom } from '../../src/lib/random.ts';
import { Secret } from '../../src/lib/secret.ts';
import { catchUpWithKeys } from '../../src/usecases/rotate-vault-keys.ts';
import { createVault } from '../../src/vault/create-vault.ts';
import { loadLocalRootKey } from '../../src/vault/root-keys/local-root-key.ts';
import type { RootKeyProvider } from '../../src/vault/root-keys/root-key-provider.ts';
import { until } from '../support/until.ts';
import { projectFolder } from '../tidy/source-files.ts';
import { openShop, type Shop } from '../zafapay/shop.ts';

const merchantId = 'mer_demo' as MerchantId;
const cards = 4000;

let shop: Shop;
let rootKeys: RootKeyProvider;
before(async () => {
  // A busy machine is not what is tested: the bank may take its time.
  shop = await openShop({ acquirerDeadlineMs: 20_000 });
  rootKeys = await loadLocalRootKey(shop.gateway.core.dataFolder);
  await storeCards();
});
after(() => shop.gateway.close());

const query = async (sql: string, values: unknown[] = []) =>
  (await shop.gateway.testDatabase.pool.query(sql, values)).rows;

/** Numbers of cards that nobody pays with meanwhile, sealed as the gateway seals them. */
async function storeCards(): Promise<void> {
  const { vault } = shop.gateway.core;
  const rows = await Promise.all(
    Array.from({ length: cards }, async () => {
      const id = newId('CardId', systemRandom);
      return {
        id,
        ...(await vault.seal(
          merchantId,
          id,
          new Secret('4242424242424242' as Pan),
          null as Secret<Cvc> | null,
        )),
      };
    }),
  );
  await query(
    `insert into vault.pans (card_id, merchant_id, sealed, key_version)
      select id, $1, sealed, version from unnest($2::text[], $3::bytea[], $4::integer[]) as made (id, sealed, version)`,
    [
      merchantId,
      rows.map(({ id }) => id),
      rows.map(({ sealedPan }) => sealedPan),
      rows.map(({ keyVersion }) => keyVersion),
    ],
  );
}

function runCommand(...args: string[]): ChildProcess {
  const { testDatabase, core } = shop.gateway;
  const env = {
    ...process.env,
    DATABASE_URL: testDatabase.connectionString,
    SALLYPORT_DATA: core.dataFolder,
  };
  return spawn(process.execPath, [join(projectFolder, 'scripts', 'sallyport.ts'), ...args], {
    env,
    stdio: 'pipe',
  });
}

async function ended(child: ChildProcess): Promise<number | null> {
  const [code] = await once(child, 'exit');
  return code as number | null;
}

const behind = async (version: number): Promise<number> =>
  (
    await query('select count(*)::integer as n from vault.pans where merchant_id = $1 and key_version < $2', [
      merchantId,
      version,
    ])
  )[0].n;

/** Pays by a saved card and by fresh tokens until told to stop; answers what came of each. */
function keepPaying(saved: string): { stop(): Promise<string[]> } {
  const outcomes: string[] = [];
  let paying = true;
  const pay = async (by: () => Promise<object>): Promise<void> => {
    while (paying) {
      const answer = await shop.post('/v1/payments', { amount: 3, currency: 'usd', ...(await by()) });
      outcomes.push(answer.body.status ?? answer.text);
    }
  };
  const bySaved = async () => ({ payment_method_id: saved, customer_id: 'cust_load' });
  const byToken = async () => ({ token: await shop.token() });
  const all = Promise.all([pay(bySaved), pay(bySaved), pay(byToken), pay(byToken)]);
  return {
    async stop() {
      paying = false;
      await all;
      return outcomes;
    },
  };
}

async function saveCard(): Promise<string> {
  await shop.pay('4242424242424242', { save_card: true, customer_id: 'cust_load' });
  const { body } = await shop.get('/v1/customers/cust_load/payment-methods');
  return body.payment_methods[0].id;
}

test('keys of cards and the root key are rotated under load, through a kill, without a payment that fails', async (t) => {
  const load = keepPaying(await saveCard());

  const killed = runCommand('keys', 'rotate-vault', '--minimum-age-hours', '0');
  await until('some cards are moved', async () => (await behind(2)) < cards - 100, 30);
  killed.kill('SIGKILL');
  await ended(killed);
  const left = await behind(2);
  assert.ok(left > 0, 'it was killed on its way');

  assert.equal(await ended(runCommand('keys', 'rotate-vault')), 0);
  assert.equal(await ended(runCommand('keys', 'rotate-root')), 0);
  const outcomes = await load.stop();

  t.diagnostic(`${outcomes.length} payments while keys moved, ${left} cards left at the kill`);
  assert.ok(outcomes.length > 20, `${outcomes.length} payments`);
  assert.deepEqual([...new Set(outcomes)], ['completed']);
  const keys = await query(
    `select version, root_version, retired_at is not null as retired from vault.merchant_keys
      where merchant_id = $1 and purpose = 'sealing' order by version`,
    [merchantId],
  );
  assert.deepEqual(keys, [
    { version: 1, root_version: 2, retired: true },
    { version: 2, root_version: 2, retired: false },
  ]);
  // What the gateway sealed before it heard of the new key is moved by the worker, as by this.
  await catchUpWithKeys(createVaultAfresh());
  assert.equal(await behind(2), 0);
  const acts = await query(`select act from audit_log where act like '%rotat%' order by sequence`);
  assert.deepEqual(
    acts.map(({ act }) => act),
    ['vault_keys.rotation_begun', 'vault_keys.rotation_begun', 'vault_keys.rotated', 'root_keys.rotated'],
  );
});

/** A vault that has heard of every key, as any process has five minutes later. */
function createVaultAfresh() {
  const { core } = shop.gateway;
  return createVault({ database: core.vaultDatabase, rootKeys, mode: 'sandbox', clock: core.clock });
}

test('a process that started before the root key was changed opens what the new one wrapped', async () => {
  const fresh = newId('MerchantId', systemRandom);
  const { vault } = shop.gateway.core;
  const blob = await vault.sealText(fresh, 'note', new Secret('kept'));
  assert.equal(await ended(runCommand('keys', 'rotate-root')), 0);
  const payment = await shop.pay();
  assert.equal(payment.body.status, 'completed');
  assert.equal((await vault.openText(fresh, 'note', blob)).reveal(), 'kept');
});
