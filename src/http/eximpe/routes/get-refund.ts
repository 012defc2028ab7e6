import { AnswerError, type EdgeServer } from '../../edge/dialect.ts';
import { success } from '../envelope.ts';
import { errorAnswer } from '../errors.ts';
import { type EximpeRoom, withAndWithoutSlash } from '../room.ts';
import { refundDetailView } from '../views/refund.ts';
import { findRefund, type RefundPath } from './find-refund.ts';

/** `GET /pg/refunds/{refund_id}/` (section 11.2). */
export function addGetRefund(scope: EdgeServer, room: EximpeRoom): void {
  for (const url of withAndWithoutSlash('/refunds/:refundId/')) {
    scope.get<{ Params: RefundPath }>(url, async (request) => {
      const found = await findRefund(request, room);
      if (!found) {
        const message = 'Refund not found';
        throw new AnswerError(errorAnswer(404, 'ERR_REFUND_003', message, { refund_id: message }));
      }
      const { refund, payment } = found;
      return success(
        'Refund details retrieved successfully',
        refundDetailView(refund, payment.orderPaymentNumber ?? '', payment.currency),
      );
    });
  }
}
