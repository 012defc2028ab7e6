import type { FastifyReply, FastifyRequest } from 'fastify';
import { describeState, isFinal } from '../../../domain/payment.ts';
import { assertNever } from '../../../lib/assert.ts';
import type { FollowUpOutcome, FollowUpResult } from '../../../usecases/commands.ts';
import type { IdempotencyClaim, StoredAnswer } from '../../../usecases/ports/store.ts';
import { sendAnswer } from '../../edge/dialect.ts';
import { callerOf } from '../authentication.ts';
import type { ZafapayContext } from '../context.ts';
import { errorAnswer } from '../errors.ts';
import { sendEarlier } from '../idempotency.ts';
import { refusalAnswer } from '../refusals.ts';
import { sendStored, storeAnswer, storeError } from '../reply.ts';
import { viewFollowUp } from '../views/payment.ts';

/** Answers a capture or void; an outcome that is not known yet is `202` with `status: pending`. */
export async function answerFollowUp(
  context: ZafapayContext,
  request: FastifyRequest,
  reply: FastifyReply,
  {
    result,
    aim,
    claim,
    render,
  }: {
    /** The state that the operation was to bring about. */
    readonly aim: 'captured' | 'voided';
    readonly result: FollowUpResult;
    readonly claim: IdempotencyClaim | null;
    readonly render: (outcome: FollowUpOutcome) => StoredAnswer;
  },
): Promise<FastifyReply> {
  switch (result.kind) {
    case 'done':
    case 'declined':
      return sendStored(reply, render(result));
    case 'unknown':
      return sendStored(reply, storeAnswer(202, { ...viewFollowUp(result.payment), status: 'pending' }));
    case 'refused':
      return sendAnswer(reply, refusalAnswer(request, result.refusal, 'follow_up'));
    case 'earlier': {
      if (!claim) throw new TypeError('only a request with a key can have an earlier one');
      const merchantId = callerOf(request).merchant.id;
      return sendEarlier(context, request, reply, {
        claim,
        earlier: result.earlier,
        lateAnswer: async (id) => {
          // Asked before the payment is read: what has ended by then shows in it.
          const open = await context.gateway.payments.hasOpenOperation(merchantId, id);
          const payment = await context.gateway.payments.findPayment(merchantId, { id });
          if (open || !payment) return null;
          // Still held, and nothing under way any more: the operation came to nothing.
          if (!isFinal(payment)) return render({ kind: 'declined', payment, reason: 'processing_error' });
          if (payment.status.state === aim) return render({ kind: 'done', payment });
          return storeError(
            errorAnswer(request, 'invalid_status', `The payment is ${describeState(payment)} by now.`),
          );
        },
      });
    }
    default:
      return assertNever(result, 'result of a follow-up');
  }
}
