import type { EdgeServer } from '../../edge/dialect.ts';
import { success } from '../envelope.ts';
import { type EximpeRoom, withAndWithoutSlash } from '../room.ts';
import { orderStatusView } from '../views/order.ts';
import { findOrder, type OrderPath } from './find-order.ts';

/** `GET /pg/orders/{order_id}/status/` (section 8.1). */
export function addOrderStatus(scope: EdgeServer, room: EximpeRoom): void {
  for (const url of withAndWithoutSlash('/orders/:orderId/status/')) {
    scope.get<{ Params: OrderPath }>(url, async (request) =>
      success('Order status fetched successfully', orderStatusView(await findOrder(request, room))),
    );
  }
}
