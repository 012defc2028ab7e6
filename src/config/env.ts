/** The settings as the operator wrote them: text or absent, judged by config.ts. */
export type Env = {
  readonly PORT: string | undefined;
  readonly HOST: string | undefined;
  readonly SALLYPORT_DATA: string | undefined;
  readonly DATABASE_URL: string | undefined;
  readonly DATABASE_VAULT_URL: string | undefined;
  readonly SALLYPORT_MODE: string | undefined;
  readonly PUBLIC_URL: string | undefined;
  readonly SALLYPORT_ACQUIRER_URL: string | undefined;
  readonly SALLYPORT_ACQUIRER_DEADLINE_MS: string | undefined;
  readonly SALLYPORT_TRUSTED_PROXIES: string | undefined;
  readonly SALLYPORT_CARD_RETENTION_DAYS: string | undefined;
  readonly SALLYPORT_LOG_LEVEL: string | undefined;
  readonly SALLYPORT_DATABASE_POOL: string | undefined;
  readonly SALLYPORT_ROOT_KEY: string | undefined;
  readonly SALLYPORT_OTHER_ROOT_KEYS: string | undefined;
  readonly AWS_ENDPOINT_URL_KMS: string | undefined;
  readonly VAULT_ADDR: string | undefined;
  readonly VAULT_NAMESPACE: string | undefined;
  readonly VAULT_TOKEN: string | undefined;
  readonly VAULT_TOKEN_FILE: string | undefined;
  /** The value of `--role`; the empty string when the option has none. */
  readonly role: string | undefined;
  /** Arguments that are no option of ours. */
  readonly unknownArguments: readonly string[];
};

/**
 * Collects the settings from the environment and the command line (`--role api` or `--role=api`).
 * A variable that is set but empty counts as absent, as it does in a compose file.
 */
export function readEnv(variables: NodeJS.ProcessEnv, argv: readonly string[]): Env {
  const read = (name: string): string | undefined => variables[name]?.trim() || undefined;
  return {
    PORT: read('PORT'),
    HOST: read('HOST'),
    SALLYPORT_DATA: read('SALLYPORT_DATA'),
    DATABASE_URL: read('DATABASE_URL'),
    DATABASE_VAULT_URL: read('DATABASE_VAULT_URL'),
    SALLYPORT_MODE: read('SALLYPORT_MODE'),
    PUBLIC_URL: read('PUBLIC_URL'),
    SALLYPORT_ACQUIRER_URL: read('SALLYPORT_ACQUIRER_URL'),
    SALLYPORT_ACQUIRER_DEADLINE_MS: read('SALLYPORT_ACQUIRER_DEADLINE_MS'),
    SALLYPORT_TRUSTED_PROXIES: read('SALLYPORT_TRUSTED_PROXIES'),
    SALLYPORT_CARD_RETENTION_DAYS: read('SALLYPORT_CARD_RETENTION_DAYS'),
    SALLYPORT_LOG_LEVEL: read('SALLYPORT_LOG_LEVEL'),
    SALLYPORT_DATABASE_POOL: read('SALLYPORT_DATABASE_POOL'),
    SALLYPORT_ROOT_KEY: read('SALLYPORT_ROOT_KEY'),
    SALLYPORT_OTHER_ROOT_KEYS: read('SALLYPORT_OTHER_ROOT_KEYS'),
    AWS_ENDPOINT_URL_KMS: read('AWS_ENDPOINT_URL_KMS'),
    VAULT_ADDR: read('VAULT_ADDR'),
    VAULT_NAMESPACE: read('VAULT_NAMESPACE'),
    VAULT_TOKEN: read('VAULT_TOKEN'),
    VAULT_TOKEN_FILE: read('VAULT_TOKEN_FILE'),
    ...readArguments(argv),
  };
}

function readArguments(argv: readonly string[]): Pick<Env, 'role' | 'unknownArguments'> {
  let role: string | undefined;
  const unknownArguments: string[] = [];
  for (let index = 0; index < argv.length; index += 1) {
    const argument = argv[index] ?? '';
    if (argument === '--role') {
      role = argv[index + 1] ?? '';
      index += 1;
    } else if (argument.startsWith('--role=')) {
      role = argument.slice('--role='.length);
    } else {
      unknownArguments.push(argument);
    }
  }
  return { role, unknownArguments };
}
