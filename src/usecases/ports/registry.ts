import type { CredentialId, MerchantId } from '../../domain/ids.ts';
import type { Secret } from '../../lib/secret.ts';
import type { AuditEntry } from './audit.ts';
import type { Caller, CredentialRole } from './directory.ts';

/** `publishable` and `secret` keys are looked up by themselves, a `client` has an id and a secret. */
export type CredentialKind = Caller['kind'];

/** A merchant about to be made, with its default flow and the keys that sign towards it, by purpose. */
export interface NewMerchant {
  readonly id: MerchantId;
  readonly number: string;
  readonly name: string;
  readonly parentId: MerchantId | null;
  readonly returnOrigins: readonly string[];
  readonly signingKeys: Readonly<Record<string, Secret<string>>>;
}

export interface ListedMerchant {
  readonly id: MerchantId;
  readonly number: string;
  readonly name: string;
  readonly status: 'active' | 'inactive';
  readonly parentNumber: string | null;
  readonly createdAt: Date;
}

/** A credential about to be issued; only its hash is kept. */
export interface NewCredential {
  readonly id: CredentialId;
  readonly merchantId: MerchantId;
  readonly kind: CredentialKind;
  readonly role: CredentialRole;
  readonly clientId: string | null;
  readonly secret: Secret<string>;
}

export interface ListedCredential {
  readonly id: CredentialId;
  readonly merchantId: MerchantId;
  readonly kind: CredentialKind;
  readonly role: CredentialRole;
  readonly clientId: string | null;
  /** Its first and last characters. */
  readonly hint: string;
  readonly createdAt: Date;
  readonly expiresAt: Date | null;
  readonly revokedAt: Date | null;
}

/** Merchants and their credentials, as operators keep them. Each act and its audit entry are one transaction. */
export interface MerchantRegistry {
  createMerchant(
    merchant: NewMerchant,
    credentials: readonly NewCredential[],
    audit: AuditEntry,
  ): Promise<'created' | 'number_taken'>;
  listMerchants(): Promise<ListedMerchant[]>;
  /** By id or ten-digit number. */
  findMerchant(name: string): Promise<ListedMerchant | null>;
  /** Newest first; of all merchants when `merchantId` is null. */
  listCredentials(merchantId: MerchantId | null): Promise<ListedCredential[]>;
  findCredential(id: string): Promise<ListedCredential | null>;
  /**
   * `replaces` goes on living until `liveUntil`, or its own earlier end. Those whose time is over by `now` are ended first;
   * a third live one of a merchant, kind and role is refused.
   */
  issueCredential(
    credential: NewCredential,
    replaces: { readonly id: CredentialId; readonly liveUntil: Date } | null,
    now: Date,
    audit: AuditEntry,
  ): Promise<'issued' | 'two_are_live' | 'not_live'>;
  /** False when it is not live any more. */
  revokeCredential(id: CredentialId, now: Date, audit: AuditEntry): Promise<boolean>;
}
