import type { Secret } from '../../src/lib/secret.ts';
import type { IssuedCredential } from '../../src/usecases/manage-merchants.ts';

const kindNames = {
  publishable: 'publishable key',
  secret: 'access token',
  client: 'client secret',
} as const;

/** Shows secrets on standard output, the one time that they are to be seen. */
export function printSecrets(
  credentials: readonly IssuedCredential[],
  signingKeys: Readonly<Record<string, Secret<string>>> = {},
): void {
  console.log('Keep these now: they are shown once, and only their hashes are stored.');
  for (const { id, kind, role, clientId, secret } of credentials) {
    const client = clientId === null ? '' : `  client id ${clientId}`;
    console.log(`  ${kindNames[kind].padEnd(16)} ${secret.reveal()}  (${id}, ${role}${client})`);
  }
  for (const [purpose, key] of Object.entries(signingKeys))
    console.log(`  ${purpose.replaceAll('_', ' ').padEnd(16)} ${key.reveal()}`);
}
