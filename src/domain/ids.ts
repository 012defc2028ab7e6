import type { Brand } from '../lib/brand.ts';
import { type Random, randomBase62 } from '../lib/random.ts';

/**
 * Glossary of ids. Each is its prefix and 22 random base62 characters (more than 128 bits), except those a merchant
 * or an acquirer chooses.
 */
export type PaymentId = Brand<`tx_${string}`, 'PaymentId'>;
export type AttemptId = Brand<`att_${string}`, 'AttemptId'>;
export type RefundId = Brand<`orf_${string}`, 'RefundId'>;
export type CardId = Brand<`card_${string}`, 'CardId'>;
export type CardTokenId = Brand<`tok_${string}`, 'CardTokenId'>;
export type PaymentMethodId = Brand<`pmi_${string}`, 'PaymentMethodId'>;
export type MerchantId = Brand<`mer_${string}`, 'MerchantId'>;
export type EventId = Brand<`evt_${string}`, 'EventId'>;
export type DeliveryId = Brand<`dlv_${string}`, 'DeliveryId'>;
export type WebhookEndpointId = Brand<`whe_${string}`, 'WebhookEndpointId'>;
export type AuthenticationId = Brand<`3ds_${string}`, 'AuthenticationId'>;
export type CredentialId = Brand<`cred_${string}`, 'CredentialId'>;
export type RiskRuleId = Brand<`rule_${string}`, 'RiskRuleId'>;
export type RiskListId = Brand<`list_${string}`, 'RiskListId'>;

export const idPrefixes = {
  PaymentId: 'tx_',
  AttemptId: 'att_',
  RefundId: 'orf_',
  CardId: 'card_',
  CardTokenId: 'tok_',
  PaymentMethodId: 'pmi_',
  MerchantId: 'mer_',
  EventId: 'evt_',
  DeliveryId: 'dlv_',
  WebhookEndpointId: 'whe_',
  AuthenticationId: '3ds_',
  CredentialId: 'cred_',
  RiskRuleId: 'rule_',
  RiskListId: 'list_',
} as const;

interface Ids {
  PaymentId: PaymentId;
  AttemptId: AttemptId;
  RefundId: RefundId;
  CardId: CardId;
  CardTokenId: CardTokenId;
  PaymentMethodId: PaymentMethodId;
  MerchantId: MerchantId;
  EventId: EventId;
  DeliveryId: DeliveryId;
  WebhookEndpointId: WebhookEndpointId;
  AuthenticationId: AuthenticationId;
  CredentialId: CredentialId;
  RiskRuleId: RiskRuleId;
  RiskListId: RiskListId;
}

export type IdKind = keyof Ids;

const tailLength = 22;

/** A fresh id of `kind`. */
export function newId<Kind extends IdKind>(kind: Kind, random: Random): Ids[Kind] {
  return `${idPrefixes[kind]}${randomBase62(random, tailLength)}` as Ids[Kind];
}

/** `text` as an id of `kind`, or undefined when it cannot be one: its prefix and 1 to 64 letters or digits. */
export function parseId<Kind extends IdKind>(kind: Kind, text: string): Ids[Kind] | undefined {
  const prefix = idPrefixes[kind];
  return text.startsWith(prefix) && /^[0-9A-Za-z]{1,64}$/.test(text.slice(prefix.length))
    ? (text as Ids[Kind])
    : undefined;
}
