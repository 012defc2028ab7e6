import type { Expiry, Pan } from '../../domain/card.ts';
import type { Currency } from '../../domain/currency.ts';
import type { AuthenticationId } from '../../domain/ids.ts';
import type { MinorUnits } from '../../domain/money.ts';
import type { Secret } from '../../lib/secret.ts';
import type { AuthenticationProof } from './acquirer.ts';

/** What the 3DS Server asks of the card's issuer, by way of the directory server (the AReq). */
export interface AuthenticationRequest {
  readonly id: AuthenticationId;
  /** A UUID: threeDSServerTransID. */
  readonly serverTransactionId: string;
  readonly pan: Secret<Pan>;
  readonly expiry: Expiry;
  readonly amount: MinorUnits;
  readonly currency: Currency;
  readonly merchantName: string;
  readonly purchaseDate: Date;
  /** Where the ACS sends the browser when it is done; its word is only a signal. */
  readonly notificationUrl: string;
  /** Where the ACS sends the result, server to server; unguessable. */
  readonly resultsUrl: string;
  readonly challenge: 'no_preference' | 'mandated';
}

/** The issuer's answer (the ARes). */
export type AuthenticationAnswer =
  /** Authenticated without the cardholder's help. */
  | { readonly kind: 'frictionless'; readonly proof: AuthenticationProof }
  /** The cardholder must visit the ACS page: POST `creq` (base64url) to `acsUrl`. */
  | {
      readonly kind: 'challenge';
      readonly acsUrl: string;
      readonly acsTransactionId: string;
      readonly dsTransactionId: string;
      readonly creq: string;
    }
  /** N or R: the payment stops. */
  | { readonly kind: 'refused'; readonly transStatusReason: string | null }
  /** U, or no answer: the merchant's rule decides. */
  | { readonly kind: 'unavailable'; readonly cause: string };

/** The road to the card's issuer. No method throws for what the network does. */
export interface Authenticator {
  authenticate(request: AuthenticationRequest): Promise<AuthenticationAnswer>;
}

/** The trusted result of a challenge (the RReq), parsed at the edge. */
export interface AuthenticationResult {
  readonly serverTransactionId: string;
  readonly acsTransactionId: string;
  readonly transStatus: 'Y' | 'A' | 'N' | 'U' | 'R';
  readonly transStatusReason: string | null;
  readonly eci: string | null;
  readonly authenticationValue: string | null;
  readonly dsTransactionId: string | null;
  /** 01 the cardholder cancelled, 04 timed out; null otherwise. */
  readonly challengeCancel: string | null;
  readonly version: string;
}
