import type { EdgeServer } from '../../edge/dialect.ts';
import { callOf } from '../authenticate.ts';
import { success } from '../envelope.ts';
import { type EximpeRoom, withAndWithoutSlash } from '../room.ts';
import { listCardsQuery } from '../schemas/token-bodies.ts';
import { savedCardView } from '../views/card.ts';

/** `GET /pg/tokens/?identifier=` (section 10.2); no cards are an empty list, not an error. */
export function addListCards(scope: EdgeServer, room: EximpeRoom): void {
  for (const url of withAndWithoutSlash('/tokens/')) {
    scope.get(url, { schema: { querystring: listCardsQuery } }, async (request) => {
      const { merchant } = callOf(request);
      const methods = await room.gateway.cards.listPaymentMethods(merchant.id, request.query.identifier);
      const usable = methods.filter(({ status }) => status === 'active');
      return success('Card details fetched successfully', usable.map(savedCardView));
    });
  }
}
