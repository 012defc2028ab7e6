import type { MerchantId } from '../domain/ids.ts';
import { newId } from '../domain/ids.ts';
import { type Random, systemRandom } from '../lib/random.ts';
import type { Secret } from '../lib/secret.ts';
import type { CredentialKind, NewMerchant } from '../usecases/ports/registry.ts';
import { insertCredential } from './credentials.ts';
import type { Database } from './database.ts';
import type { TextSealer } from './installation.ts';

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

/** Writes a merchant with its default flow, credentials and signing keys; what exists already is left as it is. */
export async function registerMerchant(
  database: Database,
  sealer: TextSealer,
  merchant: MerchantRegistration,
  random: Random = systemRandom,
): Promise<void> {
  const sealed = await Promise.all(
    Object.entries(merchant.signingKeys).map(async ([purpose, key]) => ({
      purpose,
      blob: await sealer.sealText(merchant.id, `merchant_secret:${purpose}`, key),
    })),
  );
  const credentials: readonly [CredentialKind, string | null, Secret<string>][] = [
    ['publishable', null, merchant.publishableKey],
    ['secret', null, merchant.secretKey],
    ['client', merchant.client.id, merchant.client.secret],
  ];
  await database.transaction(async (inner) => {
    const made = await insertMerchant(inner, { ...merchant, parentId: null, returnOrigins: [] }, sealed);
    if (!made) return;
    for (const [kind, clientId, secret] of credentials) {
      const id = newId('CredentialId', random);
      await insertCredential(inner, { id, merchantId: merchant.id, kind, role: 'full', clientId, secret });
    }
  });
}

/** Writes a merchant with its default flow and sealed signing keys; false when its id or number is taken. */
export async function insertMerchant(
  database: Database,
  merchant: Omit<NewMerchant, 'signingKeys'>,
  sealed: readonly { readonly purpose: string; readonly blob: Buffer }[],
): Promise<boolean> {
  const { id, number, name, parentId, returnOrigins } = merchant;
  const { rowCount } = await database.query({
    name: 'insert-merchant',
    text: `insert into merchants (id, number, name, parent_id, return_origins) values ($1, $2, $3, $4, $5)
      on conflict do nothing`,
    values: [id, number, name, parentId, returnOrigins],
  });
  if (rowCount === 0) return false;
  await database.query({
    name: 'insert-default-flow',
    text: `insert into flows (merchant_id, id, currencies, maximum_amounts) values ($1, 'flow_default', $2, $3)`,
    values: [id, defaultCurrencies, JSON.stringify(defaultMaximumAmounts)],
  });
  for (const { purpose, blob } of sealed) {
    await database.query({
      name: 'insert-merchant-secret',
      text: 'insert into merchant_secrets (merchant_id, purpose, sealed) values ($1, $2, $3)',
      values: [id, purpose, blob],
    });
  }
  return true;
}
