import type { Payment } from '../../domain/payment.ts';
import type { OrderAmendment, OrderDocument } from '../../usecases/ports/orders.ts';
import type { EximpeRoom } from './room.ts';

/** What belongs to an order beside its payment. */
export interface OrderPapers {
  readonly documents: readonly OrderDocument[];
  readonly amendment: OrderAmendment;
  /** The absolute address of a document. */
  readonly addressOf: (document: OrderDocument) => string;
}

export async function readPapers(room: EximpeRoom, order: Payment): Promise<OrderPapers> {
  const [documents, amendment] = await Promise.all([
    room.orders.listDocuments(order.merchantId, order.id),
    room.orders.findAmendment(order.merchantId, order.id),
  ]);
  const addressOf = ({ id }: OrderDocument) =>
    `${room.publicUrl}/pg/orders/${order.orderNumber}/documents/${id}/`;
  return { documents, amendment, addressOf };
}

/** The names under which an amendment keeps what section 8.3 allows to be told later. */
export const amendmentNames = {
  buyerPanNumber: 'buyer.pan_number',
  buyerDob: 'buyer.dob',
  invoiceNumber: 'invoice.number',
  invoiceDate: 'invoice.date',
} as const;
