import type { FastifyRequest } from 'fastify';
import type { CardStore } from '../../../usecases/ports/store.ts';
import { AnswerError, type EdgeServer } from '../../edge/dialect.ts';
import { callOf } from '../authenticate.ts';
import { successAnswer } from '../envelope.ts';
import { errorAnswer } from '../errors.ts';
import { runOnce } from '../idempotency.ts';
import { lenientBody } from '../lenient-body.ts';
import { type EximpeRoom, withAndWithoutSlash } from '../room.ts';
import { type DeleteCardBody, deleteCardBody, readDeleteCardBody } from '../schemas/token-bodies.ts';

/** `POST` and `DELETE /pg/tokens/delete/` (section 10.3): the pages show one, every sample sends the other. */
export function addDeleteCard(scope: EdgeServer, room: EximpeRoom): void {
  for (const url of withAndWithoutSlash('/tokens/delete/')) {
    scope.route({
      method: ['POST', 'DELETE'],
      url,
      schema: { body: deleteCardBody },
      preValidation: lenientBody(readDeleteCardBody),
      handler: async (request, reply) =>
        runOnce(request, reply, room, request.body, ({ cards }) =>
          deleteCard(request, room, cards, request.body),
        ),
    });
  }
}

/** For good and at once: the sealed number is erased, and a second deletion finds nothing. */
async function deleteCard(request: FastifyRequest, room: EximpeRoom, cards: CardStore, body: DeleteCardBody) {
  const { merchant } = callOf(request);
  const method = await cards.findPaymentMethod(merchant.id, { hexToken: body.card_token });
  if (!method || method.status === 'detached') {
    throw new AnswerError(
      errorAnswer(404, 'ERR_TOKEN_404', 'Card token not found', { card_token: 'Card token not found' }),
    );
  }
  if (method.customerReference !== body.identifier) {
    const message = 'Card token does not belong to the specified identifier';
    throw new AnswerError(errorAnswer(404, 'ERR_TOKEN_ACCESS', message, { identifier: message }));
  }
  await cards.detachPaymentMethod(merchant.id, method.id, room.gateway.clock.now());
  return successAnswer('Card details deleted successfully', {});
}
