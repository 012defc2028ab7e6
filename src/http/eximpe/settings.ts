import { type Currency, parseCurrency } from '../../domain/currency.ts';
import type { Merchant } from '../../domain/merchant.ts';
import { type MinorUnits, minorUnits, parseMajorUnits } from '../../domain/money.ts';
import { assert } from '../../lib/assert.ts';
import { type ApiVersion, firstVersion, parseApiVersion } from './api-version.ts';

/** The switches of an account, `merchant.settings.dialects.eximpe`; absent or unreadable ones take their default. */
export interface EximpeSettings {
  /** `api_version`: what a request without `X-API-Version` speaks. */
  readonly defaultVersion: ApiVersion;
  /** `api_version_required`: such a request is refused instead. */
  readonly versionRequired: boolean;
  /** `account_type`: a PSP names in every call the sub-merchant that it is for. */
  readonly accountType: 'merchant' | 'psp';
  /** `webhook_case`: `upper` for integrations made against the edition of July 2026. */
  readonly webhookCase: 'lower' | 'upper';
  /** `hs_code_required`: physical goods paid by card need an HS code. */
  readonly hsCodeRequired: boolean;
  /** `amount_max`: the largest order, a decimal of rupees. */
  readonly amountMax: MinorUnits;
}

export const rupees: Currency = knownCurrency('INR');
const defaultAmountMax = minorUnits(1_000_000_000n);

/** Reads the account's switches. */
export function readSettings(merchant: Merchant): EximpeSettings {
  const kept = merchant.settings.dialects.eximpe;
  const switches = (typeof kept === 'object' && kept !== null ? kept : {}) as Record<string, unknown>;
  const amountMax =
    typeof switches.amount_max === 'string' ? parseMajorUnits(switches.amount_max, rupees) : undefined;
  return {
    defaultVersion:
      (typeof switches.api_version === 'string' && parseApiVersion(switches.api_version)) || firstVersion,
    versionRequired: switches.api_version_required === true,
    accountType: switches.account_type === 'psp' ? 'psp' : 'merchant',
    webhookCase: switches.webhook_case === 'upper' ? 'upper' : 'lower',
    hsCodeRequired: switches.hs_code_required !== false,
    amountMax: typeof amountMax === 'bigint' ? amountMax : defaultAmountMax,
  };
}

function knownCurrency(code: string): Currency {
  const currency = parseCurrency(code);
  assert(currency, `${code} is a currency`);
  return currency;
}
