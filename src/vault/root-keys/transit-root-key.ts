import { systemRandom } from '../../lib/random.ts';
import { keyLength } from '../aes-gcm.ts';
import { VaultError } from '../vault-error.ts';
import { transitKeyName } from './root-key-name.ts';
import type { RootKey } from './root-key-provider.ts';
import { createTransitClient, inQuotes, type TransitAnswer, type TransitServer } from './transit-client.ts';

export interface TransitKey {
  readonly mount: string;
  readonly key: string;
  readonly server: TransitServer;
}

/** Bound to `associated_data`, and as strong as what it wraps. */
const keyType = 'aes256-gcm96';
const ciphertextPattern = /^vault:v(?<version>[1-9][0-9]{0,8}):[A-Za-z0-9+/]+={0,2}$/;

/**
 * A root key of the transit engine of HashiCorp Vault; its versions are Vault's. `rewrap` is not used: it takes no
 * `associated_data` (https://github.com/hashicorp/vault/issues/31791).
 *
 * @throws {VaultError} `root_key_refused` when there is no such key, it is of another type, or this Vault does not bind
 * keys to `associated_data`; `root_key_unavailable`.
 */
export async function openTransitRootKey({ mount, key, server }: TransitKey): Promise<RootKey> {
  const client = createTransitClient(server);
  const name = transitKeyName(mount, key);
  let current = 0;

  const wrap = async (plain: Buffer, aad: Buffer) => {
    const answer = await client.ask(`${mount}/encrypt/${key}`, {
      plaintext: plain.toString('base64'),
      associated_data: aad.toString('base64'),
    });
    const { ciphertext } = answer.data;
    const version = typeof ciphertext === 'string' ? versionOf(ciphertext) : undefined;
    if (answer.status !== 200 || typeof ciphertext !== 'string' || version === undefined)
      throw unexpected(name, 'encrypt', answer);
    current = version;
    return { version, wrapped: Buffer.from(ciphertext) };
  };

  const decrypt = (wrapped: Buffer, aad: Buffer): Promise<TransitAnswer> =>
    client.ask(`${mount}/decrypt/${key}`, {
      ciphertext: wrapped.toString('latin1'),
      associated_data: aad.toString('base64'),
    });

  const readVersion = async (): Promise<number> =>
    judgeKey(await client.ask(`${mount}/keys/${key}`, null), name, mount, key);

  current = await readVersion();
  await refuseUnboundKeys(name, wrap, decrypt);

  return {
    name,
    currentVersion: () => current,
    wrap,
    async unwrap(version, wrapped, aad) {
      if (versionOf(wrapped.toString('latin1')) !== version)
        throw mismatch(name, version, 'its ciphertext is of another version, or of another service');
      const answer = await decrypt(wrapped, aad);
      if (answer.status === 400)
        throw mismatch(name, version, `HashiCorp Vault says${inQuotes(answer.errors)}`);
      const { plaintext } = answer.data;
      if (answer.status !== 200 || typeof plaintext !== 'string') throw unexpected(name, 'decrypt', answer);
      return Buffer.from(plaintext, 'base64');
    },
    async rotate() {
      // Once: a try that was not answered may have rotated it, and another would rotate it again.
      const answer = await client.ask(`${mount}/keys/${key}/rotate`, {}, { once: true });
      if (answer.status !== 200 && answer.status !== 204) throw unexpected(name, 'rotate', answer);
      current = await readVersion();
      return current;
    },
  };
}

function versionOf(ciphertext: string): number | undefined {
  const version = ciphertextPattern.exec(ciphertext)?.groups?.version;
  return version === undefined ? undefined : Number(version);
}

/** The version that encrypts. */
function judgeKey(answer: TransitAnswer, name: string, mount: string, key: string): number {
  if (answer.status === 404)
    throw new VaultError(
      'root_key_refused',
      `HashiCorp Vault has no key ${name}; for a new installation make it: vault write -f ${mount}/keys/${key} type=${keyType}`,
    );
  const { type, derived, latest_version: latest } = answer.data;
  if (answer.status !== 200 || typeof latest !== 'number') throw unexpected(name, 'read', answer);
  if (type !== keyType || derived !== false)
    throw new VaultError(
      'root_key_refused',
      `the key ${name} is of type ${String(type)}${derived === true ? ', derived' : ''}: a root key must be of type ${keyType} and not derived; make another one and name it in the settings`,
    );
  return latest;
}

/** Before 1.13 HashiCorp Vault passes over `associated_data` without a word: wrapped keys could be moved between rows. */
async function refuseUnboundKeys(
  name: string,
  wrap: RootKey['wrap'],
  decrypt: (wrapped: Buffer, aad: Buffer) => Promise<TransitAnswer>,
): Promise<void> {
  const { wrapped } = await wrap(systemRandom.bytes(keyLength), Buffer.from('sallyport: one place'));
  const { status } = await decrypt(wrapped, Buffer.from('sallyport: another place'));
  if (status === 200)
    throw new VaultError(
      'root_key_refused',
      `the HashiCorp Vault of ${name} does not bind keys to associated_data: it must be version 1.13 or newer`,
    );
}

function mismatch(name: string, version: number, why: string): VaultError {
  return new VaultError(
    'root_key_mismatch',
    `version ${version} of ${name} does not open what this database says it wrapped: ${why}. Either the key is another one, or the database belongs to another installation or mode, or min_decryption_version was raised`,
  );
}

/** Where a success says nothing that fits, it is not HashiCorp Vault that answers, but something in between. */
function unexpected(name: string, act: string, answer: TransitAnswer): VaultError {
  return new VaultError(
    answer.status === 200 ? 'root_key_unavailable' : 'root_key_refused',
    `HashiCorp Vault did not ${act} ${name}: status ${answer.status}${inQuotes(answer.errors)}`,
  );
}
