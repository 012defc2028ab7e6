import { DecryptCommand, EncryptCommand, KMSClient } from '@aws-sdk/client-kms';
import { VaultError } from '../vault-error.ts';
import { explainAwsKmsError } from './aws-kms-error.ts';
import { awsKmsKeyName } from './root-key-name.ts';
import type { RootKey } from './root-key-provider.ts';

export interface AwsKmsSettings {
  /** The ARN of a symmetric key, not of an alias: an alias can be moved to a key that opens nothing. */
  readonly keyArn: string;
  /** The ARN's. */
  readonly region: string;
  /** Null asks AWS. */
  readonly endpoint: string | null;
  /** The longest wait for one of three tries, 3 seconds unless told. */
  readonly tryMs?: number;
}

const tries = 3;
const tryMsDefault = 3000;
/** The pauses between tries are AWS's own, each below this. */
const pauseMsMax = 1000;
/** AWS makes new versions of a key itself, without a number that callers see, and opens what any of them wrapped. */
const onlyVersion = 1;

/**
 * A root key in AWS KMS: `Encrypt` and `Decrypt` with the `aad` as encryption context, which must match exactly and is
 * written to CloudTrail. Credentials come from where AWS's own tools find them.
 */
export function createAwsKmsRootKey(settings: AwsKmsSettings): RootKey {
  const { keyArn, tryMs = tryMsDefault } = settings;
  const client = createClient(settings, tryMs);
  const wholeMs = tries * (tryMs + pauseMsMax);

  const ask = async <Answer>(call: (abortSignal: AbortSignal) => Promise<Answer>): Promise<Answer> => {
    try {
      return await call(AbortSignal.timeout(wholeMs));
    } catch (error) {
      // Not as the cause: the library's errors carry the request and its headers.
      throw explainAwsKmsError(error, keyArn);
    }
  };

  return {
    name: awsKmsKeyName(keyArn),
    currentVersion: () => onlyVersion,
    async wrap(plain, aad) {
      const command = new EncryptCommand({
        KeyId: keyArn,
        Plaintext: plain,
        EncryptionContext: contextOf(aad),
      });
      const { CiphertextBlob } = await ask((abortSignal) => client.send(command, { abortSignal }));
      if (!CiphertextBlob?.length) throw emptyAnswer(keyArn);
      return { version: onlyVersion, wrapped: Buffer.from(CiphertextBlob) };
    },
    async unwrap(version, wrapped, aad) {
      if (version !== onlyVersion)
        throw new VaultError(
          'root_key_mismatch',
          `the database needs version ${version} of ${keyArn}, and keys of AWS KMS have no versions: restore vault.root_keys from its backup`,
        );
      const command = new DecryptCommand({
        KeyId: keyArn,
        CiphertextBlob: wrapped,
        EncryptionContext: contextOf(aad),
      });
      const { Plaintext } = await ask((abortSignal) => client.send(command, { abortSignal }));
      if (!Plaintext?.length) throw emptyAnswer(keyArn);
      const plain = Buffer.from(Plaintext);
      Plaintext.fill(0);
      return plain;
    },
    rotate: async () => null,
  };
}

/** Without one, the library writes to the console. */
const silent = { debug() {}, info() {}, warn() {}, error() {} };

function contextOf(aad: Buffer): Record<string, string> {
  return { sallyport: aad.toString('base64') };
}

function createClient({ region, endpoint }: AwsKmsSettings, tryMs: number): KMSClient {
  const client = new KMSClient({
    region,
    ...(endpoint !== null && { endpoint }),
    maxAttempts: tries,
    retryMode: 'standard',
    requestHandler: {
      connectionTimeout: tryMs,
      requestTimeout: tryMs,
      throwOnRequestTimeout: true,
      logger: silent,
    },
  });
  // Keys travel in clear inside the connection, and AWS's own settings and files may name any address.
  client.middlewareStack.add(
    (next) => async (args) => {
      const { protocol, hostname } = args.request as { protocol: string; hostname: string };
      if (protocol !== 'https:' && !/^(127\.[0-9.]+|localhost|\[?::1\]?)$/.test(hostname))
        throw new VaultError(
          'root_key_refused',
          `AWS KMS would be asked at ${protocol}//${hostname}, in clear: give an https address, in AWS_ENDPOINT_URL_KMS, AWS_ENDPOINT_URL or the AWS configuration file`,
        );
      return next(args);
    },
    { step: 'finalizeRequest', name: 'refuseClearText' },
  );
  return client;
}

function emptyAnswer(keyArn: string): VaultError {
  return new VaultError('root_key_unavailable', `AWS KMS gave an empty answer for ${keyArn}`);
}
