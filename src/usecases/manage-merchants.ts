import { type CredentialId, type MerchantId, newId } from '../domain/ids.ts';
import type { Mode } from '../domain/merchant.ts';
import { makeCheckedKey } from '../lib/checked-key.ts';
import { addSeconds, type Clock } from '../lib/clock.ts';
import { type Random, randomBase62, randomDigits } from '../lib/random.ts';
import { Secret } from '../lib/secret.ts';
import { auditEntry, type Operator } from './audit-entry.ts';
import type { CredentialRole } from './ports/directory.ts';
import type {
  CredentialKind,
  ListedCredential,
  ListedMerchant,
  MerchantRegistry,
  NewCredential,
} from './ports/registry.ts';

/** What an operator's act needs: where it is kept, and who does it from where. */
export interface OperatorDesk extends Operator {
  readonly registry: MerchantRegistry;
  readonly mode: Mode;
  readonly clock: Clock;
  readonly random: Random;
  /** Purposes of the keys that sign towards every merchant. */
  readonly signingPurposes: readonly string[];
}

/** A credential with its secret, which is shown once and kept nowhere. */
export interface IssuedCredential {
  readonly id: CredentialId;
  readonly kind: CredentialKind;
  readonly role: CredentialRole;
  readonly clientId: string | null;
  readonly secret: Secret<string>;
}

export interface CreatedMerchant {
  readonly id: MerchantId;
  readonly number: string;
  readonly credentials: readonly IssuedCredential[];
  readonly signingKeys: Readonly<Record<string, Secret<string>>>;
}

/** Why an operator's act was not done. */
export type OperatorRefusal = 'no_such_merchant' | 'no_such_credential' | 'two_are_live' | 'not_live';

/** How often a taken merchant number is replaced before we call it a bug: ten digits are never that full. */
const numberTriesMax = 10;
const signingKeyLength = 43;
/** After a rotation the replaced credential goes on for a day unless told otherwise. */
export const defaultOverlapSeconds = 24 * 3600;

function newCredential(
  desk: OperatorDesk,
  merchantId: MerchantId,
  kind: CredentialKind,
  role: CredentialRole,
  clientId: string | null = null,
): NewCredential {
  const { random, mode } = desk;
  const start = { publishable: 'pk', secret: 'sk', client: 'cs' }[kind];
  return {
    id: newId('CredentialId', random),
    merchantId,
    kind,
    role,
    clientId: kind === 'client' ? (clientId ?? randomDigits(random, 10)) : null,
    secret: new Secret(makeCheckedKey(`${start}_${mode === 'live' ? 'live' : 'test'}_`, random)),
  };
}

/** Makes a merchant with one credential of each kind. Its secrets are in the answer, and nowhere else. */
export async function createMerchant(
  desk: OperatorDesk,
  wanted: {
    readonly name: string;
    readonly returnOrigins: readonly string[];
    readonly parent: ListedMerchant | null;
  },
): Promise<CreatedMerchant> {
  const { random } = desk;
  const id = newId('MerchantId', random);
  const credentials = (['publishable', 'secret', 'client'] as const).map((kind) =>
    newCredential(desk, id, kind, 'full'),
  );
  const signingKeys = Object.fromEntries(
    desk.signingPurposes.map((purpose) => [purpose, new Secret(randomBase62(random, signingKeyLength))]),
  );
  for (let tries = 0; tries < numberTriesMax; tries++) {
    const number = randomDigits(random, 10);
    const { name, returnOrigins, parent } = wanted;
    const merchant = { id, number, name, returnOrigins, parentId: parent?.id ?? null, signingKeys };
    const audit = auditEntry(desk, 'merchants.created', id, { number, name });
    const created = await desk.registry.createMerchant(merchant, credentials, audit);
    if (created === 'created') return { id, number, credentials, signingKeys };
  }
  throw new Error(`no free merchant number was found in ${numberTriesMax} tries`);
}

/** Issues one more credential; two of a kind and role may live. */
export async function issueCredential(
  desk: OperatorDesk,
  merchantName: string,
  kind: CredentialKind,
  role: CredentialRole,
): Promise<IssuedCredential | OperatorRefusal> {
  const merchant = await desk.registry.findMerchant(merchantName);
  if (!merchant) return 'no_such_merchant';
  const credential = newCredential(desk, merchant.id, kind, role);
  const audit = auditEntry(desk, 'keys.created', credential.id, { merchant: merchant.id, kind, role });
  const issued = await desk.registry.issueCredential(credential, null, desk.clock.now(), audit);
  return issued === 'issued' ? credential : issued;
}

/** Issues the credential that takes another's place; both work until the overlap is over. A client keeps its id. */
export async function rotateCredential(
  desk: OperatorDesk,
  id: string,
  overlapSeconds: number,
): Promise<{ issued: IssuedCredential; replaced: ListedCredential; until: Date } | OperatorRefusal> {
  const replaced = await desk.registry.findCredential(id);
  if (!replaced) return 'no_such_credential';
  const { merchantId, kind, role, clientId } = replaced;
  const credential = newCredential(desk, merchantId, kind, role, clientId);
  const now = desk.clock.now();
  const liveUntil = addSeconds(now, overlapSeconds);
  const audit = auditEntry(desk, 'keys.rotated', replaced.id, {
    merchant: merchantId,
    replacement: credential.id,
    live_until: liveUntil.toISOString(),
  });
  const replaces = { id: replaced.id, liveUntil };
  const issued = await desk.registry.issueCredential(credential, replaces, now, audit);
  return issued === 'issued' ? { issued: credential, replaced, until: liveUntil } : issued;
}

/** Ends a credential at once, in every process. */
export async function revokeCredential(desk: OperatorDesk, id: string): Promise<'revoked' | OperatorRefusal> {
  const credential = await desk.registry.findCredential(id);
  if (!credential) return 'no_such_credential';
  const audit = auditEntry(desk, 'keys.revoked', credential.id, { merchant: credential.merchantId });
  const revoked = await desk.registry.revokeCredential(credential.id, desk.clock.now(), audit);
  return revoked ? 'revoked' : 'not_live';
}
