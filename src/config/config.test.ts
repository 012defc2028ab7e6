import assert from 'node:assert/strict';
import { resolve } from 'node:path';
import { test } from 'node:test';
import { inspect } from 'node:util';
import { type Config, ConfigError, parseConfig } from './config.ts';
import { readEnv } from './env.ts';

function configOf(variables: Record<string, string>, argv: string[] = []): Config {
  return parseConfig(readEnv(variables, argv));
}

test('with nothing set, everything has its documented default', () => {
  assert.deepEqual(configOf({}), {
    port: 8000,
    host: '127.0.0.1',
    hostIsLoopback: true,
    dataFolder: resolve('data'),
    databaseUrl: null,
    databaseVaultUrl: null,
    mode: 'sandbox',
    role: 'all',
    publicUrl: 'http://127.0.0.1:8000',
    acquirerUrl: null,
    acquirerDeadlineMs: 10_000,
    trustedProxies: [],
    cardRetentionDays: 7,
    logLevel: 'info',
    databasePool: 20,
    rootKey: { kind: 'file' },
    otherRootKeys: [],
    awsKmsEndpoint: null,
    vaultServer: null,
  });
});

test('a variable set to nothing counts as absent', () => {
  assert.deepEqual(configOf({ PORT: '', HOST: ' ', DATABASE_URL: '' }), configOf({}));
});

test('the configuration cannot be changed once judged', () => {
  assert.ok(Object.isFrozen(configOf({})));
});

const keyArn = 'arn:aws:kms:eu-central-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab';
const replicaArn = 'arn:aws-us-gov:kms:us-gov-west-1:111122223333:key/mrk-1234abcd12ab34cd56ef1234567890ab';
const vaultServer = { VAULT_ADDR: 'https://vault.example:8200/', VAULT_TOKEN: 'hvs.secret' };

const accepted: [Record<string, string>, string[], Partial<Config>][] = [
  [
    { PORT: '8443', HOST: '0.0.0.0' },
    [],
    { port: 8443, hostIsLoopback: false, publicUrl: 'http://0.0.0.0:8443' },
  ],
  [{ HOST: '::1' }, [], { host: '::1', hostIsLoopback: true, publicUrl: 'http://[::1]:8000' }],
  [{ HOST: '[::1]' }, [], { host: '::1' }],
  [{ HOST: 'localhost' }, [], { hostIsLoopback: true }],
  [{ HOST: '127.0.0.9' }, [], { hostIsLoopback: true }],
  [{ HOST: '127.evil.example' }, [], { hostIsLoopback: false }],
  [{ PUBLIC_URL: 'https://pay.example/base/' }, [], { publicUrl: 'https://pay.example/base' }],
  [{ SALLYPORT_MODE: 'live', PUBLIC_URL: 'https://pay.example' }, [], { mode: 'live' }],
  [{ SALLYPORT_ACQUIRER_URL: 'http://127.0.0.1:9100/' }, [], { acquirerUrl: 'http://127.0.0.1:9100' }],
  [{ SALLYPORT_TRUSTED_PROXIES: '10.0.0.0/8, ::1' }, [], { trustedProxies: ['10.0.0.0/8', '::1'] }],
  [{ DATABASE_URL: 'postgres://a:b@db/x' }, [], { databaseUrl: 'postgres://a:b@db/x' }],
  [
    { SALLYPORT_DATABASE_POOL: '5', SALLYPORT_LOG_LEVEL: 'debug' },
    [],
    { databasePool: 5, logLevel: 'debug' },
  ],
  [{ SALLYPORT_ROOT_KEY: 'file', VAULT_ADDR: 'not judged' }, [], { rootKey: { kind: 'file' } }],
  [
    { SALLYPORT_ROOT_KEY: `aws-kms:${keyArn}`, AWS_ENDPOINT_URL_KMS: 'https://kms.example/' },
    [],
    {
      rootKey: { kind: 'aws-kms', keyArn, region: 'eu-central-1' },
      awsKmsEndpoint: 'https://kms.example',
      vaultServer: null,
    },
  ],
  [
    { SALLYPORT_ROOT_KEY: `aws-kms:${replicaArn}` },
    [],
    { rootKey: { kind: 'aws-kms', keyArn: replicaArn, region: 'us-gov-west-1' }, awsKmsEndpoint: null },
  ],
  [
    { ...vaultServer, SALLYPORT_ROOT_KEY: 'vault-transit:team/transit/card-root.1' },
    [],
    { rootKey: { kind: 'vault-transit', mount: 'team/transit', key: 'card-root.1' } },
  ],
  [
    { SALLYPORT_OTHER_ROOT_KEYS: `file, aws-kms:${keyArn}` },
    [],
    { otherRootKeys: [{ kind: 'file' }, { kind: 'aws-kms', keyArn, region: 'eu-central-1' }] },
  ],
  [{}, ['--role', 'worker'], { role: 'worker' }],
  [{}, ['--role=api'], { role: 'api' }],
];

