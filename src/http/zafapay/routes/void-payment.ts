import type { FollowUpOutcome } from '../../../usecases/commands.ts';
import type { StoredAnswer } from '../../../usecases/ports/store.ts';
import { voidPayment } from '../../../usecases/void-payment.ts';
import type { EdgeServer } from '../../edge/dialect.ts';
import { callerOf, requireKey } from '../authentication.ts';
import type { ZafapayContext } from '../context.ts';
import { errorAnswer } from '../errors.ts';
import { readClaim } from '../idempotency.ts';
import { storeAnswer, storeError } from '../reply.ts';
import { idParams } from '../schemas/fields.ts';
import { viewFollowUp } from '../views/payment.ts';
import { answerFollowUp } from './follow-up.ts';
import { paymentIdOf } from './named-payment.ts';

/** `POST /v1/payments/{id}/void` (contract 6.4): releases a hold, or cancels an attempt that waits for the customer. */
export function addVoidPayment(scope: EdgeServer, context: ZafapayContext): void {
  const { gateway } = context;
  scope.post(
    '/payments/:id/void',
    { schema: { params: idParams }, onRequest: requireKey(gateway, 'pay') },
    async (request, reply) => {
      const id = paymentIdOf(request, request.params.id);
      const claim = readClaim(context, request, `/v1/payments/${id}/void`);
      const render = (outcome: FollowUpOutcome) => renderVoid(request, outcome);
      const { merchant } = callerOf(request);
      const result = await voidPayment(gateway, { merchantId: merchant.id, name: { id }, claim, render });
      return answerFollowUp(context, request, reply, { result, aim: 'voided', claim, render });
    },
  );
}

function renderVoid(request: { readonly id: string }, outcome: FollowUpOutcome): StoredAnswer {
  if (outcome.kind === 'done') return storeAnswer(200, viewFollowUp(outcome.payment));
  const message = 'The acquirer declined to release the authorization; it lapses by itself.';
  return storeError(errorAnswer(request, 'payment_failed', message));
}
