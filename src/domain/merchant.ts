import type { Currency } from './currency.ts';
import type { MerchantId } from './ids.ts';
import type { MinorUnits } from './money.ts';

/** `sandbox` talks to the pretend bank with test cards, `live` to acquirers; a database belongs to one of them. */
export type Mode = 'sandbox' | 'live';

export interface Merchant {
  readonly id: MerchantId;
  readonly name: string;
  readonly status: 'active' | 'inactive';
  /** The number by which order-based dialects call the merchant: ten digits. */
  readonly number: string;
  readonly settings: MerchantSettings;
}

/** What a merchant may set for itself. */
export interface MerchantSettings {
  /** Exact https origins to which customers may be sent back; empty allows any https origin. */
  readonly returnOrigins: readonly string[];
  /** Where customers go when a payment names no address of its own. */
  readonly defaultReturnUrl: string | null;
  /** Room for a dialect's own switches; the core never reads them. */
  readonly dialects: Readonly<Record<string, unknown>>;
}

/** Stored settings for a kind of payment; every merchant has `flow_default`. */
export interface Flow {
  readonly id: string;
  readonly merchantId: MerchantId;
  readonly active: boolean;
  readonly captureMethod: CaptureMethod;
  readonly currencies: readonly Currency[];
  /** Bounds in minor units by currency; absent bounds fall back to one minor unit and 999,999.99 major units. */
  readonly minimumAmounts: Readonly<Record<string, MinorUnits>>;
  readonly maximumAmounts: Readonly<Record<string, MinorUnits>>;
  readonly successRedirectUrl: string | null;
  readonly failureRedirectUrl: string | null;
  readonly retryAfterDecline: boolean;
  /** Calendar-month spending limits in minor units by currency, per card and per e-mail; absent means none. */
  readonly monthlyCardLimits: Readonly<Record<string, MinorUnits>>;
  readonly monthlyEmailLimits: Readonly<Record<string, MinorUnits>>;
  readonly refundFees: Readonly<Record<string, MinorUnits>>;
}

export type CaptureMethod = 'automatic' | 'manual';
