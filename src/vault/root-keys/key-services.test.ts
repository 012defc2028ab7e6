import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, beforeEach, test } from 'node:test';
import { inspect } from 'node:util';
import { awsCredentials, awsEnvironment, awsRegion, startAwsKms } from '../../../test/support/aws-kms.ts';
import type { KeyServiceFault } from '../../../test/support/key-service.ts';
import { startTransit } from '../../../test/support/transit.ts';
import { Secret } from '../../lib/secret.ts';
import { VaultError, type VaultErrorCode } from '../vault-error.ts';
import { createAwsKmsRootKey } from './aws-kms-root-key.ts';
import type { RootKey } from './root-key-provider.ts';
import { openTransitRootKey } from './transit-root-key.ts';

Object.assign(process.env, awsEnvironment);
const folder = await mkdtemp(join(tmpdir(), 'sallyport-key-services-'));
const kms = await startAwsKms();
const transit = await startTransit();
after(async () => {
  await kms.stop();
  await transit.stop();
  await rm(folder, { recursive: true });
});
beforeEach(() => {
  Object.assign(process.env, awsEnvironment);
  Object.assign(transit, { token: 'hvs.CAESIPretendTokenOfATest', sealed: false, standby: false });
  Object.assign(transit, { ignoresAssociatedData: false, repeatsToken: false });
  transit.denied.clear();
});

const aad = Buffer.from('a place');
const tryMs = 200;
/** Three tries and the pauses between them, each of AWS's below a second. */
const wholeMsMax = 3 * tryMs + 2500;

const keyArn = kms.makeKey();
const keyPath = transit.makeKey();

function openKms(arn = keyArn, endpoint = kms.url): RootKey {
  return createAwsKmsRootKey({ keyArn: arn, region: awsRegion, endpoint, tryMs });
}

function openTransit(
  path = keyPath,
  server: { address?: string; tokenFile?: string } = {},
): Promise<RootKey> {
  const [mount = '', key = ''] = path.split('/');
  const { address = transit.url, tokenFile = null } = server;
  const token = tokenFile === null ? new Secret(transit.token) : null;
  return openTransitRootKey({ mount, key, server: { address, namespace: null, token, tokenFile, tryMs } });
}

/** Whether an error is a VaultError of `code` that says `words`, and nothing that is secret anywhere in it. */
function failsAs(code: VaultErrorCode, words: RegExp) {
  return (error: unknown) => {
    assert.ok(error instanceof VaultError, inspect(error));
    assert.equal(error.code, code, error.message);
    assert.match(error.message, words);
    const all = inspect(error, { depth: 10, showHidden: true });
    for (const secret of [transit.token, awsCredentials.secretAccessKey, awsCredentials.sessionToken])
      assert.equal(all.includes(secret), false, 'a secret is shown');
    return true;
  };
}

async function took(work: () => Promise<unknown>): Promise<number> {
  const begun = performance.now();
  await work();
  return performance.now() - begun;
}

const services = [
  { kind: 'AWS KMS', service: kms, open: async () => openKms() },
  { kind: 'HashiCorp Vault', service: transit, open: () => openTransit() },
] as const;

for (const { kind, service, open } of services) {
  for (const faults of [['throttled'], ['hang_up', 'error_500'], ['silence']] satisfies KeyServiceFault[][]) {
    test(`${kind}: ${faults.join(', ')}, then an answer: the caller notices nothing`, async () => {
      const rootKey = await open();
      const plain = randomBytes(32);
      const { version, wrapped } = await rootKey.wrap(plain, aad);
      service.faults.push(...faults);
      assert.deepEqual(await rootKey.unwrap(version, wrapped, aad), plain);
      service.faults.push(...faults);
      await rootKey.wrap(plain, aad);
      assert.deepEqual(service.faults, []);
    });
  }

  for (const [fault, words] of [
    ['throttled', /Throttling|429/],
    ['error_500', /500/],
    ['hang_up', /./],
    ['silence', /./],
  ] as const satisfies (readonly [KeyServiceFault, RegExp])[]) {
    test(`${kind}: ${fault} three times is unavailable, after three calls and a bounded wait`, async () => {
      const rootKey = await open();
      const { version, wrapped } = await rootKey.wrap(randomBytes(32), aad);
      const before = service.calls();
      service.faults.push(fault, fault, fault);
      const ms = await took(() =>
        assert.rejects(rootKey.unwrap(version, wrapped, aad), failsAs('root_key_unavailable', words)),
      );
      assert.equal(service.calls() - before, 3);
      assert.ok(ms < wholeMsMax, `${ms} ms`);
    });
  }

  test(`${kind}: nobody listening is unavailable, and once somebody does it works again`, async () => {
    const rootKey = await open();
    const plain = randomBytes(32);
    const { version, wrapped } = await rootKey.wrap(plain, aad);
    await service.stop();
    const unavailable = failsAs('root_key_unavailable', /ECONNREFUSED.*reached from here/);
    await assert.rejects(rootKey.unwrap(version, wrapped, aad), unavailable);
    await assert.rejects(rootKey.wrap(plain, aad), unavailable);
    await service.start();
    assert.deepEqual(await rootKey.unwrap(version, wrapped, aad), plain);
  });

  test(`${kind}: a page of something in between is unavailable`, async () => {
    const rootKey = await open();
    const { version, wrapped } = await rootKey.wrap(randomBytes(32), aad);
    service.faults.push('page');
    await assert.rejects(rootKey.unwrap(version, wrapped, aad), failsAs('root_key_unavailable', /200/));
  });
}

