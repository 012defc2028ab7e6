import { idPrefixes, type PaymentId, parseId } from '../../domain/ids.ts';

const requestPrefix = 'req_';

/**
 * The `req_…` of a payment. A request and its transaction are one to one (contract section 4), so both names share
 * their tail and only `tx_…` is stored.
 */
export function requestIdOf(id: PaymentId): `req_${string}` {
  return `${requestPrefix}${id.slice(idPrefixes.PaymentId.length)}`;
}

/** The payment that a `tx_…` or a `req_…` names; undefined when `text` is neither. */
export function parsePaymentName(text: string): PaymentId | undefined {
  return parseId(
    'PaymentId',
    text.startsWith(requestPrefix) ? `${idPrefixes.PaymentId}${text.slice(requestPrefix.length)}` : text,
  );
}
