import type { FastifyRequest } from 'fastify';
import type { Payment } from '../../../domain/payment.ts';
import { AnswerError } from '../../edge/dialect.ts';
import { callOf } from '../authenticate.ts';
import { errorAnswer } from '../errors.ts';
import type { EximpeRoom } from '../room.ts';

export interface OrderPath {
  readonly orderId: string;
}

/** The merchant's order that the path names. Another merchant's is as unknown as one that never was: 404. */
export async function findOrder(
  request: FastifyRequest<{ Params: OrderPath }>,
  room: EximpeRoom,
): Promise<Payment> {
  const { orderId } = request.params;
  const payment = /^OD[0-9]{10}$/.test(orderId)
    ? await room.gateway.payments.findPayment(callOf(request).merchant.id, { orderNumber: orderId })
    : null;
  if (payment) return payment;
  throw new AnswerError(
    errorAnswer(404, 'ERR_ORDER_001', 'Order not found', { order_id: 'Order not found' }),
  );
}