for (const [variables, argv, expected] of accepted) {
  test(`accepted: ${JSON.stringify(variables)} ${argv.join(' ')}`, () => {
    assert.partialDeepStrictEqual(configOf(variables, argv), expected);
  });
}

const refused: [Record<string, string>, string[], RegExp][] = [
  [{ PORT: '80a' }, [], /PORT is "80a": expected a whole number from 0 to 65535/],
  [{ PORT: '65536' }, [], /PORT is "65536"/],
  [{ PORT: '-1' }, [], /PORT is "-1"/],
  [{ HOST: 'http://x' }, [], /HOST is "http:\/\/x": expected an IP address/],
  [{ HOST: '1.2.3' }, [], /HOST is "1.2.3"/],
  [{ SALLYPORT_MODE: 'production' }, [], /SALLYPORT_MODE is "production": expected one of sandbox, live/],
  [
    { DATABASE_VAULT_URL: 'postgres://a:b@db/x' },
    [],
    /DATABASE_VAULT_URL is "postgres:\/\/\*\*\*@db\/x": expected nothing/,
  ],
  [{ PUBLIC_URL: 'pay.example' }, [], /PUBLIC_URL is "pay.example": expected an http or https URL/],
  [{ PUBLIC_URL: 'https://pay.example/?a=1' }, [], /PUBLIC_URL/],
  [{ SALLYPORT_MODE: 'live', PUBLIC_URL: 'http://pay.example' }, [], /PUBLIC_URL .* expected an https URL/],
  [
    { SALLYPORT_MODE: 'live', SALLYPORT_ACQUIRER_URL: 'http://127.0.0.1:1' },
    [],
    /SALLYPORT_ACQUIRER_URL .* sandbox only/,
  ],
  [{ DATABASE_URL: 'mysql://a:b@db/x' }, [], /DATABASE_URL is "mysql:\/\/\*\*\*@db\/x": expected postgres:/],
  [{ SALLYPORT_LOG_LEVEL: 'loud' }, [], /SALLYPORT_LOG_LEVEL is "loud": expected one of fatal, /],
  [
    { SALLYPORT_DATABASE_POOL: '0' },
    [],
    /SALLYPORT_DATABASE_POOL is "0": expected a whole number from 1 to 500/,
  ],
  [{ SALLYPORT_ROOT_KEY: 'kms' }, [], /SALLYPORT_ROOT_KEY is "kms": expected file, aws-kms:<ARN of a key/],
  [{ SALLYPORT_ROOT_KEY: `aws-kms:${keyArn.replace('key/', 'alias/')}` }, [], /not of an alias/],
  [{ SALLYPORT_ROOT_KEY: `aws-kms:${keyArn.slice(0, -1)}` }, [], /SALLYPORT_ROOT_KEY/],
  [{ ...vaultServer, SALLYPORT_ROOT_KEY: 'vault-transit:sallyport' }, [], /vault-transit:<mount>\/<key>/],
  [{ ...vaultServer, SALLYPORT_ROOT_KEY: 'vault-transit:transit/../sys/seal' }, [], /SALLYPORT_ROOT_KEY/],
  [{ ...vaultServer, SALLYPORT_ROOT_KEY: 'vault-transit:transit/a?b' }, [], /SALLYPORT_ROOT_KEY/],
  [{ SALLYPORT_OTHER_ROOT_KEYS: 'file, elsewhere' }, [], /SALLYPORT_OTHER_ROOT_KEYS is "elsewhere"/],
  [
    { SALLYPORT_ROOT_KEY: `aws-kms:${keyArn}`, AWS_ENDPOINT_URL_KMS: 'http://kms.example' },
    [],
    /AWS_ENDPOINT_URL_KMS is "http:\/\/kms\.example": expected an https URL/,
  ],
  [
    { ...vaultServer, SALLYPORT_ROOT_KEY: 'vault-transit:transit/key', VAULT_ADDR: 'http://10.0.0.7:8200' },
    [],
    /VAULT_ADDR is .* expected an https URL, unless it is of this machine/,
  ],
  [
    { SALLYPORT_ROOT_KEY: 'vault-transit:transit/key', VAULT_TOKEN: 'hvs.secret' },
    [],
    /VAULT_ADDR is "": expected an http or https URL/,
  ],
  [
    { SALLYPORT_OTHER_ROOT_KEYS: 'vault-transit:transit/key', VAULT_ADDR: 'https://vault.example' },
    [],
    /VAULT_TOKEN is "": expected a token, or its file in VAULT_TOKEN_FILE/,
  ],
  [
    { ...vaultServer, SALLYPORT_ROOT_KEY: 'vault-transit:transit/key', VAULT_TOKEN_FILE: '/run/token' },
    [],
    /VAULT_TOKEN_FILE is .* expected nothing beside VAULT_TOKEN/,
  ],
  [{}, ['--role', 'boss'], /--role is "boss": expected one of api, worker, all/],
  [{}, ['--role'], /--role is ""/],
  [{}, ['--rolle=api'], /argument is "--rolle=api"/],
];

