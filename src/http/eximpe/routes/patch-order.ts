import type { FastifyRequest } from 'fastify';
import type { OrderAmendment } from '../../../usecases/ports/orders.ts';
import type { EdgeServer } from '../../edge/dialect.ts';
import { success } from '../envelope.ts';
import { throwProblems } from '../errors.ts';
import { FieldProblems } from '../field-problems.ts';
import { lenientBody } from '../lenient-body.ts';
import { amendmentNames, readPapers } from '../order-papers.ts';
import { isCalendarDate } from '../parse-order.ts';
import { type EximpeRoom, withAndWithoutSlash } from '../room.ts';
import { type OrderPatchBody, orderPatchBody, readOrderPatchBody } from '../schemas/order-patch-body.ts';
import { buyerView, invoiceView } from '../views/order.ts';
import { findOrder, type OrderPath } from './find-order.ts';

/** `PATCH /pg/orders/{order_id}/` (section 8.3); its answer is one envelope inside another. */
export function addPatchOrder(scope: EdgeServer, room: EximpeRoom): void {
  for (const url of withAndWithoutSlash('/orders/:orderId/')) {
    scope.patch<{ Params: OrderPath; Body: OrderPatchBody }>(
      url,
      { schema: { body: orderPatchBody }, preValidation: lenientBody(readOrderPatchBody) },
      async (request) => {
        judgeDates(request, request.body);
        const order = await findOrder(request, room);
        const { merchantId, id } = order;
        await room.orders.amendOrder(merchantId, id, toAmendment(request.body), room.gateway.clock.now());
        const papers = await readPapers(room, order);
        const message = 'Order updated successfully';
        return success(
          message,
          success(message, {
            order_id: order.orderNumber,
            buyer: buyerView(order, papers),
            invoice: invoiceView(order, papers),
          }),
        );
      },
    );
  }
}

function judgeDates(request: FastifyRequest, { buyer, invoice }: OrderPatchBody): void {
  const problems = new FieldProblems();
  if (buyer?.dob !== undefined && !isCalendarDate(buyer.dob))
    problems.add('buyer.dob', 'This is not a date of the calendar.');
  if (invoice?.date !== undefined && !isCalendarDate(invoice.date))
    problems.add('invoice.date', 'This is not a date of the calendar.');
  throwProblems(request, problems);
}

function toAmendment({ buyer, invoice }: OrderPatchBody): OrderAmendment {
  const told: Readonly<Record<string, string | undefined>> = {
    [amendmentNames.buyerPanNumber]: buyer?.pan_number,
    [amendmentNames.buyerDob]: buyer?.dob,
    [amendmentNames.invoiceNumber]: invoice?.number,
    [amendmentNames.invoiceDate]: invoice?.date,
  };
  return Object.fromEntries(
    Object.entries(told).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}
