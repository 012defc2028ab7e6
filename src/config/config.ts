import { isIP, isIPv6 } from 'node:net';
import { resolve } from 'node:path';
import { isLoopbackHost, parseBaseUrl, type Refuse, withoutPassword } from './addresses.ts';
import type { Env } from './env.ts';
import { parseRootKeySettings, type RootKeySettings } from './root-key-settings.ts';

const MODES = ['sandbox', 'live'] as const;
const ROLES = ['api', 'worker', 'all'] as const;
const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;
const POOL_CONNECTIONS_MAX = 500;

export type Mode = (typeof MODES)[number];
export type Role = (typeof ROLES)[number];
export type LogLevel = (typeof LOG_LEVELS)[number];

export type Config = {
  readonly port: number;
  readonly host: string;
  /** Whether only this machine can reach `host`; the demo merchants exist nowhere else. */
  readonly hostIsLoopback: boolean;
  /** Absolute path: the embedded PostgreSQL and the local root key live under it. */
  readonly dataFolder: string;
  /** Null means the embedded PostgreSQL. Holds a password: not to be logged. */
  readonly databaseUrl: string | null;
  /** The same database for the vault, as a user of its own; null means that the vault's role is taken on. Holds a password. */
  readonly databaseVaultUrl: string | null;
  readonly mode: Mode;
  readonly role: Role;
  /** What browsers and merchants reach us under: an origin or a base path, without a slash at its end. */
  readonly publicUrl: string;
  /** Base URL, without a slash at its end, of a simulated acquirer run as a process of its own; null means in this one. */
  readonly acquirerUrl: string | null;
  /** The longest that one call to an acquirer may take; after it the outcome is unknown and will be found out. */
  readonly acquirerDeadlineMs: number;
  /** Addresses or networks of the proxies in front, whose word on where a browser is gets believed. */
  readonly trustedProxies: readonly string[];
  /** How many days the number of a card that is not saved is kept after its payment has ended. */
  readonly cardRetentionDays: number;
  readonly logLevel: LogLevel;
  /** Most connections to the database that this process opens. */
  readonly databasePool: number;
} & RootKeySettings;

/** Settings that cannot be used; the message has one line for each, with its name, value and what was expected. */
export class ConfigError extends Error {
  readonly code = 'bad_configuration';
  readonly problems: readonly string[];
  constructor(problems: readonly string[]) {
    super(`bad configuration:\n${problems.map((problem) => `  ${problem}`).join('\n')}`);
    this.name = 'ConfigError';
    this.problems = problems;
  }
}

/**
 * Judges the settings; what is absent gets its default.
 *
 * @throws {ConfigError} listing every bad setting.
 */
export function parseConfig(env: Env): Config {
  const problems: string[] = [];
  const refuse: Refuse = (name, value, expected) => {
    problems.push(`${name} is ${JSON.stringify(value)}: expected ${expected}`);
  };
  for (const argument of env.unknownArguments) refuse('argument', argument, '--role api, worker or all');
  const mode = oneOf('SALLYPORT_MODE', env.SALLYPORT_MODE, MODES, 'sandbox', refuse);
  const port = wholeNumber('PORT', env.PORT, { min: 0, max: 65_535, otherwise: 8000 }, refuse);
  const host = parseHost(env.HOST ?? '127.0.0.1', refuse);
  const publicUrl = parseBaseUrl('PUBLIC_URL', env.PUBLIC_URL ?? originOf(host, port), refuse);
  const config: Config = {
    port,
    host,
    hostIsLoopback: isLoopbackHost(host),
    dataFolder: resolve(env.SALLYPORT_DATA ?? './data'),
    databaseUrl: parseDatabaseUrl(env.DATABASE_URL, refuse),
    databaseVaultUrl: parseDatabaseVaultUrl(env, refuse),
    mode,
    role: oneOf('--role', env.role, ROLES, 'all', refuse),
    publicUrl,
    acquirerUrl:
      env.SALLYPORT_ACQUIRER_URL === undefined
        ? null
        : parseBaseUrl('SALLYPORT_ACQUIRER_URL', env.SALLYPORT_ACQUIRER_URL, refuse),
    acquirerDeadlineMs: wholeNumber(
      'SALLYPORT_ACQUIRER_DEADLINE_MS',
      env.SALLYPORT_ACQUIRER_DEADLINE_MS,
      { min: 100, max: 50_000, otherwise: 10_000 },
      refuse,
    ),
    trustedProxies: parseTrustedProxies(env.SALLYPORT_TRUSTED_PROXIES, refuse),
    cardRetentionDays: wholeNumber(
      'SALLYPORT_CARD_RETENTION_DAYS',
      env.SALLYPORT_CARD_RETENTION_DAYS,
      { min: 0, max: 3650, otherwise: 7 },
      refuse,
    ),
    logLevel: oneOf('SALLYPORT_LOG_LEVEL', env.SALLYPORT_LOG_LEVEL, LOG_LEVELS, 'info', refuse),
    databasePool: wholeNumber(
      'SALLYPORT_DATABASE_POOL',
      env.SALLYPORT_DATABASE_POOL,
      { min: 1, max: POOL_CONNECTIONS_MAX, otherwise: 20 },
      refuse,
    ),
    ...parseRootKeySettings(env, refuse),
  };
  // Card data goes to the hosted pages under this address, so a live one is never in clear.
  if (mode === 'live' && env.PUBLIC_URL !== undefined && !publicUrl.startsWith('https:')) {
    refuse('PUBLIC_URL', env.PUBLIC_URL, 'an https URL, since SALLYPORT_MODE is live');
  }
  if (mode === 'live' && env.SALLYPORT_ACQUIRER_URL !== undefined) {
    refuse(
      'SALLYPORT_ACQUIRER_URL',
      env.SALLYPORT_ACQUIRER_URL,
      'nothing: the simulated acquirer is for the sandbox only',
    );
  }
  if (problems.length > 0) throw new ConfigError(problems);
  return Object.freeze(config);
}

