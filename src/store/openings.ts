import type { AttemptId, AuthenticationId, CardId, MerchantId } from '../domain/ids.ts';
import type { Parameters } from './parameters.ts';
import { insertFrom } from './writes.ts';

/** What a card is about to be opened for. */
export interface CardOpening {
  readonly reference: AttemptId | AuthenticationId;
  readonly purpose: 'authorization' | 'authentication';
  readonly merchantId: MerchantId;
  readonly cardId: CardId;
}

/**
 * The record of a card's opening, written before it: the vault opens a card only together with its row here, and a
 * worker seals the rows into the audit log (migration 0050).
 */
export function announceOpening(parameters: Parameters, source: string, opening: CardOpening): string {
  return insertFrom(source, 'vault.openings', [
    ['reference', parameters.text(opening.reference)],
    ['merchant_id', parameters.text(opening.merchantId)],
    ['card_id', parameters.text(opening.cardId)],
    ['purpose', parameters.text(opening.purpose)],
  ]);
}
