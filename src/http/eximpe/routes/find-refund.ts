import type { FastifyRequest } from 'fastify';
import type { Payment } from '../../../domain/payment.ts';
import type { Refund } from '../../../domain/refund.ts';
import { callOf } from '../authenticate.ts';
import type { EximpeRoom } from '../room.ts';

export interface RefundPath {
  readonly refundId: string;
}

/** The merchant's refund that the path names, with its payment; null for an unknown one and for another merchant's. */
export async function findRefund(
  request: FastifyRequest<{ Params: RefundPath }>,
  room: EximpeRoom,
): Promise<{ readonly refund: Refund; readonly payment: Payment } | null> {
  const { refundId } = request.params;
  if (!/^RF[0-9]{10}$/.test(refundId)) return null;
  const { payments } = room.gateway;
  const merchantId = callOf(request).merchant.id;
  const refund = await payments.findRefund(merchantId, { number: refundId });
  const payment = refund && (await payments.findPayment(merchantId, { id: refund.paymentId }));
  return refund && payment && { refund, payment };
}
