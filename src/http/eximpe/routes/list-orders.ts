import type { EdgeServer } from '../../edge/dialect.ts';
import { success } from '../envelope.ts';
import { paginated, readPage } from '../pagination.ts';
import { type EximpeRoom, withAndWithoutSlash } from '../room.ts';
import { paymentsQuery } from '../schemas/queries.ts';
import { orderStatusView } from '../views/order.ts';
import { listOrders } from './order-filter.ts';

const defaultPageSize = 10;

/** `GET /pg/orders/`: not in the real API, which cannot list orders (sections 8.5 and 17); filters as for payments. */
export function addListOrders(scope: EdgeServer, room: EximpeRoom): void {
  for (const url of withAndWithoutSlash('/orders/')) {
    scope.get(url, { schema: { querystring: paymentsQuery } }, async (request) => {
      const position = readPage(request.query, defaultPageSize);
      const page = await listOrders(request, room, request.query, position);
      return success(
        'Orders retrieved successfully',
        paginated(request, room, position, page, orderStatusView),
      );
    });
  }
}
