import type { Payment } from '../../../domain/payment.ts';
import type { Refund } from '../../../domain/refund.ts';
import type { EdgeServer } from '../../edge/dialect.ts';
import { callerOf, requireKey } from '../authentication.ts';
import type { ZafapayContext } from '../context.ts';
import { readMoment, readPage, renderPage } from '../listing.ts';
import { sendStored, storeAnswer } from '../reply.ts';
import { listPaymentsQuery } from '../schemas/lists.ts';
import { viewPayment } from '../views/payment.ts';
import { statusFilters } from '../views/payment-status.ts';

/** `GET /v1/payments`: the merchant's payments of every dialect, newest first. */
export function addListPayments(scope: EdgeServer, context: ZafapayContext): void {
  const { gateway } = context;
  scope.get(
    '/payments',
    { schema: { querystring: listPaymentsQuery }, onRequest: requireKey(gateway, 'read') },
    async (request, reply) => {
      const { external_id, status, customer_id, created_after } = request.query;
      const { limit, after } = readPage(request, request.query);
      const payments = await gateway.payments.listPayments(callerOf(request).merchant.id, {
        merchantReference: external_id,
        customerReference: customer_id,
        ...(status !== undefined && statusFilters[status]),
        createdAfter:
          created_after === undefined ? undefined : readMoment(request, 'created_after', created_after),
        limit: limit + 1,
        after,
      });
      const refunds = await refundsOf(context, payments.slice(0, limit));
      const view = (payment: Payment) => viewPayment(payment, refunds.get(payment.id) ?? []);
      return sendStored(reply, storeAnswer(200, renderPage(payments, limit, view)));
    },
  );
}

/** Only captured payments have refunds. */
async function refundsOf(
  { gateway }: ZafapayContext,
  payments: readonly Payment[],
): Promise<Map<string, readonly Refund[]>> {
  const captured = payments.filter(({ status }) => status.state === 'captured');
  const [first] = captured;
  if (!first) return new Map();
  const ids = captured.map(({ id }) => id);
  const refunds = await gateway.payments.listRefundsOfMany(first.merchantId, ids);
  return Map.groupBy(refunds, ({ paymentId }) => paymentId);
}
