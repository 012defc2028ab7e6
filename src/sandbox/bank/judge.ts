import type { SandboxCard } from '../cards.ts';
import { type ResponseCode, responseCodeOf, responseCodes } from './response-codes.ts';

/** What the bank looked up about an authorization before judging it. */
export interface JudgementFacts {
  readonly initiator: 'cardholder' | 'merchant';
  /** The proof that came along is one that this issuer gave, for this card and at least this amount. */
  readonly authenticated: boolean;
  /** Merchant-initiated, and tied to a first payment with this card that was authenticated. */
  readonly firstAuthenticated: boolean;
  /** What the cardholder's one-time code told the issuer to answer; null leaves it to the card. */
  readonly issuerDecision: ResponseCode | null;
}

/** The bank's answer to an authorization; an unlisted card is declined as no card of any issuer. */
export function judgeAuthorization(card: SandboxCard | undefined, facts: JudgementFacts): ResponseCode {
  if (card === undefined) return responseCodes.invalidCardNumber;
  if (facts.issuerDecision !== null) return facts.issuerDecision;
  const answer = responseCodeOf(card.outcome);
  if (answer !== responseCodes.approved) return answer;
  if (facts.initiator === 'merchant') {
    if (card.outcome === 'approved_once') return responseCodes.notPermitted;
    return card.three_ds === 'none' || facts.firstAuthenticated
      ? responseCodes.approved
      : responseCodes.authenticationRequired;
  }
  return card.three_ds === 'none' || facts.authenticated
    ? responseCodes.approved
    : responseCodes.authenticationRequired;
}
