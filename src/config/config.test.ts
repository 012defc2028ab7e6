import assert from 'node:assert/strict';
import { resolve } from 'node:path';
import { test } from 'node:test';
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
