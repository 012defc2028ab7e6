import { AnswerError, type EdgeServer } from '../../edge/dialect.ts';
import { errorAnswer } from '../errors.ts';
import { type EximpeRoom, withAndWithoutSlash } from '../room.ts';
import { findOrder, type OrderPath } from './find-order.ts';

/** `GET /pg/orders/{order_id}/documents/{document}/`: the file behind the addresses that orders show; with credentials. */
export function addGetDocument(scope: EdgeServer, room: EximpeRoom): void {
  for (const url of withAndWithoutSlash('/orders/:orderId/documents/:documentId/')) {
    scope.get<{ Params: OrderPath & { readonly documentId: string } }>(url, async (request, reply) => {
      const order = await findOrder(request, room);
      const { documentId } = request.params;
      const found = await room.orders.findDocument(order.merchantId, order.id, documentId);
      if (!found)
        throw new AnswerError(
          errorAnswer(404, 'ERR_ORDER_001', 'Document not found', { document: 'Document not found' }),
        );
      const { document, content } = found;
      const extension = document.mediaType === 'application/pdf' ? 'pdf' : 'jpg';
      return reply
        .headers({
          'content-type': document.mediaType,
          'content-disposition': `attachment; filename="${document.kind}-${document.id}.${extension}"`,
          'x-content-type-options': 'nosniff',
          'cache-control': 'no-store',
        })
        .send(content);
    });
  }
}
