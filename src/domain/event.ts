import type { Dispute } from './dispute.ts';
import type { EventId, MerchantId, PaymentMethodId } from './ids.ts';
import type { Payment, PaymentEventType } from './payment.ts';
import type { Refund } from './refund.ts';

/** One change of one payment, as it was right after; webhooks and event lists are rendered from it alone. */
export interface PaymentEvent {
  readonly id: EventId;
  /** A version 4 UUID, for wires that number their messages so. */
  readonly uuid: string;
  readonly merchantId: MerchantId;
  readonly sequence: number;
  readonly type: PaymentEventType;
  readonly createdAt: Date;
  readonly snapshot: EventSnapshot;
}

export interface EventSnapshot {
  readonly payment: Payment;
  /** The refund that the event is about; null for other events. */
  readonly refund: Refund | null;
  /** The dispute that the event is about; absent from other events. */
  readonly dispute?: Dispute;
  /** The saved card that this payment made or refreshed; null when it saved none. */
  readonly savedCard: { readonly paymentMethodId: PaymentMethodId; readonly hexToken: string } | null;
}

/** The snapshot as JSON can hold it: amounts as strings of minor units, times as ISO 8601. */
export function snapshotToJson(snapshot: EventSnapshot): string {
  return JSON.stringify(snapshot, (_key, value: unknown) =>
    typeof value === 'bigint' ? value.toString() : value,
  );
}

const dateFields = new Set([
  'createdAt',
  'updatedAt',
  'expiresAt',
  'openUntil',
  'captureBefore',
  'capturedAt',
  'refundedAt',
  'finishedAt',
  'raisedAt',
]);
const unitFields = new Set(['amount', 'captured', 'refunded', 'refunding', 'fee']);
/** The merchant's and the dialect's own words are kept as they are, whatever their keys are called. */
const opaqueFields = new Set(['metadata', 'details']);

/** Reads back what `snapshotToJson` wrote; `json` comes from our own table. */
export function snapshotFromJson(json: unknown): EventSnapshot {
  return revive(json) as EventSnapshot;
}

function revive(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(revive);
  if (typeof value !== 'object' || value === null) return value;
  const revived: Record<string, unknown> = {};
  for (const [key, inner] of Object.entries(value)) {
    if (opaqueFields.has(key)) revived[key] = inner;
    else if (dateFields.has(key) && typeof inner === 'string') revived[key] = new Date(inner);
    else if (unitFields.has(key) && typeof inner === 'string') revived[key] = BigInt(inner);
    else revived[key] = revive(inner);
  }
  return revived;
}
