import type { CredentialId, MerchantId } from '../../domain/ids.ts';
import type { Merchant } from '../../domain/merchant.ts';
import type { Secret } from '../../lib/secret.ts';

/** What a key may do: everything; read; make and follow up payments but not manage the account. */
export type CredentialRole = 'full' | 'read_only' | 'payments_only';

/** The bearer of a valid credential. */
export interface Caller {
  readonly merchant: Merchant;
  readonly credentialId: CredentialId;
  readonly kind: 'publishable' | 'secret' | 'client';
  readonly role: CredentialRole;
}

/** Who is calling. Keys are looked up by hash and compared in constant time; a revoked key is dead at once. */
export interface MerchantDirectory {
  /** The bearer of a publishable or secret key; null when the key is unknown, expired, revoked or of the other mode. */
  findByKey(key: Secret<string>): Promise<Caller | null>;
  /** The bearer of a client id and its secret. */
  findByClient(clientId: string, secret: Secret<string>): Promise<Caller | null>;
  /** A merchant for which `parent` may act, by its ten-digit number; the parent itself counts. */
  findActingMerchant(parent: Merchant, number: string): Promise<Merchant | null>;
  findMerchant(id: MerchantId): Promise<Merchant | null>;
  /** The key that signs towards the merchant for that purpose; null when it has none. */
  findSigningKey(merchantId: MerchantId, purpose: string): Promise<Secret<string> | null>;
}
