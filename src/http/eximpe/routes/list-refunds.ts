import type { EdgeServer } from '../../edge/dialect.ts';
import { callOf } from '../authenticate.ts';
import { paginated, readPage } from '../pagination.ts';
import { readQueryDate } from '../query-date.ts';
import { type EximpeRoom, withAndWithoutSlash } from '../room.ts';
import { refundsQuery } from '../schemas/queries.ts';
import { refundRowView } from '../views/refund.ts';

const defaultPageSize = 250;

/** `GET /pg/refunds/` (section 11.2): the paginator without an envelope. */
export function addListRefunds(scope: EdgeServer, room: EximpeRoom): void {
  for (const url of withAndWithoutSlash('/refunds/')) {
    scope.get(url, { schema: { querystring: refundsQuery } }, async (request) => {
      const { merchant } = callOf(request);
      const { query } = request;
      const position = readPage(query, defaultPageSize);
      const filter = {
        orderPaymentNumber: query.payment_id || undefined,
        merchantReference: query.reference_id || undefined,
        createdFrom: readQueryDate(request, 'from_date', query.from_date, 'from'),
        createdTo: readQueryDate(request, 'to_date', query.to_date, 'to'),
      };
      const isOther = query.merchant_id && query.merchant_id !== merchant.number;
      const page = isOther
        ? { count: 0, rows: [] }
        : await room.orders.listRefunds(merchant.id, filter, position);
      return paginated(request, room, position, page, ({ refund, orderPaymentNumber, currency }) =>
        refundRowView(refund, orderPaymentNumber, currency),
      );
    });
  }
}
