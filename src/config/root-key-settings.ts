import { Secret } from '../lib/secret.ts';
import { isLoopbackHost, parseBaseUrl, type Refuse, withoutPassword } from './addresses.ts';
import type { Env } from './env.ts';

/** One root key by the place where it is kept. */
export type RootKeySetting =
  | { readonly kind: 'file' }
  | { readonly kind: 'aws-kms'; readonly keyArn: string; readonly region: string }
  | { readonly kind: 'vault-transit'; readonly mount: string; readonly key: string };

/** A HashiCorp Vault: exactly one of `token` and `tokenFile` is given. */
export interface VaultServerSetting {
  /** Without a slash at its end. */
  readonly address: string;
  readonly namespace: string | null;
  readonly token: Secret<string> | null;
  /** Read at each call, because an agent renews it. */
  readonly tokenFile: string | null;
}

export interface RootKeySettings {
  /** Wraps merchants' keys from now on. */
  readonly rootKey: RootKeySetting;
  /** Open what they wrapped before a change, or in processes that have changed already. */
  readonly otherRootKeys: readonly RootKeySetting[];
  /** Null means the address of AWS for the key's region. */
  readonly awsKmsEndpoint: string | null;
  /** Null when no root key lies in a HashiCorp Vault. */
  readonly vaultServer: VaultServerSetting | null;
}

const expectedKey =
  'file, aws-kms:<ARN of a key, not of an alias> or vault-transit:<mount>/<key>, such as vault-transit:transit/sallyport';
const arnPattern =
  /^arn:aws[a-z-]*:kms:(?<region>[a-z0-9-]+):[0-9]{12}:key\/(?:mrk-[0-9a-f]{32}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/;
const transitPattern = /^(?<mount>[\w-][\w.-]*(?:\/[\w-][\w.-]*)*)\/(?<key>\w(?:[\w.-]*\w)?)$/;

/** Judges the settings that say where root keys are kept. */
export function parseRootKeySettings(env: Env, refuse: Refuse): RootKeySettings {
  const rootKey = parseRootKey('SALLYPORT_ROOT_KEY', env.SALLYPORT_ROOT_KEY ?? 'file', refuse);
  const otherRootKeys = (env.SALLYPORT_OTHER_ROOT_KEYS ?? '')
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')
    .map((part) => parseRootKey('SALLYPORT_OTHER_ROOT_KEYS', part, refuse));
  const kinds = new Set([rootKey, ...otherRootKeys].map(({ kind }) => kind));
  return {
    rootKey,
    otherRootKeys,
    awsKmsEndpoint:
      kinds.has('aws-kms') && env.AWS_ENDPOINT_URL_KMS !== undefined
        ? parseServiceUrl('AWS_ENDPOINT_URL_KMS', env.AWS_ENDPOINT_URL_KMS, refuse)
        : null,
    vaultServer: kinds.has('vault-transit') ? parseVaultServer(env, refuse) : null,
  };
}

function parseRootKey(name: string, value: string, refuse: Refuse): RootKeySetting {
  if (value === 'file') return { kind: 'file' };
  const [kind, where] = splitOnce(value, ':');
  const region = kind === 'aws-kms' ? arnPattern.exec(where)?.groups?.region : undefined;
  if (region !== undefined) return { kind: 'aws-kms', keyArn: where, region };
  const { mount, key } = (kind === 'vault-transit' && transitPattern.exec(where)?.groups) || {};
  if (mount !== undefined && key !== undefined) return { kind: 'vault-transit', mount, key };
  refuse(name, value, expectedKey);
  return { kind: 'file' };
}

function splitOnce(text: string, separator: string): [string, string] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + separator.length)];
}

function parseVaultServer(env: Env, refuse: Refuse): VaultServerSetting {
  const tokens = [env.VAULT_TOKEN, env.VAULT_TOKEN_FILE].filter((value) => value !== undefined);
  // Their values are not shown: one of them is a secret.
  if (tokens.length === 0) refuse('VAULT_TOKEN', '', 'a token, or its file in VAULT_TOKEN_FILE');
  if (tokens.length === 2)
    refuse('VAULT_TOKEN_FILE', '…', 'nothing beside VAULT_TOKEN: only one of them can be meant');
  return {
    address: parseServiceUrl('VAULT_ADDR', env.VAULT_ADDR ?? '', refuse),
    namespace: env.VAULT_NAMESPACE ?? null,
    token: env.VAULT_TOKEN === undefined ? null : new Secret(env.VAULT_TOKEN),
    tokenFile: env.VAULT_TOKEN_FILE ?? null,
  };
}

/** Merchants' keys go there in clear, inside the connection. */
function parseServiceUrl(name: string, value: string, refuse: Refuse): string {
  const address = parseBaseUrl(name, value, refuse);
  if (!URL.canParse(value)) return address;
  const { protocol, hostname } = new URL(value);
  if (protocol === 'http:' && !isLoopbackHost(hostname.replace(/^\[|\]$/g, '')))
    refuse(name, withoutPassword(value), 'an https URL, unless it is of this machine');
  return address;
}
