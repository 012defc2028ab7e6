import type { PaymentEventType } from '../../domain/payment.ts';

/** Events of the contract's section 10.2, and one of ours that endpoints must ask for by name. */
export type ZafapayEventName =
  | 'payment.succeeded'
  | 'payment.failed'
  | 'payment.canceled'
  | 'payment.refunded'
  | 'payment.chargeback'
  | 'payment.authorized';

/** The webhook's words, `event` and `status`, for each event of the core that this wire knows. */
export const wireEvents: Partial<
  Record<PaymentEventType, { readonly name: ZafapayEventName; readonly status: string }>
> = {
  'payment.captured': { name: 'payment.succeeded', status: 'succeeded' },
  'payment.failed': { name: 'payment.failed', status: 'failed' },
  'payment.voided': { name: 'payment.canceled', status: 'canceled' },
  'payment.refunded': { name: 'payment.refunded', status: 'refunded' },
  'payment.disputed': { name: 'payment.chargeback', status: 'chargeback' },
  'payment.authorized': { name: 'payment.authorized', status: 'authorized' },
};

const typesByName: Record<ZafapayEventName, PaymentEventType> = {
  'payment.succeeded': 'payment.captured',
  'payment.failed': 'payment.failed',
  'payment.canceled': 'payment.voided',
  'payment.refunded': 'payment.refunded',
  'payment.chargeback': 'payment.disputed',
  'payment.authorized': 'payment.authorized',
};

/** An endpoint without a filter gets the five documented events, for their receivers expect no sixth. */
const documented: readonly PaymentEventType[] = [
  'payment.captured',
  'payment.failed',
  'payment.voided',
  'payment.refunded',
  'payment.disputed',
];

/** The core's types for a filter of this wire's names; undefined when a name is unknown. */
export function eventTypesOf(filter: readonly string[] | null): readonly PaymentEventType[] | undefined {
  if (filter === null) return documented;
  if (!filter.every((name): name is ZafapayEventName => Object.hasOwn(typesByName, name))) return undefined;
  return [...new Set(filter.map((name) => typesByName[name]))];
}

/** An event's name in lists: this wire's where it has one, else the core's. */
export function eventName(type: PaymentEventType): string {
  return wireEvents[type]?.name ?? type;
}
