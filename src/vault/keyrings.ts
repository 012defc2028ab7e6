import type { Random } from '../lib/random.ts';
import type { CvcKeyring } from './cvc-keys.ts';
import type { MerchantKeyring } from './merchant-keys.ts';
import type { VaultMode } from './vault-database.ts';

/** The keys at hand and what sealing needs beside them. */
export interface Keyrings {
  readonly mode: VaultMode;
  readonly random: Random;
  readonly merchantKeys: MerchantKeyring;
  readonly cvcKeys: CvcKeyring;
}