for (const [error, words] of [
  ['AccessDeniedException', /"User: arn:aws:iam.*allow these credentials kms:Encrypt and kms:Decrypt/],
  ['DisabledException', /enable the key/],
  ['KMSInvalidStateException', /must be enabled; cancel its deletion/],
  ['InvalidKeyUsageException', /symmetric key for encryption/],
  ['ExpiredTokenException', /credentials are wrong or have expired/],
  ['SomethingNewException', /SomethingNewException/],
] as const) {
  test(`AWS KMS: ${error} is refused at once, with what to do`, async () => {
    const arn = kms.makeKey();
    kms.refuse(arn, error);
    const before = kms.calls();
    await assert.rejects(openKms(arn).wrap(randomBytes(32), aad), failsAs('root_key_refused', words));
    assert.equal(kms.calls() - before, 1);
  });
}

test('AWS KMS: a key that is not there is refused', async () => {
  const arn = keyArn.replace(/.$/, (digit) => (digit === '0' ? '1' : '0'));
  await assert.rejects(openKms(arn).wrap(aad, aad), failsAs('root_key_refused', /no such key/));
});

for (const [what, change] of [
  ['another secret', { AWS_SECRET_ACCESS_KEY: 'another' }],
  ['another access key', { AWS_ACCESS_KEY_ID: 'AKIAIOSFODNN7ANOTHER' }],
  ['another session token', { AWS_SESSION_TOKEN: 'another' }],
] as const) {
  test(`AWS KMS: requests are signed: ${what} is refused`, async () => {
    Object.assign(process.env, change);
    await assert.rejects(openKms().wrap(aad, aad), failsAs('root_key_refused', /credentials are wrong/));
  });
}

test('AWS KMS: without credentials it says which to give, and asks nobody', async () => {
  for (const name of Object.keys(awsEnvironment).filter((one) => /KEY|TOKEN/.test(one)))
    delete process.env[name];
  const before = kms.calls();
  await assert.rejects(
    openKms().wrap(aad, aad),
    failsAs('root_key_refused', /no credentials were found; set AWS_ACCESS_KEY_ID/),
  );
  assert.equal(kms.calls(), before);
});

test('AWS KMS: the place of a key is its encryption context, alike in both calls, and nothing else is', async () => {
  const before = kms.contexts.length;
  const rootKey = openKms();
  const { version, wrapped } = await rootKey.wrap(randomBytes(32), aad);
  await rootKey.unwrap(version, wrapped, aad);
  const context = { sallyport: aad.toString('base64') };
  assert.deepEqual(kms.contexts.slice(before), [context, context]);
});

test('AWS KMS: what was wrapped before AWS rotated the key still opens', async () => {
  const plain = randomBytes(32);
  const { version, wrapped } = await openKms().wrap(plain, aad);
  kms.rotateMaterial(keyArn);
  assert.deepEqual(await openKms().unwrap(version, wrapped, aad), plain);
});

test('AWS KMS: a replica of a multi-Region key is the same key, in another region', async () => {
  const plain = randomBytes(32);
  const arn = kms.makeKey(true);
  const first = openKms(arn);
  const { version, wrapped } = await first.wrap(plain, aad);
  const region = 'eu-west-1';
  const keyOfReplica = arn.replace(awsRegion, region);
  const replica = createAwsKmsRootKey({ keyArn: keyOfReplica, region, endpoint: kms.url, tryMs });
  assert.equal(replica.name, first.name);
  assert.deepEqual(await replica.unwrap(version, wrapped, aad), plain);
  const single = openKms();
  assert.notEqual(single.name, openKms(keyArn.replace(awsRegion, region)).name);
});

test('AWS KMS: an address in clear that is not this machine is not asked, wherever it was set', async () => {
  process.env.AWS_ENDPOINT_URL = 'http://kms.example';
  const rootKey = createAwsKmsRootKey({ keyArn, region: awsRegion, endpoint: null, tryMs });
  await assert.rejects(
    rootKey.wrap(aad, aad),
    failsAs('root_key_refused', /http:\/\/kms\.example, in clear/),
  );
  delete process.env.AWS_ENDPOINT_URL;
});

const vaultRefusals: [string, () => Promise<RootKey>, VaultErrorCode, RegExp][] = [
  [
    'a token that is not believed',
    () => {
      const opening = openTransit();
      transit.token = 'hvs.another';
      return opening;
    },
    'root_key_refused',
    /403 "1 error occurred: \* permission denied": its token has expired, or its policy/,
  ],
  [
    'no such key',
    () => openTransit('transit/absent'),
    'root_key_refused',
    /vault write -f transit\/keys\/absent/,
  ],
  ['no such mount', () => openTransit('other/key'), 'root_key_refused', /no key vault-transit:other\/key/],
  [
    'a key of another type',
    () => openTransit(transit.makeKey('aes128-gcm96')),
    'root_key_refused',
    /aes128-gcm96: a root key must be of type aes256-gcm96/,
  ],
  [
    'a derived key',
    () => openTransit(transit.makeKey('aes256-gcm96', true)),
    'root_key_refused',
    /derived: a root key must be/,
  ],
  [
    'a Vault that passes over associated_data',
    () => {
      transit.ignoresAssociatedData = true;
      return openTransit();
    },
    'root_key_refused',
    /does not bind keys to associated_data: it must be version 1\.13 or newer/,
  ],
  [
    'a sealed Vault',
    () => {
      transit.sealed = true;
      return openTransit();
    },
    'root_key_unavailable',
    /503 "Vault is sealed"\): see whether it runs, is unsealed/,
  ],
  [
    'a standby',
    () => {
      transit.standby = true;
      return openTransit();
    },
    'root_key_refused',
    /sends us to another server, as a standby does/,
  ],
  [
    'an answer that repeats the token',
    () => {
      transit.repeatsToken = true;
      return openTransit();
    },
    'root_key_refused',
    /did not read vault-transit:.*: status 400$/,
  ],
  [
    'a token file that is not there',
    () => openTransit(keyPath, { tokenFile: join(folder, 'absent') }),
    'root_key_refused',
    /token file .*absent cannot be read \(ENOENT\)/,
  ],
];
for (const [what, open, code, words] of vaultRefusals) {
  test(`HashiCorp Vault: ${what} is refused with what to do`, async () => {
    await assert.rejects(open(), failsAs(code, words));
  });
}

