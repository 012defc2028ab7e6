import type { EdgeServer } from '../../edge/dialect.ts';
import { success } from '../envelope.ts';
import { readPapers } from '../order-papers.ts';
import { type EximpeRoom, withAndWithoutSlash } from '../room.ts';
import { orderDetailView } from '../views/order.ts';
import { findOrder, type OrderPath } from './find-order.ts';

/** `GET /pg/orders/{order_id}/` (section 8.2). */
export function addGetOrder(scope: EdgeServer, room: EximpeRoom): void {
  for (const url of withAndWithoutSlash('/orders/:orderId/')) {
    scope.get<{ Params: OrderPath }>(url, async (request) => {
      const order = await findOrder(request, room);
      const papers = await readPapers(room, order);
      return success(
        'Order fetched successfully',
        orderDetailView(order, papers, room.gateway.mode === 'sandbox'),
      );
    });
  }
}