function oneOf<Choice extends string>(
  name: string,
  value: string | undefined,
  choices: readonly Choice[],
  otherwise: Choice,
  refuse: Refuse,
): Choice {
  if (value === undefined) return otherwise;
  const choice = choices.find((candidate) => candidate === value);
  if (choice === undefined) refuse(name, value, `one of ${choices.join(', ')}`);
  return choice ?? otherwise;
}

function wholeNumber(
  name: string,
  value: string | undefined,
  range: { min: number; max: number; otherwise: number },
  refuse: Refuse,
): number {
  if (value === undefined) return range.otherwise;
  const number = /^\d{1,9}$/.test(value) ? Number(value) : Number.NaN;
  if (number >= range.min && number <= range.max) return number;
  refuse(name, value, `a whole number from ${range.min} to ${range.max}`);
  return range.otherwise;
}

function parseHost(value: string, refuse: Refuse): string {
  const bare = value.startsWith('[') && value.endsWith(']') ? value.slice(1, -1) : value;
  const isName = /^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/i.test(bare);
  if (isIP(bare) === 0 && !(isName && !/^[\d.]+$/.test(bare))) {
    refuse('HOST', value, 'an IP address or a host name, such as 127.0.0.1 or 0.0.0.0');
  }
  return bare;
}

function originOf(host: string, port: number): string {
  return `http://${isIPv6(host) ? `[${host}]` : host}:${port}`;
}

function parseTrustedProxies(value: string | undefined, refuse: Refuse): string[] {
  const proxies = (value ?? '')
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
  const isNetwork = (text: string): boolean => {
    const [address = '', bits, ...rest] = text.split('/');
    const version = isIP(address);
    const fits = bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (version === 4 ? 32 : 128));
    return version !== 0 && fits && rest.length === 0;
  };
  if (value !== undefined && !proxies.every(isNetwork))
    refuse(
      'SALLYPORT_TRUSTED_PROXIES',
      value,
      'IP addresses or networks, such as 10.0.0.0/8, with commas between',
    );
  return proxies;
}

function parseDatabaseUrl(value: string | undefined, refuse: Refuse): string | null {
  if (value === undefined) return null;
  if (!/^postgres(ql)?:\/\/\S+$/.test(value)) {
    refuse('DATABASE_URL', withoutPassword(value), 'postgres://user:password@host:port/database');
  }
  return value;
}

function parseDatabaseVaultUrl(env: Env, refuse: Refuse): string | null {
  const value = env.DATABASE_VAULT_URL;
  if (value !== undefined && env.DATABASE_URL === undefined) {
    const expected = 'nothing, unless DATABASE_URL names the same database for the gateway';
    refuse('DATABASE_VAULT_URL', withoutPassword(value), expected);
  }
  return parseDatabaseUrl(value, (_, shown, expected) => refuse('DATABASE_VAULT_URL', shown, expected));
}
