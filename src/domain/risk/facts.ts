import type { CardBrand, CardFunding } from '../card.ts';
import type { Currency } from '../currency.ts';
import type { MinorUnits } from '../money.ts';
import { parseNetwork } from './network.ts';
import type { VelocityCount } from './velocity.ts';

/** What is known of the browser in which the card was typed. */
export interface CardholderBrowser {
  readonly ip: string | null;
  /** SHA-256 of how it describes itself, in hex. */
  readonly device: string | null;
}

/** What rules may look at. A fact that nobody knows is null; a card is known by its BIN and its fingerprint only. */
export interface RiskFacts {
  readonly amount: MinorUnits;
  readonly currency: Currency;
  readonly initiator: 'cardholder' | 'merchant';
  /** The merchant's own name of its customer. */
  readonly customer: string | null;
  /** Lower case. */
  readonly email: string | null;
  /** Where the cardholder's browser was, as far as somebody told us. */
  readonly ip: string | null;
  readonly device: string | null;
  /** Keyed hash of the number, in hex: equal for equal numbers of one merchant. */
  readonly fingerprint: string | null;
  /** Six digits. */
  readonly bin: string | null;
  readonly brand: CardBrand | null;
  /** Of the issuer, ISO 3166-1 alpha-2. */
  readonly country: string | null;
  readonly funding: CardFunding | null;
  /** Attempts so far, this one among them, where a rule asks about them. */
  readonly velocity: readonly VelocityCount[];
  /** The acquirer's word after authorization, in the network's letters. */
  readonly avs_result: string | null;
  readonly cvc_result: string | null;
}

/** Facts that are texts and can be compared with values or lists. */
export const textFacts = [
  'fingerprint',
  'email',
  'ip',
  'device',
  'bin',
  'country',
  'funding',
  'brand',
  'currency',
  'initiator',
  'customer',
  'avs_result',
  'cvc_result',
] as const;
export type TextFact = (typeof textFacts)[number];

/** Facts of which lists are kept. */
export const listFacts = ['fingerprint', 'email', 'ip', 'bin', 'country', 'customer'] as const;
export type ListFact = (typeof listFacts)[number];

/** What is known only once the acquirer has answered. */
export const answerFacts: ReadonlySet<string> = new Set(['avs_result', 'cvc_result']);
/** What is no longer at hand once the acquirer has answered. */
export const requestFacts: ReadonlySet<string> = new Set(['velocity', 'ip', 'device', 'fingerprint']);

const hex64 = /^[0-9a-f]{64}$/;
const spelling: Record<TextFact, { readonly fold: 'lower' | 'upper' | 'keep'; readonly pattern: RegExp }> = {
  fingerprint: { fold: 'lower', pattern: hex64 },
  // A whole address, or `@example.com` for all of a domain's.
  email: { fold: 'lower', pattern: /^[^\s@]{0,254}@[^\s@]{1,254}$/ },
  ip: { fold: 'lower', pattern: /^[0-9a-f.:/]{2,50}$/ },
  device: { fold: 'lower', pattern: hex64 },
  bin: { fold: 'keep', pattern: /^[0-9]{6}$/ },
  country: { fold: 'upper', pattern: /^[A-Z]{2}$/ },
  funding: { fold: 'lower', pattern: /^(credit|debit|prepaid)$/ },
  brand: { fold: 'lower', pattern: /^[a-z_]{1,32}$/ },
  currency: { fold: 'upper', pattern: /^[A-Z]{3}$/ },
  initiator: { fold: 'lower', pattern: /^(cardholder|merchant)$/ },
  customer: { fold: 'keep', pattern: /^.{1,255}$/su },
  avs_result: { fold: 'upper', pattern: /^[A-Z]$/ },
  cvc_result: { fold: 'upper', pattern: /^[A-Z]$/ },
};

/** A value as rules and lists keep it; undefined when the fact can never have it. */
export function normalizeValue(fact: TextFact, text: string): string | undefined {
  const { fold, pattern } = spelling[fact];
  const trimmed = fact === 'customer' ? text : text.trim();
  const folded =
    fold === 'lower' ? trimmed.toLowerCase() : fold === 'upper' ? trimmed.toUpperCase() : trimmed;
  if (!pattern.test(folded)) return undefined;
  return fact === 'ip' && !parseNetwork(folded) ? undefined : folded;
}
