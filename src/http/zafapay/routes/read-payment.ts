import type { EdgeServer } from '../../edge/dialect.ts';
import { requireKey } from '../authentication.ts';
import type { ZafapayContext } from '../context.ts';
import { sendStored, storeAnswer } from '../reply.ts';
import { idParams } from '../schemas/fields.ts';
import { viewPayment } from '../views/payment.ts';
import { findNamedPayment, paymentIdOf } from './named-payment.ts';

/** `GET /v1/payments/{tx_… or req_…}` (contract 6.2). */
export function addReadPayment(scope: EdgeServer, context: ZafapayContext): void {
  const { gateway } = context;
  scope.get(
    '/payments/:id',
    { schema: { params: idParams }, onRequest: requireKey(gateway, 'read') },
    async (request, reply) => {
      const payment = await findNamedPayment(context, request, paymentIdOf(request, request.params.id));
      const captured = payment.status.state === 'captured';
      const refunds = captured ? await gateway.payments.listRefundsOf(payment.merchantId, payment.id) : [];
      return sendStored(reply, storeAnswer(200, viewPayment(payment, refunds)));
    },
  );
}
