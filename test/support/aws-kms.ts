import { createCipheriv, createDecipheriv, randomBytes, randomUUID } from 'node:crypto';
import { type AwsCredentials, faultOfSignature } from './aws-signature.ts';
import {
  type KeyService,
  type KeyServiceAnswer,
  type KeyServiceRequest,
  startKeyService,
} from './key-service.ts';

/** A pretend AWS KMS: `Encrypt` and `Decrypt` as published, signatures and encryption contexts checked. */
export interface PretendAwsKms extends KeyService {
  /** Makes a symmetric key, multi-Region or not; returns its ARN. */
  makeKey(multiRegion?: boolean): string;
  /** As AWS does once a year or on demand: earlier material still decrypts. */
  rotateMaterial(keyArn: string): void;
  /** Every use of the key is refused with this from now on; undefined lifts it. */
  refuse(keyArn: string, error: string | undefined): void;
  /** The encryption contexts that came, as CloudTrail would show them. */
  readonly contexts: Readonly<Record<string, string>>[];
}

export const awsRegion = 'eu-central-1';
export const awsCredentials: Required<AwsCredentials> = {
  accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY',
  sessionToken: 'FwoGZXIvYXdzEXAMPLETOKEN//////////wEaD',
};

/** What an environment holds that reaches the pretend KMS, and asks nothing else of the network. */
export const awsEnvironment: Readonly<Record<string, string>> = {
  AWS_ACCESS_KEY_ID: awsCredentials.accessKeyId,
  AWS_SECRET_ACCESS_KEY: awsCredentials.secretAccessKey,
  AWS_SESSION_TOKEN: awsCredentials.sessionToken,
  AWS_EC2_METADATA_DISABLED: 'true',
  AWS_CONFIG_FILE: '/dev/null',
  AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
};

interface PretendKey {
  readonly material: Buffer[];
  refusal: string | undefined;
}

const keyIdLength = 36;
const headLength = keyIdLength + 1;

export async function startAwsKms(): Promise<PretendAwsKms> {
  const keys = new Map<string, PretendKey>();
  const contexts: Record<string, string>[] = [];
  const service = await startKeyService((request) => answerKms(request, keys, contexts), {
    throttled: failure('ThrottlingException', 'You have exceeded the rate at which you may call KMS.'),
    error_500: { ...failure('KMSInternalException', 'An internal error.'), status: 500 },
  });
  const find = (keyArn: string): PretendKey => {
    const key = keys.get(idOf(keyArn));
    if (!key) throw new Error(`no key ${keyArn}`);
    return key;
  };
  return {
    ...service,
    contexts,
    makeKey(multiRegion = false) {
      const id = multiRegion ? `mrk-${randomBytes(16).toString('hex')}` : randomUUID();
      keys.set(id, { material: [randomBytes(32)], refusal: undefined });
      return `arn:aws:kms:${awsRegion}:111122223333:key/${id}`;
    },
    rotateMaterial: (keyArn) => void find(keyArn).material.push(randomBytes(32)),
    refuse(keyArn, error) {
      find(keyArn).refusal = error;
    },
  };
}

function answerKms(
  request: KeyServiceRequest,
  keys: ReadonlyMap<string, PretendKey>,
  contexts: Record<string, string>[],
): KeyServiceAnswer {
  const { method, path, headers, body } = request;
  if (method !== 'POST' || path !== '/' || headers['content-type'] !== 'application/x-amz-json-1.1')
    return failure('UnknownOperationException', '');
  const asked = JSON.parse(body) as {
    KeyId: string;
    Plaintext?: string;
    CiphertextBlob?: string;
    EncryptionContext?: Record<string, string>;
  };
  const region = asked.KeyId.split(':')[3] ?? '';
  const fault = faultOfSignature(request, awsCredentials, { region, service: 'kms' });
  if (fault) return failure(fault, 'The security token included in the request is invalid.');
  const key = keys.get(idOf(asked.KeyId));
  if (!key) return failure('NotFoundException', `Key '${asked.KeyId}' does not exist`);
  if (key.refusal) return failure(key.refusal, `User: arn:aws:iam::111122223333:user/till on ${asked.KeyId}`);
  const context = asked.EncryptionContext ?? {};
  contexts.push(context);
  switch (headers['x-amz-target']) {
    case 'TrentService.Encrypt': {
      const blob = encrypt(idOf(asked.KeyId), key, Buffer.from(asked.Plaintext ?? '', 'base64'), context);
      const EncryptionAlgorithm = 'SYMMETRIC_DEFAULT';
      return success({ CiphertextBlob: blob.toString('base64'), KeyId: asked.KeyId, EncryptionAlgorithm });
    }
    case 'TrentService.Decrypt':
      return decrypt(asked.KeyId, key, Buffer.from(asked.CiphertextBlob ?? '', 'base64'), context);
    default:
      return failure('UnknownOperationException', '');
  }
}

function encrypt(id: string, key: PretendKey, plain: Buffer, context: Record<string, string>): Buffer {
  const material = key.material.length - 1;
  const iv = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', key.material[material] ?? '', iv, { authTagLength: 16 });
  const head = Buffer.concat([Buffer.from(id), Buffer.of(material)]);
  cipher.setAAD(Buffer.concat([head, canonical(context)]));
  const sealed = Buffer.concat([cipher.update(plain), cipher.final()]);
  return Buffer.concat([head, iv, cipher.getAuthTag(), sealed]);
}

function decrypt(
  keyArn: string,
  key: PretendKey,
  blob: Buffer,
  context: Record<string, string>,
): KeyServiceAnswer {
  const id = blob.subarray(0, keyIdLength).toString('latin1');
  if (/^(mrk-|[0-9a-f]{8}-)/.test(id) && id !== idOf(keyArn))
    return failure(
      'IncorrectKeyException',
      'The key ID in the request does not identify a CMK that can perform this operation.',
    );
  try {
    const box = blob.subarray(headLength);
    const material = key.material[blob[keyIdLength] ?? 255] ?? '';
    const decipher = createDecipheriv('aes-256-gcm', material, box.subarray(0, 12), { authTagLength: 16 });
    decipher.setAuthTag(box.subarray(12, 28));
    decipher.setAAD(Buffer.concat([blob.subarray(0, headLength), canonical(context)]));
    const plain = Buffer.concat([decipher.update(box.subarray(28)), decipher.final()]);
    return success({
      Plaintext: plain.toString('base64'),
      KeyId: keyArn,
      EncryptionAlgorithm: 'SYMMETRIC_DEFAULT',
    });
  } catch {
    return { ...failure('InvalidCiphertextException', ''), body: { __type: 'InvalidCiphertextException' } };
  }
}

function canonical(context: Record<string, string>): Buffer {
  return Buffer.from(JSON.stringify(Object.entries(context).toSorted()));
}

function idOf(keyArn: string): string {
  return keyArn.slice(keyArn.indexOf(':key/') + ':key/'.length);
}

const form = { 'content-type': 'application/x-amz-json-1.1' };

function success(body: object): KeyServiceAnswer {
  return { status: 200, headers: form, body };
}

function failure(type: string, message: string): KeyServiceAnswer {
  return { status: 400, headers: form, body: { __type: type, message } };
}
