import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { VaultError } from '../vault-error.ts';
import { addLocalRootKeyVersion, loadLocalRootKey } from './local-root-key.ts';

const root = await mkdtemp(join(tmpdir(), 'sallyport-root-key-'));
after(() => rm(root, { recursive: true }));
const aad = Buffer.from('a merchant key');

async function freshFolder(): Promise<string> {
  return mkdtemp(join(root, 'installation-'));
}

test('the first start makes a key file that its owner alone can read, and nothing beside it', async () => {
  const folder = join(await freshFolder(), 'not', 'there', 'yet');
  await loadLocalRootKey(folder);
  assert.deepEqual(await readdir(folder), ['root-key.json']);
  const { mode } = await stat(join(folder, 'root-key.json'));
  assert.equal(mode & 0o777, 0o600);
});

test('what one start wrapped, the next start unwraps', async () => {
  const folder = await freshFolder();
  const plain = randomBytes(32);
  const { version, wrapped } = await (await loadLocalRootKey(folder)).wrap(plain, aad);
  assert.equal(wrapped.includes(plain), false);
  assert.deepEqual(await (await loadLocalRootKey(folder)).unwrap(version, wrapped, aad), plain);
});

test('twenty starts at once on an empty folder share one key', async () => {
  const folder = await freshFolder();
  const providers = await Promise.all(Array.from({ length: 20 }, () => loadLocalRootKey(folder)));
  const plain = randomBytes(32);
  for (const provider of providers) {
    const { version, wrapped } = await provider.wrap(plain, aad);
    for (const other of providers) assert.deepEqual(await other.unwrap(version, wrapped, aad), plain);
  }
  assert.deepEqual(await readdir(folder), ['root-key.json']);
});

for (const mode of [0o640, 0o604, 0o660, 0o644, 0o602]) {
  const octal = mode.toString(8);
  test(`a key file of mode ${octal} is refused with the command that mends it`, {
    skip: process.platform === 'win32',
  }, async () => {
    const folder = await freshFolder();
    await loadLocalRootKey(folder);
    await chmod(join(folder, 'root-key.json'), mode);
    await assert.rejects(loadLocalRootKey(folder), (error) => {
      assert.ok(error instanceof VaultError && error.code === 'root_key_file');
      assert.match(error.message, new RegExp(`mode 0${octal}\\).*chmod 600 `));
      return true;
    });
  });
}

const key = Buffer.alloc(32, 7).toString('base64');
const brokenFiles: [string, string][] = [
  ['is empty', ''],
  ['is cut short', `{"format":1,"current":1,"keys":{"1":"${key}"`],
  ['has another format', `{"format":2,"current":1,"keys":{"1":"${key}"}}`],
  ['is null', 'null'],
  ['has no current key', `{"format":1,"current":2,"keys":{"1":"${key}"}}`],
  ['has no keys', '{"format":1,"current":1}'],
  ['has a short key', '{"format":1,"current":1,"keys":{"1":"AAAA"}}'],
  ['has a key that is no text', '{"format":1,"current":1,"keys":{"1":5}}'],
  ['has a version that is no number', `{"format":1,"current":1,"keys":{"one":"${key}"}}`],
];
for (const [fault, text] of brokenFiles) {
  test(`a key file that ${fault} is refused, kept, and not quoted`, async () => {
    const path = join(await freshFolder(), 'root-key.json');
    await writeFile(path, text, { mode: 0o600 });
    await assert.rejects(loadLocalRootKey(join(path, '..')), (error) => {
      assert.ok(error instanceof VaultError && error.code === 'root_key_file');
      assert.equal(error.message.includes(key.slice(0, 8)), false);
      return true;
    });
    assert.equal(await readFile(path, 'utf8'), text);
  });
}

test('a wrapped key opens neither with another file, nor for another purpose, nor under a missing version', async () => {
  const [mine, other] = [
    await loadLocalRootKey(await freshFolder()),
    await loadLocalRootKey(await freshFolder()),
  ];
  const { version, wrapped } = await mine.wrap(randomBytes(32), aad);
  const isMismatch = (error: unknown) => error instanceof VaultError && error.code === 'root_key_mismatch';
  await assert.rejects(other.unwrap(version, wrapped, aad), isMismatch);
  await assert.rejects(mine.unwrap(version, wrapped, Buffer.from('another key')), isMismatch);
  await assert.rejects(mine.unwrap(version + 1, wrapped, aad), isMismatch);
});

test('an added version wraps from then on, and the old one still unwraps', async () => {
  const folder = await freshFolder();
  const plain = randomBytes(32);
  const old = await (await loadLocalRootKey(folder)).wrap(plain, aad);
  assert.equal(await addLocalRootKeyVersion(folder), 2);
  const provider = await loadLocalRootKey(folder);
  assert.equal(provider.currentVersion(), 2);
  assert.equal((await provider.wrap(plain, aad)).version, 2);
  assert.deepEqual(await provider.unwrap(old.version, old.wrapped, aad), plain);
  assert.equal((await stat(join(folder, 'root-key.json'))).mode & 0o777, 0o600);
});
