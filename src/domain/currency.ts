import type { Brand } from '../lib/brand.ts';

/** An ISO 4217 alphabetic code, upper case, that our table knows. */
export type Currency = Brand<string, 'Currency'>;

/**
 * Decimals by currency (ISO 4217 list one). Written out because `Intl` is wrong for money: it gives HUF, IDR and IQD
 * no decimals. Currencies not named here have two.
 */
const exponents: Record<string, number> = {
  BIF: 0,
  CLP: 0,
  DJF: 0,
  GNF: 0,
  ISK: 0,
  JPY: 0,
  KMF: 0,
  KRW: 0,
  PYG: 0,
  RWF: 0,
  UGX: 0,
  UYI: 0,
  VND: 0,
  VUV: 0,
  XAF: 0,
  XOF: 0,
  XPF: 0,
  BHD: 3,
  IQD: 3,
  JOD: 3,
  KWD: 3,
  LYD: 3,
  OMR: 3,
  TND: 3,
  CLF: 4,
  UYW: 4,
};

const twoDecimals =
  'AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CNY COP CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD UYU UZS VED VES WST XCD YER ZAR ZMW ZWG';

const known = new Map<string, number>(Object.entries(exponents));
for (const code of twoDecimals.split(' ')) known.set(code, 2);

/** The currency that `text` names in any case, or undefined when ISO 4217 has none of that name. */
export function parseCurrency(text: string): Currency | undefined {
  const code = text.toUpperCase();
  return known.has(code) ? (code as Currency) : undefined;
}

/** How many decimals `currency` has: 0, 2, 3 or 4. */
export function currencyExponent(currency: Currency): number {
  return known.get(currency) ?? 2;
}
