import type { MerchantId } from '../domain/ids.ts';
import { encryptionKeyPurpose } from '../http/eximpe/room.ts';
import { Secret } from '../lib/secret.ts';
import type { Database } from '../store/database.ts';
import type { TextSealer } from '../store/installation.ts';
import { type MerchantRegistration, registerMerchant } from '../store/register-merchant.ts';

/** Well-known credentials, so that every example runs as pasted: a sandbox on loopback only. */
export const demoMerchants: readonly MerchantRegistration[] = [
  {
    id: 'mer_demo' as MerchantId,
    name: 'Demo Shop',
    number: '2000000001',
    publishableKey: new Secret('pk_test_demo'),
    secretKey: new Secret('sk_test_demo'),
    client: { id: '1000000001', secret: new Secret('demo_secret') },
    signingKeys: { [encryptionKeyPurpose]: new Secret('demo_encryption_key') },
  },
  {
    id: 'mer_other' as MerchantId,
    name: 'Other Shop',
    number: '2000000002',
    publishableKey: new Secret('pk_test_other'),
    secretKey: new Secret('sk_test_other'),
    client: { id: '1000000002', secret: new Secret('other_secret') },
    signingKeys: { [encryptionKeyPurpose]: new Secret('other_encryption_key') },
  },
];

/** Makes the demonstration merchants; those that exist are left as they are. */
export async function registerDemoMerchants(database: Database, sealer: TextSealer): Promise<void> {
  for (const merchant of demoMerchants) await registerMerchant(database, sealer, merchant);
}
