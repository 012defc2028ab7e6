import { createCipheriv, createDecipheriv, randomBytes, randomUUID } from 'node:crypto';
import {
  type KeyService,
  type KeyServiceAnswer,
  type KeyServiceRequest,
  startKeyService,
} from './key-service.ts';

/** A pretend HashiCorp Vault with a transit engine as published, at the mount `transit`. */
export interface PretendTransit extends KeyService {
  /** Makes a key, of the type that a root key must have unless told; returns `<mount>/<key>`. */
  makeKey(type?: string, derived?: boolean): string;
  rotate(path: string): void;
  setMinDecryptionVersion(path: string, version: number): void;
  /** The token that is believed; another one is refused from now on. */
  token: string;
  /** `<act>/<key>` that the token's policy lacks. */
  readonly denied: Set<string>;
  sealed: boolean;
  /** As before version 1.13. */
  ignoresAssociatedData: boolean;
  /** As a standby that does not forward. */
  standby: boolean;
  /** As something in between that repeats what it was sent. */
  repeatsToken: boolean;
}

interface PretendTransitKey {
  readonly type: string;
  readonly derived: boolean;
  readonly versions: Buffer[];
  minDecryptionVersion: number;
}

export async function startTransit(): Promise<PretendTransit> {
  const keys = new Map<string, PretendTransitKey>();
  const find = (path: string): PretendTransitKey => {
    const key = keys.get(path.replace('transit/', ''));
    if (!key) throw new Error(`no key ${path}`);
    return key;
  };
  const service = await startKeyService((request) => answerVault(request, transit, keys), {
    throttled: { status: 429, body: { errors: ['request path "transit": rate limit quota exceeded'] } },
    error_500: { status: 500, body: { errors: ['internal error'] } },
  });
  const transit: PretendTransit = {
    ...service,
    makeKey(type = 'aes256-gcm96', derived = false) {
      const name = `sallyport-${randomUUID().slice(0, 8)}`;
      keys.set(name, { type, derived, versions: [randomBytes(32)], minDecryptionVersion: 1 });
      return `transit/${name}`;
    },
    rotate: (path) => void find(path).versions.push(randomBytes(32)),
    setMinDecryptionVersion(path, version) {
      find(path).minDecryptionVersion = version;
    },
    token: 'hvs.CAESIPretendTokenOfATest',
    denied: new Set(),
    sealed: false,
    ignoresAssociatedData: false,
    standby: false,
    repeatsToken: false,
  };
  return transit;
}

function answerVault(
  { method, path, headers, body }: KeyServiceRequest,
  transit: PretendTransit,
  keys: ReadonlyMap<string, PretendTransitKey>,
): KeyServiceAnswer {
  if (transit.sealed) return { status: 503, body: { errors: ['Vault is sealed'] } };
  if (transit.standby) return { status: 307, headers: { location: `http://127.0.0.1:1${path}` }, body: null };
  if (transit.repeatsToken) return refusal(400, `bad header: X-Vault-Token ${headers['x-vault-token']}`);
  const {
    act = '',
    name = '',
    rest,
  } = /^\/v1\/transit\/(?<act>[a-z]+)\/(?<name>[\w.-]+)(?:\/(?<rest>[a-z]+))?$/.exec(path)?.groups ?? {};
  if (act === '')
    return refusal(404, `no handler for route "${path.slice('/v1/'.length)}". route entry not found.`);
  if (headers['x-vault-token'] !== transit.token || transit.denied.has(`${rest ?? act}/${name}`))
    return refusal(403, '1 error occurred:\n\t* permission denied\n\n');
  const key = keys.get(name);
  const asked = body === '' ? {} : (JSON.parse(body) as Record<string, string | undefined>);
  switch (`${method} ${rest ?? act}`) {
    case 'GET keys':
      return key ? success(describe(name, key)) : { status: 404, body: { errors: [] } };
    case 'POST rotate':
      if (!key) return refusal(400, 'key not found');
      key.versions.push(randomBytes(32));
      return success(describe(name, key));
    case 'POST encrypt':
      return key ? encrypt(transit, key, asked) : refusal(400, 'encryption key not found');
    case 'POST decrypt':
      return key ? decrypt(transit, key, asked) : refusal(400, 'encryption key not found');
    default:
      return refusal(405, 'unsupported operation');
  }
}

function describe(name: string, key: PretendTransitKey): object {
  return {
    type: key.type,
    derived: key.derived,
    deletion_allowed: false,
    exportable: false,
    allow_plaintext_backup: false,
    keys: Object.fromEntries(key.versions.map((_, index) => [index + 1, 1_442_851_412])),
    latest_version: key.versions.length,
    min_available_version: 0,
    min_decryption_version: key.minDecryptionVersion,
    min_encryption_version: 0,
    name,
    supports_encryption: true,
    supports_decryption: true,
  };
}

type Asked = Readonly<Record<string, string | undefined>>;

function associatedData(transit: PretendTransit, asked: Asked): Buffer {
  return Buffer.from(transit.ignoresAssociatedData ? '' : (asked.associated_data ?? ''), 'base64');
}

function encrypt(transit: PretendTransit, key: PretendTransitKey, asked: Asked): KeyServiceAnswer {
  if (!isBase64(asked.plaintext)) return refusal(400, 'failed to base64-decode plaintext');
  const iv = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', key.versions.at(-1) ?? '', iv, { authTagLength: 16 });
  cipher.setAAD(associatedData(transit, asked));
  const sealed = Buffer.concat([cipher.update(asked.plaintext, 'base64'), cipher.final()]);
  const box = Buffer.concat([iv, sealed, cipher.getAuthTag()]).toString('base64');
  const version = key.versions.length;
  return success({ ciphertext: `vault:v${version}:${box}`, key_version: version });
}

function decrypt(transit: PretendTransit, key: PretendTransitKey, asked: Asked): KeyServiceAnswer {
  const { version, sealed } =
    /^vault:v(?<version>\d+):(?<sealed>.*)$/.exec(asked.ciphertext ?? '')?.groups ?? {};
  if (version === undefined) return refusal(400, 'invalid ciphertext: no prefix');
  if (!isBase64(sealed)) return refusal(400, 'invalid ciphertext: could not decode base64');
  if (Number(version) > key.versions.length) return refusal(400, 'invalid ciphertext: version is too new');
  if (Number(version) < key.minDecryptionVersion)
    return refusal(400, 'ciphertext or signature version is disallowed by policy (too old)');
  try {
    const box = Buffer.from(sealed, 'base64');
    const material = key.versions[Number(version) - 1] ?? '';
    const decipher = createDecipheriv('aes-256-gcm', material, box.subarray(0, 12), { authTagLength: 16 });
    decipher.setAuthTag(box.subarray(-16));
    decipher.setAAD(associatedData(transit, asked));
    const plain = Buffer.concat([decipher.update(box.subarray(12, -16)), decipher.final()]);
    return success({ plaintext: plain.toString('base64') });
  } catch {
    return refusal(400, 'cipher: message authentication failed');
  }
}

function isBase64(text: string | undefined): text is string {
  return (
    text !== undefined &&
    /^(?:[A-Za-z0-9+/]{4})+(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$|^[A-Za-z0-9+/]{2}==$/.test(text)
  );
}

function success(data: object): KeyServiceAnswer {
  const lease = { lease_id: '', renewable: false, lease_duration: 0 };
  const rest = { wrap_info: null, warnings: null, auth: null };
  return { status: 200, body: { request_id: randomUUID(), ...lease, data, ...rest } };
}

function refusal(status: number, error: string): KeyServiceAnswer {
  return { status, body: { errors: [error] } };
}
