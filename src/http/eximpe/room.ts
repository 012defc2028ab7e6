import type { Merchant } from '../../domain/merchant.ts';
import type { Gateway } from '../../usecases/gateway.ts';
import type { CredentialRole } from '../../usecases/ports/directory.ts';
import type { OrderStore } from '../../usecases/ports/orders.ts';
import type { ApiVersion } from './api-version.ts';
import type { EximpeSettings } from './settings.ts';

/** What the routes of this dialect work with. */
export interface EximpeRoom {
  readonly gateway: Gateway;
  readonly orders: OrderStore;
  /** What browsers reach us under, without a slash at its end. */
  readonly publicUrl: string;
  /** 32 bytes, the same in every process: keys the hashes of idempotency keys and the values of our 3-D Secure forms. */
  readonly secretKey: Buffer;
}

/** Who a request is for, known once it is authenticated. */
export interface EximpeCall {
  /** The merchant that the call acts for: the account itself or, under a PSP, one of its sub-merchants. */
  readonly merchant: Merchant;
  readonly role: CredentialRole;
  readonly version: ApiVersion;
  /** The switches of the merchant that the call acts for. */
  readonly settings: EximpeSettings;
  /** Whether the account that called, which may act for others, is a PSP's. */
  readonly isPsp: boolean;
}

declare module 'fastify' {
  interface FastifyRequest {
    /** Set by the dialect's authentication; null before it and on other paths. */
    eximpe: EximpeCall | null;
  }
}

/** The name under which payments remember this dialect, and under which a merchant keeps its switches for it. */
export const dialectName = 'eximpe';

/** The purpose of the key that signs webhooks and return callbacks: the dashboard's Encryption Key. */
export const encryptionKeyPurpose = 'eximpe_encryption_key';

/** How long a challenge or a hosted page waits for the customer (section 18, no. 19). */
export const sessionSeconds = 900;

/** Routes answer with and without the slash at the end, because a redirect would drop a body (section 1). */
export function withAndWithoutSlash(path: `/${string}/`): readonly [string, string] {
  return [path, path.slice(0, -1)];
}
