import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { Secret } from '../../src/lib/secret.ts';
import { createDatabase, type Database } from '../../src/store/database.ts';
import { createVault } from '../../src/vault/create-vault.ts';
import { createAwsKmsRootKey } from '../../src/vault/root-keys/aws-kms-root-key.ts';
import { loadLocalRootKey, openLocalRootKey } from '../../src/vault/root-keys/local-root-key.ts';
import { openRootKeys } from '../../src/vault/root-keys/open-root-keys.ts';
import type { RootKey, RootKeyPlace, RootKeyProvider } from '../../src/vault/root-keys/root-key-provider.ts';
import { readRootKeyUses } from '../../src/vault/root-keys/root-key-rows.ts';
import { openTransitRootKey } from '../../src/vault/root-keys/transit-root-key.ts';
import { awsEnvironment, awsRegion, startAwsKms } from '../support/aws-kms.ts';
import { createTestDatabase } from '../support/database.ts';
import { startTransit } from '../support/transit.ts';
import { failsAs, folder, newMerchant, start } from './vault-fixture.ts';

Object.assign(process.env, awsEnvironment);
const kms = await startAwsKms();
const transit = await startTransit();
after(async () => {
  await kms.stop();
  await transit.stop();
});

const mode = 'sandbox' as const;
const clock = { now: () => start };
const server = { address: transit.url, namespace: null, token: new Secret(transit.token), tokenFile: null };

type Place = () => Promise<RootKey>;
const placeOf = async (open: Place): Promise<RootKeyPlace> => ({ name: (await open()).name, open });
const opensFile =
  (name: string): Place =>
  () =>
    loadLocalRootKey(join(folder, name));
function opensKms(keyArn = kms.makeKey()): Place {
  return async () => createAwsKmsRootKey({ keyArn, region: awsRegion, endpoint: kms.url });
}
function opensTransit(path = transit.makeKey()): Place {
  const [mount = '', key = ''] = path.split('/');
  return () => openTransitRootKey({ mount, key, server });
}

/** A database of its own, on which processes are started with these root keys. */
async function newInstallation() {
  const fresh = await createTestDatabase();
  const database: Database = createDatabase(fresh.pool);
  return {
    database,
    pool: fresh.pool,
    drop: () => fresh.drop(),
    async start(current: Place, ...others: Place[]): Promise<RootKeyProvider> {
      const places = await Promise.all(others.map(placeOf));
      return openRootKeys({ database, mode, current: await current(), others: places });
    },
    async vault(current: Place, ...others: Place[]) {
      return createVault({ database, mode, clock, rootKeys: await this.start(current, ...others) });
    },
    async numbers(): Promise<string[]> {
      return (await readRootKeyUses(database)).map(
        ({ version, keyName, keyVersion, merchantKeys }) =>
          `${version} ${keyName.split(':')[0]} ${keyVersion}: ${merchantKeys}`,
      );
    },
  };
}

for (const [from, to] of [
  ['file', 'aws-kms'],
  ['file', 'vault-transit'],
  ['vault-transit', 'aws-kms'],
  ['aws-kms', 'file'],
  ['aws-kms', 'aws-kms'],
] as const) {
  test(`an installation changes from ${from} to ${to} by its settings: what was sealed opens before and after keys are wrapped anew`, async () => {
    const opens = {
      file: () => opensFile(`${from} ${to}`),
      'aws-kms': opensKms,
      'vault-transit': opensTransit,
    };
    const [old, fresh] = [opens[from](), opens[to]()];
    const installation = await newInstallation();
    const merchantId = newMerchant();
    const before = await installation.vault(old);
    await before.prepare(merchantId);
    const blob = await before.sealText(merchantId, 'note', new Secret('kept'));

    await assert.rejects(installation.start(fresh), failsAs('root_key_mismatch'));
    assert.deepEqual(await installation.numbers(), [`1 ${from} 1: 2`], 'a refused start leaves no trace');

    const changed = await installation.vault(fresh, old);
    assert.equal((await changed.openText(merchantId, 'note', blob)).reveal(), 'kept');
    await changed.prepare(newMerchant());
    assert.deepEqual(await installation.numbers(), [`1 ${from} 1: 2`, `2 ${to} 1: 2`]);
    while ((await changed.rewrapMerchantKeys(1)) > 0);
    assert.deepEqual(await installation.numbers(), [`1 ${from} 1: 0`, `2 ${to} 1: 4`]);

    // The day's key of codes was made under the old one: until it is destroyed the old one is needed.
    await assert.rejects(installation.start(fresh), failsAs('root_key_mismatch'));
    await installation.pool.query('delete from vault.cvc_keys');
    const alone = await installation.vault(fresh);
    assert.equal((await alone.openText(merchantId, 'note', blob)).reveal(), 'kept');
    await installation.drop();
  });
}

