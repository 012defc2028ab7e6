import type { FastifyRequest } from 'fastify';
import { type MinorUnits, parseMajorUnits } from '../../../domain/money.ts';
import type { Payment } from '../../../domain/payment.ts';
import type { Refund } from '../../../domain/refund.ts';
import type { Refusal } from '../../../domain/refusal.ts';
import { assert } from '../../../lib/assert.ts';
import type { StoredAnswer } from '../../../usecases/ports/store.ts';
import { refundPayment } from '../../../usecases/refund-payment.ts';
import { amountText } from '../../edge/amount-schema.ts';
import type { EdgeServer } from '../../edge/dialect.ts';
import { callOf } from '../authenticate.ts';
import { sendStored, successAnswer } from '../envelope.ts';
import { throwProblem } from '../errors.ts';
import { answerEarlier, readClaim } from '../idempotency.ts';
import { lenientBody } from '../lenient-body.ts';
import { type EximpeRoom, withAndWithoutSlash } from '../room.ts';
import { type RefundBody, readRefundBody, refundBody } from '../schemas/refund-bodies.ts';
import { rupees } from '../settings.ts';
import { createdRefundView } from '../views/refund.ts';

/** `POST /pg/refunds/` (section 11.1): answers as soon as the refund is committed; the bank is asked right after. */
export function addCreateRefund(scope: EdgeServer, room: EximpeRoom): void {
  for (const url of withAndWithoutSlash('/refunds/')) {
    scope.post(
      url,
      { schema: { body: refundBody }, preValidation: lenientBody(readRefundBody) },
      async (request, reply) => {
        const { body } = request;
        const amount = readAmount(request, body);
        const claim = readClaim(request, room, body);
        const result = await refundPayment(room.gateway, {
          merchantId: callOf(request).merchant.id,
          name: { orderPaymentNumber: body.payment_id },
          amount,
          reason: null,
          merchantReference: body.reference_id ?? null,
          settle: 'in_background',
          claim,
          render: ({ payment, refund }) => renderRefund(payment, refund),
        });
        switch (result.kind) {
          case 'refused':
            return throwRefusal(request, result.refusal);
          case 'earlier':
            assert(claim, 'only a request with a key has an earlier one');
            return answerEarlier(
              request,
              reply,
              room,
              claim,
              result.earlier,
              (payment, refund) => refund && renderRefund(payment, refund),
            );
          default:
            return sendStored(reply, renderRefund(result.payment, result.refund));
        }
      },
    );
  }
}

function readAmount(request: FastifyRequest, body: RefundBody): MinorUnits | null {
  if (body.refund_amount === undefined) return null;
  const amount = parseMajorUnits(amountText(body.refund_amount), rupees);
  if (typeof amount === 'bigint') return amount;
  return throwProblem(
    request,
    'refund_amount',
    amount === 'not_positive'
      ? 'Refund amount must be greater than 0.'
      : 'Refund amount must be a decimal number with at most 2 decimal places.',
  );
}

function renderRefund(payment: Payment, refund: Refund): StoredAnswer {
  return successAnswer(
    'Refund request processed successfully',
    createdRefundView(refund, payment.orderPaymentNumber ?? '', payment.currency),
  );
}

function throwRefusal(request: FastifyRequest, refusal: Refusal): never {
  switch (refusal.code) {
    case 'not_found':
      return throwProblem(request, 'payment_id', 'Payment not found');
    case 'amount_too_large':
      return throwProblem(request, 'refund_amount', refusal.message);
    default:
      return throwProblem(request, 'payment_id', refusal.message);
  }
}
