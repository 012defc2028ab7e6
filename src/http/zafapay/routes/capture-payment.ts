import { capturePayment } from '../../../usecases/capture-payment.ts';
import type { FollowUpOutcome } from '../../../usecases/commands.ts';
import type { StoredAnswer } from '../../../usecases/ports/store.ts';
import { amountText } from '../../edge/amount-schema.ts';
import type { EdgeServer } from '../../edge/dialect.ts';
import { callerOf, requireKey } from '../authentication.ts';
import type { ZafapayContext } from '../context.ts';
import { unifiedError } from '../declines.ts';
import { errorAnswer } from '../errors.ts';
import { readClaim } from '../idempotency.ts';
import { storeAnswer, storeError } from '../reply.ts';
import { idParams } from '../schemas/fields.ts';
import { captureBody } from '../schemas/follow-ups.ts';
import { viewFollowUp } from '../views/payment.ts';
import { amountOf } from './create-payment.ts';
import { answerFollowUp } from './follow-up.ts';
import { findNamedPayment, paymentIdOf } from './named-payment.ts';

/** `POST /v1/payments/{id}/capture` (contract 6.3): once, the whole or less; the rest is released. */
export function addCapturePayment(scope: EdgeServer, context: ZafapayContext): void {
  const { gateway } = context;
  scope.post(
    '/payments/:id/capture',
    { schema: { params: idParams, body: captureBody }, onRequest: requireKey(gateway, 'pay') },
    async (request, reply) => {
      const id = paymentIdOf(request, request.params.id);
      const { amount: literal } = request.body;
      const amount =
        literal === undefined
          ? null
          : amountOf(
              request,
              amountText(literal),
              (await findNamedPayment(context, request, id)).currency,
              'invalid_amount',
            );
      const claim = readClaim(context, request, `/v1/payments/${id}/capture`);
      const render = (outcome: FollowUpOutcome) => renderCapture(request, outcome);
      const { merchant } = callerOf(request);
      const result = await capturePayment(gateway, {
        merchantId: merchant.id,
        name: { id },
        amount,
        claim,
        render,
      });
      return answerFollowUp(context, request, reply, { result, aim: 'captured', claim, render });
    },
  );
}

/** A capture that the acquirer declined leaves the payment authorized. */
function renderCapture(request: { readonly id: string }, outcome: FollowUpOutcome): StoredAnswer {
  if (outcome.kind === 'done') return storeAnswer(200, viewFollowUp(outcome.payment));
  return storeError(
    errorAnswer(
      request,
      'capture_failed',
      `The capture was declined. ${unifiedError(outcome.reason).message}`,
    ),
  );
}
