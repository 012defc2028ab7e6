import { type Static, Type } from 'typebox';
import { amountSchema } from '../../edge/amount-schema.ts';
import { readLeniently, text } from '../lenient-body.ts';

/** `POST /pg/refunds/` (section 11.1). */
export const refundBody = Type.Object({
  payment_id: Type.String({ maxLength: 64 }),
  refund_amount: Type.Optional(
    amountSchema('either', { description: 'Rupees; the whole remaining amount when absent.' }),
  ),
  reference_id: Type.Optional(Type.String({ maxLength: 255 })),
});
export type RefundBody = Static<typeof refundBody>;

export function readRefundBody(body: unknown): unknown {
  const read = readLeniently(body, { payment_id: text, refund_amount: text, reference_id: text });
  // Elsewhere an empty member counts as absent. Here absent means all that is left: a lost amount must not.
  return isRecord(body) && isRecord(read) && Object.hasOwn(body, 'refund_amount')
    ? { ...read, refund_amount: read.refund_amount ?? '' }
    : read;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const simulatedStatuses = [
  'INITIATED',
  'PROCESSING',
  'REFUNDED',
  'FAILED',
  'REVERSED',
  'ON_HOLD',
  'BANK_REJECTED_REFUND',
] as const;
export type SimulatedStatus = (typeof simulatedStatuses)[number];

/** `POST /pg/refunds/{refund_id}/simulate-status/` (section 11.4); `status` in upper case only. */
export const simulateStatusBody = Type.Object({
  status: Type.Enum(simulatedStatuses),
  status_message: Type.Optional(Type.String({ maxLength: 255 })),
  bank_ref_num: Type.Optional(Type.String({ maxLength: 128 })),
});
export type SimulateStatusBody = Static<typeof simulateStatusBody>;

export function readSimulateStatusBody(body: unknown): unknown {
  return readLeniently(body, { status: text, status_message: text, bank_ref_num: text });
}
