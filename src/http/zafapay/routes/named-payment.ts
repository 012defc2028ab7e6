import type { FastifyRequest } from 'fastify';
import type { PaymentId } from '../../../domain/ids.ts';
import type { Payment } from '../../../domain/payment.ts';
import { callerOf } from '../authentication.ts';
import type { ZafapayContext } from '../context.ts';
import { errorToThrow } from '../errors.ts';
import { parsePaymentName } from '../payment-name.ts';

/** The payment id that a path names by `tx_…` or `req_…`; anything else ends the request as an unknown payment. */
export function paymentIdOf(request: FastifyRequest, name: string): PaymentId {
  const id = parsePaymentName(name);
  if (!id) throw unknownPayment(request);
  return id;
}

/** The caller's payment of that id; another merchant's ends the request exactly as an unknown one. */
export async function findNamedPayment(
  { gateway }: ZafapayContext,
  request: FastifyRequest,
  id: PaymentId,
): Promise<Payment> {
  const payment = await gateway.payments.findPayment(callerOf(request).merchant.id, { id });
  if (!payment) throw unknownPayment(request);
  return payment;
}

function unknownPayment(request: FastifyRequest): Error {
  return errorToThrow(request, 'not_found', 'There is no payment of that id.');
}