for (const [variables, argv, message] of refused) {
  test(`refused with a reason: ${JSON.stringify(variables)} ${argv.join(' ')}`, () => {
    assert.throws(() => configOf(variables, argv), { name: 'ConfigError', message });
  });
}

test('all bad settings are told at once, and no password with them', () => {
  const bad = { PORT: 'x', HOST: '!', DATABASE_URL: 'sql://joe:hunter2@pw@db/x' };
  assert.throws(
    () => configOf(bad),
    (error: unknown) => {
      assert.ok(error instanceof ConfigError);
      assert.equal(error.problems.length, 3);
      assert.doesNotMatch(error.message, /hunter2|pw@/);
      return true;
    },
  );
});

test('the token of a HashiCorp Vault is in the configuration, and shows in nothing made of it', () => {
  const config = configOf({ ...vaultServer, SALLYPORT_ROOT_KEY: 'vault-transit:transit/key' });
  assert.equal(config.vaultServer?.token?.reveal(), 'hvs.secret');
  assert.equal(config.vaultServer?.address, 'https://vault.example:8200');
  assert.doesNotMatch(
    `${inspect(config, { depth: 10, showHidden: true })}${JSON.stringify(config)}`,
    /hvs\.secret/,
  );
});

test('an address of a key service with a password in it is refused without showing it', () => {
  const bad = { ...vaultServer, VAULT_ADDR: 'http://joe:hunter2@vault.example' };
  assert.throws(
    () => configOf({ ...bad, SALLYPORT_ROOT_KEY: 'vault-transit:transit/key' }),
    (error: Error) => {
      assert.doesNotMatch(error.message, /hunter2|hvs\.secret/);
      return error instanceof ConfigError;
    },
  );
});
