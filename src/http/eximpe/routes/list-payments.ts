import type { EdgeServer } from '../../edge/dialect.ts';
import { callOf } from '../authenticate.ts';
import { success } from '../envelope.ts';
import { paginated, readPage } from '../pagination.ts';
import { type EximpeRoom, withAndWithoutSlash } from '../room.ts';
import { paymentsQuery } from '../schemas/queries.ts';
import { paymentRowView } from '../views/payment.ts';
import { listOrders } from './order-filter.ts';

const defaultPageSize = 10;

/** `GET /pg/payments/` (section 8.5). */
export function addListPayments(scope: EdgeServer, room: EximpeRoom): void {
  for (const url of withAndWithoutSlash('/payments/')) {
    scope.get(url, { schema: { querystring: paymentsQuery } }, async (request) => {
      const { merchant } = callOf(request);
      const position = readPage(request.query, defaultPageSize);
      const page = await listOrders(request, room, request.query, position);
      return success(
        'Domestic payment requests retrieved successfully',
        paginated(request, room, position, page, (payment) => paymentRowView(payment, merchant)),
      );
    });
  }
}
