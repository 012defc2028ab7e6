import type { CardFace } from '../../../domain/card.ts';
import type { CardTokenId } from '../../../domain/ids.ts';

/** The answer to `POST /v1/tokens` (contract 5.1): never the number, the code or the name. */
export function viewToken(
  token: {
    readonly id: CardTokenId;
    readonly face: CardFace;
    readonly createdAt: Date;
    readonly expiresAt: Date;
  },
  connector: string,
): object {
  const { bin, last4, brand, expiry } = token.face;
  return {
    id: token.id,
    card: { bin, last4, brand, exp_month: expiry.month, exp_year: expiry.year },
    connector_id: connector,
    created_at: token.createdAt.toISOString(),
    expires_at: token.expiresAt.toISOString(),
  };
}
