import { createSecretKey, type KeyObject, randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { type FileHandle, link, mkdir, open, rename, unlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { systemRandom } from '../../lib/random.ts';
import { decrypt, encrypt, ivLength, keyLength } from '../aes-gcm.ts';
import { VaultError } from '../vault-error.ts';
import type { RootKey } from './root-key-provider.ts';

const fileName = 'root-key.json';
const fileFormat = 1;
const ownerOnly = 0o600;
const othersMask = 0o077;

interface RootKeys {
  readonly current: number;
  readonly keys: ReadonlyMap<number, KeyObject>;
}

/**
 * The root key kept in `<folder>/root-key.json`, for installations without a key management service; made at first start.
 * The file is `{"format": 1, "current": 1, "keys": {"1": "<32 bytes in base64>"}}`, readable by its owner alone.
 * Several processes may start on an empty folder at once: one makes the file, all read it.
 *
 * @throws {VaultError} `root_key_file` when the file is readable by others, or is not of this form.
 */
export async function loadLocalRootKey(folder: string): Promise<RootKey> {
  const path = join(folder, fileName);
  const keys = (await readKeyFile(path)) ?? (await createKeyFile(path));
  return createRootKey(keys, path);
}

/**
 * The same file where it must be there already: it opens what it wrapped before the root key went elsewhere.
 *
 * @throws {VaultError} `root_key_file`, also when there is none.
 */
export async function openLocalRootKey(folder: string): Promise<RootKey> {
  const path = join(folder, fileName);
  const keys = await readKeyFile(path);
  if (keys === undefined)
    throw unusable(path, 'it does not exist, and keys in the database need it; restore it from its backup');
  return createRootKey(keys, path);
}

/**
 * Adds a root key version to the file; returns it. Providers loaded from now on wrap under it; those that run open what
 * it wrapped, because they read the file again when they meet a version they do not know.
 *
 * @throws {VaultError} `root_key_file` when there is no file, or it cannot be used.
 */
export async function addLocalRootKeyVersion(folder: string): Promise<number> {
  const path = join(folder, fileName);
  const old = await readKeyFile(path);
  if (old === undefined) throw unusable(path, 'it does not exist; start the gateway once to make it');
  const version = Math.max(...old.keys.keys()) + 1;
  const keys = new Map([...old.keys, [version, freshKey()]]);
  const draft = await writeDraft(path, { current: version, keys });
  await rename(draft, path);
  await syncFolder(dirname(path));
  return version;
}

async function readKeyFile(path: string): Promise<RootKeys | undefined> {
  let file: FileHandle;
  try {
    file = await open(path, constants.O_RDONLY);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw unusable(path, `it cannot be read: ${(error as Error).message}`);
  }
  try {
    // Asked of the open file, not of its path, so that what is checked is what is read.
    const { mode } = await file.stat();
    if (process.platform !== 'win32' && (mode & othersMask) !== 0) {
      const octal = (mode & 0o777).toString(8).padStart(4, '0');
      throw unusable(path, `other users can read or change it (mode ${octal}); run: chmod 600 ${path}`);
    }
    return parseKeyFile(await file.readFile('utf8'), path);
  } finally {
    await file.close();
  }
}

async function createKeyFile(path: string): Promise<RootKeys> {
  await mkdir(dirname(path), { recursive: true });
  const draft = await writeDraft(path, { current: 1, keys: new Map([[1, freshKey()]]) });
  try {
    // A link appears whole or not at all, and never replaces a file that another process has made meanwhile.
    await link(draft, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST')
      throw unusable(path, `it cannot be made: ${(error as Error).message}`);
  } finally {
    await unlink(draft);
  }
  await syncFolder(dirname(path));
  const keys = await readKeyFile(path);
  if (keys === undefined) throw unusable(path, 'it vanished right after it was made');
  return keys;
}

async function writeDraft(path: string, { current, keys }: RootKeys): Promise<string> {
  const encoded = [...keys].map(([version, key]) => [version, key.export().toString('base64')]);
  const text = `${JSON.stringify({ format: fileFormat, current, keys: Object.fromEntries(encoded) }, null, 2)}\n`;
  const draft = `${path}.${randomBytes(6).toString('hex')}`;
  const file = await open(draft, 'wx', ownerOnly).catch((error: Error) => {
    throw unusable(path, `it cannot be made: ${error.message}`);
  });
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
  return draft;
}

/** Makes the file's name durable, not only its bytes: a key lost in a power cut loses every card it wrapped. */
async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await open(folder, constants.O_RDONLY);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function parseKeyFile(text: string, path: string): RootKeys {
  const file = parseJson(text, path) as { format?: unknown; current?: unknown; keys?: unknown } | null;
  if (file?.format !== fileFormat) throw unusable(path, `expected "format": ${fileFormat}`);
  const keys = new Map<number, KeyObject>();
  for (const [name, encoded] of Object.entries(file.keys ?? {})) {
    const bytes = typeof encoded === 'string' ? Buffer.from(encoded, 'base64') : Buffer.alloc(0);
    if (!/^[1-9][0-9]{0,8}$/.test(name) || bytes.length !== keyLength) {
      throw unusable(
        path,
        `"keys" must map versions to ${keyLength} bytes in base64; the entry of version ${JSON.stringify(name)} does not`,
      );
    }
    keys.set(Number(name), createSecretKey(bytes));
    bytes.fill(0);
  }
  if (typeof file.current !== 'number' || !keys.has(file.current))
    throw unusable(path, '"current" must be one of the versions in "keys"');
  return { current: file.current, keys };
}

function parseJson(text: string, path: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The parser's own message quotes the text, which holds keys.
    throw unusable(path, 'it is not JSON; restore it from its backup');
  }
}

function createRootKey(read: RootKeys, path: string): RootKey {
  let { current, keys } = read;
  const readAgain = async (): Promise<void> => {
    ({ current, keys } = (await readKeyFile(path)) ?? { current, keys });
  };
  const keyOf = async (version: number): Promise<KeyObject> => {
    // Another process may have added a version, and wrapped keys under it, since the file was read.
    if (!keys.has(version)) await readAgain();
    const key = keys.get(version);
    if (key) return key;
    throw new VaultError(
      'root_key_mismatch',
      `${path} holds root key ${[...keys.keys()].join(', ')}, the database needs version ${version}: restore the key file that belongs to this database`,
    );
  };
  return {
    name: 'file',
    currentVersion: () => current,
    async wrap(plain, aad) {
      const version = current;
      const wrapped = encrypt(await keyOf(version), systemRandom.bytes(ivLength), plain, aad);
      return { version, wrapped };
    },
    async unwrap(version, wrapped, aad) {
      try {
        return decrypt(await keyOf(version), wrapped, aad, 'a wrapped key');
      } catch (error) {
        if (!(error instanceof VaultError) || error.code !== 'not_authentic') throw error;
        throw new VaultError(
          'root_key_mismatch',
          `root key ${version} of ${path} does not open a key that version ${version} wrapped: the file belongs to another database or mode; restore the right one`,
        );
      }
    },
    async rotate() {
      const version = await addLocalRootKeyVersion(dirname(path));
      await readAgain();
      return version;
    },
  };
}

function freshKey(): KeyObject {
  const bytes = randomBytes(keyLength);
  const key = createSecretKey(bytes);
  bytes.fill(0);
  return key;
}

function unusable(path: string, why: string): VaultError {
  return new VaultError('root_key_file', `the root key file ${path} cannot be used: ${why}`);
}
