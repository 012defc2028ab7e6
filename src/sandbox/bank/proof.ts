import { cardName } from '../cards.ts';
import type { Book } from './book.ts';
import { parseResponseCode, type ResponseCode } from './response-codes.ts';
import type { AuthorizationMessage, ProofMessage } from './wire.ts';

/** What the issuer's half of the bank knows of the proof that came with an authorization. */
export interface ProofFacts {
  /** Given by this issuer, for this card and currency, and for at least this amount. */
  readonly authenticated: boolean;
  readonly issuerDecision: ResponseCode | null;
}

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** Looks a proof up by its directory server transaction, as an issuer checks a cryptogram; an unknown one proves nothing. */
export async function findProof(
  book: Book,
  message: AuthorizationMessage,
  proof: ProofMessage,
): Promise<ProofFacts> {
  if (proof.dsTransactionId === null || !uuid.test(proof.dsTransactionId)) {
    return { authenticated: false, issuerDecision: null };
  }
  const result = await book.query<{ response_code: string | null }>({
    name: 'sandbox_bank_find_proof',
    text: `select response_code from sandbox_bank.authentications
            where ds_transaction_id = $1 and card = $2 and trans_status in ('Y', 'A') and trans_status = $3
              and authentication_value = $4 and amount >= $5 and currency = $6`,
    values: [
      proof.dsTransactionId,
      cardName(message.cardNumber),
      proof.transStatus,
      proof.authenticationValue,
      message.amount.toString(),
      message.currency,
    ],
  });
  const row = result.rows[0];
  if (row === undefined) return { authenticated: false, issuerDecision: null };
  return {
    authenticated: true,
    issuerDecision: row.response_code === null ? null : parseResponseCode(row.response_code),
  };
}
