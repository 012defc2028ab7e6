import type { FastifyRequest } from 'fastify';
import { containsPan } from '../../../domain/card.ts';
import type { RefundState } from '../../../domain/refund.ts';
import { simulateRefundStatus } from '../../../usecases/simulate-refund-status.ts';
import { AnswerError, type EdgeServer } from '../../edge/dialect.ts';
import { callOf } from '../authenticate.ts';
import { successAnswer } from '../envelope.ts';
import { throwProblem } from '../errors.ts';
import { cardNumberInTextMessage } from '../field-problems.ts';
import { runRepeatable } from '../idempotency.ts';
import { lenientBody } from '../lenient-body.ts';
import { type EximpeRoom, withAndWithoutSlash } from '../room.ts';
import {
  readSimulateStatusBody,
  type SimulatedStatus,
  type SimulateStatusBody,
  simulateStatusBody,
} from '../schemas/refund-bodies.ts';
import { simulatedRefundView } from '../views/refund.ts';
import type { RefundPath } from './find-refund.ts';

const simulations: Readonly<
  Record<SimulatedStatus, { readonly state: RefundState; readonly message: string }>
> = {
  INITIATED: { state: 'initiated', message: 'Refund initiated' },
  PROCESSING: { state: 'processing', message: 'Refund processing' },
  REFUNDED: { state: 'refunded', message: 'Simulated refund settled' },
  FAILED: { state: 'failed', message: 'Simulated refund failed' },
  REVERSED: { state: 'reversed', message: 'Refund reversed' },
  ON_HOLD: { state: 'on_hold', message: 'Refund on hold' },
  BANK_REJECTED_REFUND: { state: 'rejected_by_bank', message: 'Refund rejected by bank' },
};

/** `POST /pg/refunds/{refund_id}/simulate-status/` (section 11.4): test mode only. */
export function addSimulateRefundStatus(scope: EdgeServer, room: EximpeRoom): void {
  for (const url of withAndWithoutSlash('/refunds/:refundId/simulate-status/')) {
    scope.post<{ Params: RefundPath; Body: SimulateStatusBody }>(
      url,
      { schema: { body: simulateStatusBody }, preValidation: lenientBody(readSimulateStatusBody) },
      async (request, reply) => {
        if (room.gateway.mode !== 'sandbox')
          throwProblem(request, 'error', 'Refunds can be simulated in test mode only.');
        if (containsPan(request.body.status_message ?? ''))
          throwProblem(request, 'status_message', cardNumberInTextMessage);
        return runRepeatable(request, reply, room, request.body, () => simulate(request, room));
      },
    );
  }
}

async function simulate(
  request: FastifyRequest<{ Params: RefundPath; Body: SimulateStatusBody }>,
  room: EximpeRoom,
) {
  const { status, status_message: message, bank_ref_num: bankReference } = request.body;
  const simulation = simulations[status];
  const result = await simulateRefundStatus(room.gateway, room.orders, {
    merchantId: callOf(request).merchant.id,
    number: request.params.refundId,
    answer: {
      state: simulation.state,
      message: message ?? simulation.message,
      bankReference: bankReference ?? null,
    },
  });
  if (result.kind === 'refused') {
    // Shape C, which the contract has in this one place.
    if (result.refusal.code === 'not_found')
      throw new AnswerError({ status: 404, body: { detail: 'Refund not found.' } });
    return throwProblem(request, 'status', result.refusal.message);
  }
  const { payment, refund } = result;
  return successAnswer(
    'Refund status updated successfully',
    simulatedRefundView(refund, payment.orderPaymentNumber ?? '', payment.currency),
  );
}