test('a root key that the settings do not name is told by its name, and with the setting that names it', async () => {
  const installation = await newInstallation();
  const arn = kms.makeKey();
  await (await installation.vault(opensKms(arn))).prepare(newMerchant());
  await assert.rejects(installation.start(opensFile('unnamed')), (error: Error) => {
    assert.match(
      error.message,
      new RegExp(`root key 1, which is aws-kms:${arn}; .* SALLYPORT_OTHER_ROOT_KEYS`),
    );
    return failsAs('root_key_mismatch')(error);
  });
  await installation.drop();
});

test('a key to which an installation returns is the newest again, and everything comes under it', async () => {
  const installation = await newInstallation();
  const [file, arn] = [opensFile('returning'), opensKms()];
  await (await installation.vault(file)).prepare(newMerchant());
  const away = await installation.vault(arn, file);
  while ((await away.rewrapMerchantKeys(10)) > 0);
  const back = await installation.vault(file, arn);
  while ((await back.rewrapMerchantKeys(10)) > 0);
  assert.deepEqual(await installation.numbers(), ['1 file 1: 0', '2 aws-kms 1: 0', '3 file 1: 2']);
  await installation.start(file, arn);
  assert.equal((await installation.numbers()).length, 3, 'a start as before gives no number');
  await installation.drop();
});

test('processes that start at once give a key one number, and keys of different places different ones', async () => {
  const installation = await newInstallation();
  const [file, arn] = [opensFile('at once'), opensKms()];
  await installation.start(file);
  const all = await Promise.all(Array.from({ length: 8 }, () => installation.start(arn, file)));
  assert.deepEqual(
    all.map((rootKeys) => rootKeys.currentVersion()),
    Array.from({ length: 8 }, () => 2),
  );
  assert.deepEqual(await installation.numbers(), ['1 file 1: 0', '2 aws-kms 1: 0']);
  await installation.drop();
});

test('a process that was started before a change of the key’s place opens what the new place wrapped, if its settings name it', async () => {
  const installation = await newInstallation();
  const [file, path] = [opensFile('in turn'), opensTransit()];
  const knowing = await installation.start(file, path);
  const ignorant = await installation.start(file);
  const changed = await installation.start(path, file);
  const plain = randomBytes(32);
  const aad = Buffer.from('a place');
  const { version, wrapped } = await changed.wrap(plain, aad);
  assert.deepEqual(await knowing.unwrap(version, wrapped, aad), plain);
  await assert.rejects(ignorant.unwrap(version, wrapped, aad), failsAs('root_key_mismatch'));
  await installation.drop();
});

test('a rotation in HashiCorp Vault by others is given a number by whoever wraps next, and all running processes open it', async () => {
  const installation = await newInstallation();
  const path = transit.makeKey();
  const [mine, other] = [
    await installation.start(opensTransit(path)),
    await installation.start(opensTransit(path)),
  ];
  transit.rotate(path);
  const plain = randomBytes(32);
  const aad = Buffer.from('a place');
  const { version, wrapped } = await mine.wrap(plain, aad);
  assert.equal(version, 2);
  assert.equal(mine.currentVersion(), 2);
  assert.deepEqual(await other.unwrap(version, wrapped, aad), plain);
  assert.deepEqual(await installation.numbers(), ['1 vault-transit 1: 0', '2 vault-transit 2: 0']);
  await installation.drop();
});

test('other root keys are asked only for what they wrapped: one that wraps nothing may be gone or out of reach', async () => {
  const installation = await newInstallation();
  const gone = {
    name: 'vault-transit:transit/gone',
    open: () => Promise.reject(new Error('must not be asked')),
  };
  const current = await opensFile('alone')();
  const rootKeys = await openRootKeys({ database: installation.database, mode, current, others: [gone] });
  const plain = randomBytes(32);
  const aad = Buffer.from('a place');
  const { version, wrapped } = await rootKeys.wrap(plain, aad);
  assert.deepEqual(await rootKeys.unwrap(version, wrapped, aad), plain);
  await installation.drop();
});

test('a key file that keys in the database need is not made anew where it is missing', async () => {
  await assert.rejects(openLocalRootKey(join(folder, 'nowhere')), (error: Error) => {
    assert.match(error.message, /does not exist, and keys in the database need it; restore it/);
    return failsAs('root_key_file')(error);
  });
});
