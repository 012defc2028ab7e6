import type { MerchantId } from '../domain/ids.ts';
import type { Refusal } from '../domain/refusal.ts';
import type { Gateway } from './gateway.ts';
import type { EarlierRequest, IdempotencyClaim } from './ports/store.ts';

/** A request's key, when it has one, and whose it is. */
export interface Keyed {
  readonly merchantId: MerchantId;
  readonly claim: IdempotencyClaim | null;
}

/** The earlier request under this key; null when it is new, or when there is no key. */
export async function findEarlier(
  gateway: Gateway,
  { merchantId, claim }: Keyed,
): Promise<EarlierRequest | null> {
  return claim ? gateway.idempotency.find(merchantId, claim) : null;
}

/** Somebody claimed the same key between our look and our write. */
export async function keySeen(
  gateway: Gateway,
  keyed: Keyed,
): Promise<{ kind: 'earlier'; earlier: EarlierRequest }> {
  const earlier = await findEarlier(gateway, keyed);
  return { kind: 'earlier', earlier: earlier ?? { kind: 'unanswered', paymentId: null, refundId: null } };
}

/**
 * A refusal, unless an equal request under the same key is what caused it: a twin that was faster used the token or
 * moved the payment, and this request gets its answer.
 */
export async function refuseUnlessEarlier(
  gateway: Gateway,
  keyed: Keyed,
  refusal: Refusal,
): Promise<{ kind: 'refused'; refusal: Refusal } | { kind: 'earlier'; earlier: EarlierRequest }> {
  const earlier = await findEarlier(gateway, keyed);
  return earlier ? { kind: 'earlier', earlier } : { kind: 'refused', refusal };
}