test('HashiCorp Vault: a policy that lacks one path is told at once, without more tries', async () => {
  const rootKey = await openTransit();
  transit.denied.add(`encrypt/${keyPath.split('/')[1]}`);
  const before = transit.calls();
  await assert.rejects(rootKey.wrap(aad, aad), failsAs('root_key_refused', /its policy lacks the paths/));
  assert.equal(transit.calls() - before, 1);
});

test('HashiCorp Vault: the token file is read anew at each call, because an agent renews it', async () => {
  const tokenFile = join(folder, 'token');
  await writeFile(tokenFile, `${transit.token}\n`);
  const rootKey = await openTransit(keyPath, { tokenFile });
  transit.token = 'hvs.renewed';
  await assert.rejects(rootKey.wrap(aad, aad), failsAs('root_key_refused', /403/));
  await writeFile(tokenFile, 'hvs.renewed');
  await rootKey.wrap(aad, aad);
});

test('HashiCorp Vault: a version below min_decryption_version does not open, in its own words', async () => {
  const path = transit.makeKey();
  const rootKey = await openTransit(path);
  const { version, wrapped } = await rootKey.wrap(randomBytes(32), aad);
  await rootKey.rotate();
  transit.setMinDecryptionVersion(path, 2);
  await assert.rejects(
    rootKey.unwrap(version, wrapped, aad),
    failsAs('root_key_mismatch', /version 1 of .*disallowed by policy \(too old\).*min_decryption_version/),
  );
});

test('HashiCorp Vault: a rotation that is not answered is not asked for twice', async () => {
  const rootKey = await openTransit(transit.makeKey());
  const before = transit.calls();
  transit.faults.push('silence');
  await assert.rejects(
    rootKey.rotate(),
    failsAs('root_key_unavailable', /did not serve .*rotate when asked once/),
  );
  assert.equal(transit.calls() - before, 1);
});

test('HashiCorp Vault: a rotation by others is followed at the next wrap', async () => {
  const path = transit.makeKey();
  const rootKey = await openTransit(path);
  transit.rotate(path);
  assert.equal((await rootKey.wrap(randomBytes(32), aad)).version, 2);
  assert.equal(rootKey.currentVersion(), 2);
});
