import type { FastifyReply, FastifyRequest } from 'fastify';
import type { PaymentId } from '../../../domain/ids.ts';
import type { MinorUnits } from '../../../domain/money.ts';
import type { Payment } from '../../../domain/payment.ts';
import { assertNever } from '../../../lib/assert.ts';
import type { RefundOutcome, RefundResult } from '../../../usecases/commands.ts';
import type { IdempotencyClaim, StoredAnswer } from '../../../usecases/ports/store.ts';
import { refundPayment } from '../../../usecases/refund-payment.ts';
import { amountText } from '../../edge/amount-schema.ts';
import { type EdgeServer, sendAnswer } from '../../edge/dialect.ts';
import { callerOf, requireKey } from '../authentication.ts';
import type { ZafapayContext } from '../context.ts';
import { errorAnswer, errorToThrow } from '../errors.ts';
import { type LateAnswer, readClaim, sendEarlier } from '../idempotency.ts';
import { judgePanFree, refuseIssues } from '../issues.ts';
import { refusalAnswer } from '../refusals.ts';
import { sendStored, storeAnswer, storeError } from '../reply.ts';
import { idParams } from '../schemas/fields.ts';
import { refundBody } from '../schemas/follow-ups.ts';
import { refundStatusWords } from '../views/payment.ts';
import { viewRefund } from '../views/refund.ts';
import { amountOf } from './create-payment.ts';
import { findNamedPayment, paymentIdOf } from './named-payment.ts';

/** `POST /v1/payments/{id}/refund` (contract 6.5): in parts until nothing is left. */
export function addRefundPayment(scope: EdgeServer, context: ZafapayContext): void {
  const { gateway } = context;
  scope.post(
    '/payments/:id/refund',
    {
      schema: { params: idParams, body: refundBody },
      attachValidation: true,
      onRequest: requireKey(gateway, 'pay'),
    },
    async (request, reply) => {
      refuseIssues(request, () => judgePanFree('reason', request.body.reason));
      const { amount: literal, currency, reason } = request.body;
      const id = paymentIdOf(request, request.params.id);
      const payment = await findNamedPayment(context, request, id);
      refuseOtherCurrency(request, payment, currency ?? null);
      const amount =
        literal === undefined
          ? null
          : amountOf(request, amountText(literal), payment.currency, 'invalid_amount');
      return answerRefund(context, request, reply, { id, amount, reason: reason ?? null });
    },
  );
}

/** Nothing is converted here, so a payment's original currency is its own. */
function refuseOtherCurrency(request: FastifyRequest, payment: Payment, currency: string | null): void {
  if (currency !== null && currency.toUpperCase() !== payment.currency)
    throw errorToThrow(
      request,
      'unsupported_currency',
      'The refund must be in the currency of the payment.',
      {
        param: 'currency',
      },
    );
}

async function answerRefund(
  context: ZafapayContext,
  request: FastifyRequest,
  reply: FastifyReply,
  asked: { readonly id: PaymentId; readonly amount: MinorUnits | null; readonly reason: string | null },
): Promise<FastifyReply> {
  const claim = readClaim(context, request, `/v1/payments/${asked.id}/refund`);
  const render = (outcome: RefundOutcome) => renderRefund(request, outcome);
  const result: RefundResult = await refundPayment(context.gateway, {
    merchantId: callerOf(request).merchant.id,
    name: { id: asked.id },
    amount: asked.amount,
    reason: asked.reason,
    merchantReference: null,
    settle: 'await',
    claim,
    render,
  });
  switch (result.kind) {
    case 'done':
    case 'declined':
      return sendStored(reply, render(result));
    case 'unknown':
      return sendStored(reply, storeAnswer(202, viewRefund(result.payment, result.refund)));
    case 'refused':
      return sendAnswer(reply, refusalAnswer(request, result.refusal, 'follow_up'));
    case 'earlier':
      return sendEarlierRefund(context, request, reply, { claim, earlier: result.earlier, render });
    default:
      return assertNever(result, 'result of a refund');
  }
}

async function sendEarlierRefund(
  context: ZafapayContext,
  request: FastifyRequest,
  reply: FastifyReply,
  {
    claim,
    earlier,
    render,
  }: {
    readonly claim: IdempotencyClaim | null;
    readonly earlier: Extract<RefundResult, { kind: 'earlier' }>['earlier'];
    readonly render: (outcome: RefundOutcome) => StoredAnswer;
  },
): Promise<FastifyReply> {
  if (!claim) throw new TypeError('only a request with a key can have an earlier one');
  const { payments } = context.gateway;
  const merchantId = callerOf(request).merchant.id;
  const lateAnswer: LateAnswer = async (paymentId, refundId) => {
    if (refundId === null) return null;
    const [payment, refund] = await Promise.all([
      payments.findPayment(merchantId, { id: paymentId }),
      payments.findRefund(merchantId, { id: refundId }),
    ]);
    if (!payment || !refund) return null;
    const word = refundStatusWords[refund.state];
    if (word === 'pending') return null;
    return word === 'succeeded'
      ? render({ kind: 'done', payment, refund })
      : render({ kind: 'declined', payment, refund, reason: 'unknown_error' });
  };
  return sendEarlier(context, request, reply, { claim, earlier, lateAnswer });
}

/** A refund that the acquirer declined leaves the payment as it was. */
function renderRefund(request: { readonly id: string }, outcome: RefundOutcome): StoredAnswer {
  if (outcome.kind === 'done') return storeAnswer(200, viewRefund(outcome.payment, outcome.refund));
  return storeError(errorAnswer(request, 'refund_failed', 'The refund was declined. Nothing was refunded.'));
}
