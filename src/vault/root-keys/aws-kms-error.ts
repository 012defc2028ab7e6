import { VaultError } from '../vault-error.ts';

/** From Decrypt: https://docs.aws.amazon.com/kms/latest/APIReference/API_Decrypt.html#API_Decrypt_Errors */
const mismatches = new Set(['IncorrectKeyException', 'InvalidCiphertextException']);

/** Errors that come with status 400, or without one, although another try may succeed. */
const transients = new Set([
  'ThrottlingException',
  'LimitExceededException',
  'DependencyTimeoutException',
  'KeyUnavailableException',
  'RequestTimeoutException',
  'TimeoutError',
  'AbortError',
]);

const badCredentials =
  'the credentials are wrong or have expired, or the clock of this machine is wrong; see which ones it has with: aws sts get-caller-identity';
const advice: Readonly<Record<string, string>> = {
  AccessDeniedException: 'allow these credentials kms:Encrypt and kms:Decrypt on the key',
  NotFoundException: 'there is no such key in this account and region',
  DisabledException: 'enable the key',
  KMSInvalidStateException: 'the key must be enabled; cancel its deletion, or connect its key store',
  InvalidKeyUsageException: 'it must be a symmetric key for encryption (SYMMETRIC_DEFAULT, ENCRYPT_DECRYPT)',
  CredentialsProviderError:
    'no credentials were found; set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or give this machine or container a role',
  UnrecognizedClientException: badCredentials,
  InvalidClientTokenId: badCredentials,
  InvalidSignatureException: badCredentials,
  IncompleteSignature: badCredentials,
  ExpiredTokenException: badCredentials,
  RequestExpired: badCredentials,
};

/** What AWS says beside these names is about rights and states; beside others it may repeat what was signed. */
const quoted = new Set(['AccessDeniedException', 'NotFoundException', 'KMSInvalidStateException']);
const quoteLengthMax = 300;

/** Puts an error of AWS KMS, or of the way to it, into words that a person can act on. */
export function explainAwsKmsError(error: unknown, keyArn: string): VaultError {
  if (error instanceof VaultError) return error;
  if (!(error instanceof Error)) return unavailable(keyArn, 'it failed without an error');
  const { name } = error;
  if (mismatches.has(name))
    return new VaultError(
      'root_key_mismatch',
      `AWS KMS does not open with ${keyArn} what this database says it wrapped (${name}): the database belongs to another key, installation or mode; set SALLYPORT_ROOT_KEY to the key that belongs to it`,
    );
  const { code, $metadata } = error as NodeJS.ErrnoException & { $metadata?: { httpStatusCode?: number } };
  const status = $metadata?.httpStatusCode;
  const known = advice[name];
  const isRefusal = status !== undefined && status >= 400 && status < 500 && !transients.has(name);
  if (known === undefined && !isRefusal)
    return unavailable(keyArn, [code ?? name, status].filter((part) => part !== undefined).join(', '));
  const words = quoted.has(name) ? ` ("${error.message.slice(0, quoteLengthMax)}")` : '';
  return new VaultError(
    'root_key_refused',
    `AWS KMS refuses ${keyArn} with ${name}${words}: ${known ?? 'see what its documentation says of this error'}`,
  );
}

function unavailable(keyArn: string, cause: string): VaultError {
  return new VaultError(
    'root_key_unavailable',
    `AWS KMS did not serve ${keyArn} in three tries (${cause}): see whether it can be reached from here and whether it throttles this account`,
  );
}
