import type { FastifyRequest } from 'fastify';
import type { Static } from 'typebox';
import type { Payment, PaymentState } from '../../../domain/payment.ts';
import type { NumberedPage, OrderFilter } from '../../../usecases/ports/orders.ts';
import { callOf } from '../authenticate.ts';
import { throwProblem } from '../errors.ts';
import { choiceMessage } from '../field-problems.ts';
import { choiceOf } from '../lenient-body.ts';
import type { PageNumber } from '../pagination.ts';
import { readQueryDate } from '../query-date.ts';
import type { EximpeRoom } from '../room.ts';
import { mopTypeAliases, mopTypes } from '../schemas/choices.ts';
import type { paymentsQuery } from '../schemas/queries.ts';

export type PaymentsQuery = Static<typeof paymentsQuery>;

const pendingStates: readonly PaymentState[] = [
  'awaiting_card',
  'authenticating',
  'authorizing',
  'authorized',
];

/** States behind the words of payments and of orders; `cancelled` is accepted though nothing is called so (section 9). */
const statesOf: Readonly<Record<string, readonly PaymentState[]>> = {
  pending: pendingStates,
  payment_pending: pendingStates,
  captured: ['captured'],
  payment_successful: ['captured'],
  failed: ['failed', 'voided'],
  cancelled: ['voided'],
};

const readMopType = choiceOf(mopTypes, mopTypeAliases);

/** The filter that a list's query asks for. */
function readOrderFilter(request: FastifyRequest, query: PaymentsQuery): OrderFilter {
  return {
    currency: given(query.currency)?.toUpperCase(),
    orderNumber: given(query.order_id),
    orderPaymentNumber: given(query.payment_id),
    merchantReference: given(query.reference_id),
    states: readStates(request, given(query.status)),
    detailEquals: readMopFilter(given(query.mop_type)),
    detailContains:
      given(query.buyer_name) === undefined
        ? undefined
        : { path: ['buyer', 'name'], text: query.buyer_name ?? '' },
    createdFrom: readQueryDate(request, 'from_created_at', query.from_created_at, 'from'),
    createdTo: readQueryDate(request, 'to_created_at', query.to_created_at, 'to'),
  };
}

/** One page of the merchant's orders; a filter for another merchant finds nothing. */
export async function listOrders(
  request: FastifyRequest,
  room: EximpeRoom,
  query: PaymentsQuery,
  position: PageNumber,
): Promise<NumberedPage<Payment>> {
  const { merchant } = callOf(request);
  const filter = readOrderFilter(request, query);
  const wanted = given(query.merchant_id);
  if (wanted !== undefined && wanted !== merchant.number) return { count: 0, rows: [] };
  return room.orders.listOrders(merchant.id, filter, position);
}

function readStates(request: FastifyRequest, text: string | undefined): readonly PaymentState[] | undefined {
  if (text === undefined) return undefined;
  const word = text.toLowerCase();
  const states = Object.hasOwn(statesOf, word) ? statesOf[word] : undefined;
  return states ?? throwProblem(request, 'status', choiceMessage(text));
}

function readMopFilter(text: string | undefined): OrderFilter['detailEquals'] {
  return text === undefined ? undefined : { path: ['mop_type'], text: String(readMopType(text)) };
}

/** Parameters that are empty count as absent, as forms send them. */
function given(text: string | undefined): string | undefined {
  return text === undefined || text.trim() === '' ? undefined : text.trim();
}
