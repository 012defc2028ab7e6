import { AnswerError, type EdgeServer } from '../../edge/dialect.ts';
import { callOf } from '../authenticate.ts';
import { success } from '../envelope.ts';
import { errorAnswer } from '../errors.ts';
import { readPapers } from '../order-papers.ts';
import { type EximpeRoom, withAndWithoutSlash } from '../room.ts';
import { paymentDetailView } from '../views/payment.ts';

/** `GET /pg/payments/{payment_id}/` (section 8.5). */
export function addGetPayment(scope: EdgeServer, room: EximpeRoom): void {
  for (const url of withAndWithoutSlash('/payments/:paymentId/')) {
    scope.get<{ Params: { readonly paymentId: string } }>(url, async (request) => {
      const { merchant } = callOf(request);
      const { payments, bins } = room.gateway;
      const payment = await payments.findPayment(merchant.id, {
        orderPaymentNumber: request.params.paymentId,
      });
      if (!payment) {
        const message = 'Payment not found';
        throw new AnswerError(errorAnswer(404, 'ERR_PAYMENT_001', message, { payment_id: message }));
      }
      const [papers, refunds, issuer] = await Promise.all([
        readPapers(room, payment),
        payments.listRefundsOf(merchant.id, payment.id),
        payment.card ? bins.lookUpBin(payment.card.bin) : null,
      ]);
      return success(
        'Domestic payment request details retrieved successfully',
        paymentDetailView(payment, papers, refunds, issuer),
      );
    });
  }
}
