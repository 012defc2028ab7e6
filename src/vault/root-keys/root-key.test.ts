import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { awsEnvironment, awsRegion, startAwsKms } from '../../../test/support/aws-kms.ts';
import { startTransit } from '../../../test/support/transit.ts';
import { Secret } from '../../lib/secret.ts';
import { VaultError } from '../vault-error.ts';
import { createAwsKmsRootKey } from './aws-kms-root-key.ts';
import { loadLocalRootKey } from './local-root-key.ts';
import type { RootKey } from './root-key-provider.ts';
import { openTransitRootKey } from './transit-root-key.ts';

Object.assign(process.env, awsEnvironment);
const folder = await mkdtemp(join(tmpdir(), 'sallyport-root-keys-'));
const kms = await startAwsKms();
const transit = await startTransit();
after(async () => {
  await kms.stop();
  await transit.stop();
  await rm(folder, { recursive: true });
});

/** One place for root keys: `make` makes a key there, which `open` opens as another process would. */
interface Kind {
  readonly kind: string;
  make(): Promise<string>;
  open(key: string): Promise<RootKey>;
}

const kinds: readonly Kind[] = [
  {
    kind: 'a file',
    make: () => mkdtemp(join(folder, 'installation-')),
    open: loadLocalRootKey,
  },
  {
    kind: 'AWS KMS',
    make: async () => kms.makeKey(),
    open: async (keyArn) => createAwsKmsRootKey({ keyArn, region: awsRegion, endpoint: kms.url }),
  },
  {
    kind: 'HashiCorp Vault',
    make: async () => transit.makeKey(),
    open(path) {
      const [mount = '', key = ''] = path.split('/');
      const token = new Secret(transit.token);
      return openTransitRootKey({
        mount,
        key,
        server: { address: transit.url, namespace: null, token, tokenFile: null },
      });
    },
  },
];

const aad = Buffer.from('22:sallyport.merchant_key7:sandbox');
const isMismatch = (error: unknown) => error instanceof VaultError && error.code === 'root_key_mismatch';

for (const { kind, make, open } of kinds) {
  test(`${kind}: what one process wrapped under the current version, another unwraps`, async () => {
    const key = await make();
    const plain = randomBytes(32);
    const mine = await open(key);
    const { version, wrapped } = await mine.wrap(plain, aad);
    assert.equal(version, mine.currentVersion());
    assert.ok(Number.isInteger(version) && version > 0);
    const other = await open(key);
    assert.equal(other.name, mine.name);
    assert.deepEqual(await other.unwrap(version, wrapped, aad), plain);
  });

  test(`${kind}: a wrapped key shows nothing of the plain one, and no two are alike`, async () => {
    const rootKey = await open(await make());
    const plain = randomBytes(32);
    const wraps = [await rootKey.wrap(plain, aad), await rootKey.wrap(plain, aad)];
    assert.notDeepEqual(wraps[0]?.wrapped, wraps[1]?.wrapped);
    for (const { wrapped } of wraps) {
      assert.equal(wrapped.includes(plain), false);
      assert.equal(wrapped.toString('latin1').includes(plain.toString('base64').slice(0, 40)), false);
    }
  });

  for (const [what, other] of [
    ['one byte more', Buffer.concat([aad, Buffer.of(0)])],
    ['one byte less', aad.subarray(0, -1)],
    ['another letter', Buffer.from(aad.toString().replace('sandbox', 'sandbax'))],
    ['another case', Buffer.from(aad.toString().toUpperCase())],
    ['nothing', Buffer.alloc(0)],
  ] as const) {
    test(`${kind}: a key does not open with ${what} as its place`, async () => {
      const rootKey = await open(await make());
      const { version, wrapped } = await rootKey.wrap(randomBytes(32), aad);
      await assert.rejects(rootKey.unwrap(version, wrapped, other), isMismatch);
    });
  }

  test(`${kind}: a key does not open with another root key, under a missing version, changed or cut`, async () => {
    const rootKey = await open(await make());
    const stranger = await open(await make());
    const { version, wrapped } = await rootKey.wrap(randomBytes(32), aad);
    await assert.rejects(stranger.unwrap(version, wrapped, aad), isMismatch);
    await assert.rejects(rootKey.unwrap(version + 1, wrapped, aad), isMismatch);
    for (const at of [0, 10, wrapped.length - 10]) {
      const changed = Buffer.from(wrapped);
      changed[at] = (changed[at] ?? 0) ^ 1;
      await assert.rejects(rootKey.unwrap(version, changed, aad), isMismatch, `byte ${at}`);
    }
    await assert.rejects(rootKey.unwrap(version, wrapped.subarray(0, -4), aad), isMismatch);
  });

  test(`${kind}: what is wrapped by one place does not open at another`, async () => {
    const rootKey = await open(await make());
    for (const other of kinds.filter((candidate) => candidate.kind !== kind)) {
      const { wrapped } = await (await other.open(await other.make())).wrap(randomBytes(32), aad);
      await assert.rejects(rootKey.unwrap(1, wrapped, aad), isMismatch);
    }
  });

  test(`${kind}: an unwrapped key is the caller's own, who may overwrite it`, async () => {
    const rootKey = await open(await make());
    const plain = randomBytes(32);
    const { version, wrapped } = await rootKey.wrap(plain, aad);
    (await rootKey.unwrap(version, wrapped, aad)).fill(0);
    assert.deepEqual(await rootKey.unwrap(version, wrapped, aad), plain);
  });

  test(`${kind}: fifty keys at once are wrapped and unwrapped each as itself`, async () => {
    const rootKey = await open(await make());
    const plains = Array.from({ length: 50 }, () => randomBytes(32));
    const opened = plains.map(async (plain, index) => {
      const place = Buffer.from(`place ${index}`);
      const { version, wrapped } = await rootKey.wrap(plain, place);
      return rootKey.unwrap(version, wrapped, place);
    });
    assert.deepEqual(await Promise.all(opened), plains);
  });

  test(`${kind}: after a rotation the new version wraps, and everybody opens old and new`, async () => {
    const key = await make();
    const [mine, running] = [await open(key), await open(key)];
    const plain = randomBytes(32);
    const old = await mine.wrap(plain, aad);
    const added = await mine.rotate();
    const fresh = await mine.wrap(plain, aad);
    assert.equal(fresh.version, mine.currentVersion());
    // AWS rotates by itself, and shows no version of it.
    assert.equal(added, kind === 'AWS KMS' ? null : fresh.version);
    assert.equal(fresh.version, old.version + (added === null ? 0 : 1));
    for (const rootKey of [mine, running, await open(key)]) {
      assert.deepEqual(await rootKey.unwrap(old.version, old.wrapped, aad), plain);
      assert.deepEqual(await rootKey.unwrap(fresh.version, fresh.wrapped, aad), plain);
    }
  });
}
