import type { FastifyReply, FastifyRequest } from 'fastify';
import type { PaymentId } from '../../../domain/ids.ts';
import { reviewPayment } from '../../../usecases/risk/review-payment.ts';
import { type EdgeServer, sendAnswer } from '../../edge/dialect.ts';
import { callerOf, requireKey } from '../authentication.ts';
import type { ZafapayContext } from '../context.ts';
import { errorAnswer } from '../errors.ts';
import { readClaim, sendEarlier, sendOnce } from '../idempotency.ts';
import { readPage, renderPage } from '../listing.ts';
import { refusalAnswer } from '../refusals.ts';
import { sendStored, storeAnswer } from '../reply.ts';
import { idParams } from '../schemas/fields.ts';
import { listEventsQuery } from '../schemas/lists.ts';
import { decisionsQuery, riskSettingsBody } from '../schemas/risk.ts';
import { statusWord } from '../views/payment-status.ts';
import { viewDecision, viewReview } from '../views/risk.ts';
import { findNamedPayment, paymentIdOf } from './named-payment.ts';

/** What the rules decided about payments, the reviews that wait, and what to do when the rules cannot be asked. */
export function addRiskDecisions(scope: EdgeServer, context: ZafapayContext): void {
  const { gateway } = context;
  const mayRead = requireKey(gateway, 'read');
  scope.get(
    '/payments/:id/risk',
    { schema: { params: idParams }, onRequest: mayRead },
    async (request, reply) => sendDecisions(context, request, reply, request.params.id),
  );
  scope.get(
    '/risk/decisions',
    { schema: { querystring: decisionsQuery }, onRequest: mayRead },
    async (request, reply) => sendDecisions(context, request, reply, request.query.payment),
  );
  addReviews(scope, context);
  addSettings(scope, context);
}

async function sendDecisions(
  context: ZafapayContext,
  request: FastifyRequest,
  reply: FastifyReply,
  name: string,
): Promise<FastifyReply> {
  const { id, merchantId } = await findNamedPayment(context, request, paymentIdOf(request, name));
  const decisions = await context.gateway.risk.listDecisions(merchantId, id);
  return sendStored(reply, storeAnswer(200, { payment: id, decisions: decisions.map(viewDecision) }));
}

function addReviews(scope: EdgeServer, context: ZafapayContext): void {
  const { gateway } = context;
  scope.get(
    '/risk/reviews',
    { schema: { querystring: listEventsQuery }, onRequest: requireKey(gateway, 'read') },
    async (request, reply) => {
      const { limit, after } = readPage(request, request.query);
      const merchantId = callerOf(request).merchant.id;
      const open = await gateway.risk.listOpenReviews(merchantId, { limit: limit + 1, after });
      const rows = open.map((decision) => ({
        decision,
        createdAt: decision.decidedAt,
        id: decision.paymentId,
      }));
      return sendStored(
        reply,
        storeAnswer(
          200,
          renderPage(rows, limit, ({ decision }) => viewReview(decision)),
        ),
      );
    },
  );
  for (const [verb, verdict] of [
    ['approve', 'approved'],
    ['refuse', 'refused'],
  ] as const) {
    scope.post(
      `/risk/reviews/:id/${verb}`,
      { schema: { params: idParams }, onRequest: requireKey(gateway, 'pay') },
      async (request, reply) =>
        sendVerdict(context, request, reply, paymentIdOf(request, request.params.id), verdict),
    );
  }
}

/** The acquirer may be asked, so no transaction is open meanwhile: the same verdict again is harmless, key or no key. */
async function sendVerdict(
  context: ZafapayContext,
  request: FastifyRequest,
  reply: FastifyReply,
  paymentId: PaymentId,
  verdict: 'approved' | 'refused',
): Promise<FastifyReply> {
  const { gateway } = context;
  const merchantId = callerOf(request).merchant.id;
  const path = `/v1/risk/reviews/${paymentId}/${verdict}`;
  const claim = readClaim(context, request, path);
  const earlier = claim && (await gateway.idempotency.find(merchantId, claim));
  if (claim && earlier)
    return sendEarlier(context, request, reply, { claim, earlier, lateAnswer: async () => null });
  const result = await reviewPayment(gateway, { merchantId, paymentId, verdict });
  switch (result.kind) {
    case 'done': {
      const review = {
        payment: result.payment.id,
        review: verdict,
        payment_status: statusWord(result.payment),
      };
      const answer = storeAnswer(200, review);
      return sendOnce(context, request, reply, path, async () => ({ send: answer, keep: answer }));
    }
    case 'declined':
      return sendAnswer(
        reply,
        errorAnswer(request, 'payment_failed', 'The acquirer declined to take the payment back.'),
      );
    case 'refused':
      return sendAnswer(reply, refusalAnswer(request, result.refusal, 'follow_up'));
  }
}

function addSettings(scope: EdgeServer, context: ZafapayContext): void {
  const { gateway } = context;
  scope.get('/risk/settings', { onRequest: requireKey(gateway, 'read') }, async (request, reply) => {
    const when_check_fails = await gateway.riskRules.findWhenCheckFails(callerOf(request).merchant.id);
    return sendStored(reply, storeAnswer(200, { when_check_fails }));
  });
  scope.patch(
    '/risk/settings',
    { schema: { body: riskSettingsBody }, onRequest: requireKey(gateway, 'manage') },
    async (request, reply) => {
      const { when_check_fails } = request.body;
      const now = gateway.clock.now();
      await gateway.riskRules.setWhenCheckFails(callerOf(request).merchant.id, when_check_fails, now);
      return sendStored(reply, storeAnswer(200, { when_check_fails }));
    },
  );
}
