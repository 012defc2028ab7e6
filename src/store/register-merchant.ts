import type { CredentialId, MerchantId } from '../domain/ids.ts';
import { newId } from '../domain/ids.ts';
import { type Random, systemRandom } from '../lib/random.ts';
import type { Secret } from '../lib/secret.ts';
import type { Database } from './database.ts';
import type { TextSealer } from './installation.ts';
import { hashCredential } from './merchants.ts';

/** The currencies that a flow takes unless told otherwise. */
const defaultCurrencies = ['USD', 'JPY', 'EUR', 'SGD', 'PHP', 'GBP', 'AUD', 'CAD', 'INR'];

/** Rupee orders go up to 10,000,000.00; other currencies keep the general bound. In minor units. */
const defaultMaximumAmounts = { INR: '1000000000' };

/** A merchant with credentials that are known before, as demonstrations have them. */
export interface MerchantRegistration {
  readonly id: MerchantId;
  readonly name: string;
  readonly number: string;
  readonly publishableKey: Secret<string>;
  readonly secretKey: Secret<string>;
  readonly client: { readonly id: string; readonly secret: Secret<string> };
  /** Keys that sign towards the merchant, by purpose. */
  readonly signingKeys: Readonly<Record<string, Secret<string>>>;
}

function hintOf(key: string): string {
  return key.length > 12 ? `${key.slice(0, 8)}…${key.slice(-4)}` : `${key.slice(0, 3)}…`;
}

/** Writes a merchant with its default flow, credentials and signing keys; what exists already is left as it is. */
export async function registerMerchant(
  database: Database,
  sealer: TextSealer,
  merchant: MerchantRegistration,
  random: Random = systemRandom,
): Promise<void> {
  const sealedKeys = await Promise.all(
    Object.entries(merchant.signingKeys).map(async ([purpose, key]) => {
      return [purpose, await sealer.sealText(merchant.id, `merchant_secret:${purpose}`, key)] as const;
    }),
  );
  await database.transaction(async (inner) => {
    const { rowCount } = await inner.query({
      name: 'insert-merchant',
      text: 'insert into merchants (id, number, name) values ($1, $2, $3) on conflict do nothing',
      values: [merchant.id, merchant.number, merchant.name],
    });
    if (rowCount === 0) return;
    await inner.query({
      name: 'insert-default-flow',
      text: `insert into flows (merchant_id, id, currencies, maximum_amounts) values ($1, 'flow_default', $2, $3)`,
      values: [merchant.id, defaultCurrencies, JSON.stringify(defaultMaximumAmounts)],
    });
    const insertCredential = (id: CredentialId, kind: string, clientId: string | null, key: Secret<string>) =>
      inner.query({
        name: 'insert-credential',
        text: 'insert into credentials (id, merchant_id, kind, client_id, hash, hint) values ($1, $2, $3, $4, $5, $6)',
        values: [id, merchant.id, kind, clientId, hashCredential(key), hintOf(key.reveal())],
      });
    await insertCredential(newId('CredentialId', random), 'publishable', null, merchant.publishableKey);
    await insertCredential(newId('CredentialId', random), 'secret', null, merchant.secretKey);
    await insertCredential(
      newId('CredentialId', random),
      'client',
      merchant.client.id,
      merchant.client.secret,
    );
    for (const [purpose, sealed] of sealedKeys) {
      await inner.query({
        name: 'insert-merchant-secret',
        text: 'insert into merchant_secrets (merchant_id, purpose, sealed) values ($1, $2, $3)',
        values: [merchant.id, purpose, sealed],
      });
    }
  });
}
