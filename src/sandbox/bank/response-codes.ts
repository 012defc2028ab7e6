import { assertNever } from '../../lib/assert.ts';
import type { CardOutcome } from '../cards.ts';

/** What the bank answers, after ISO 8583 field 39; the adapter has a table of its own from these to the trade's words. */
export const responseCodes = {
  approved: '00',
  doNotHonor: '05',
  invalidTransaction: '12',
  invalidAmount: '13',
  invalidCardNumber: '14',
  authenticationRequired: '1A',
  recordNotFound: '25',
  lostCard: '41',
  stolenCard: '43',
  insufficientFunds: '51',
  expiredCard: '54',
  notPermitted: '57',
  suspectedFraud: '59',
  issuerUnavailable: '91',
  systemMalfunction: '96',
  securityCodeMismatch: 'N7',
} as const;
export type ResponseCode = (typeof responseCodes)[keyof typeof responseCodes];

const known: ReadonlySet<string> = new Set(Object.values(responseCodes));

/** A response code read back from the book; anything else there is a bug. */
export function parseResponseCode(text: string): ResponseCode {
  if (!known.has(text)) throw new Error(`the bank's book holds an unknown response code: ${text}`);
  return text as ResponseCode;
}

/** The code with which a card of this outcome answers a payment that the cardholder makes. */
export function responseCodeOf(outcome: CardOutcome): ResponseCode {
  switch (outcome) {
    case 'approved':
    case 'approved_once':
    case 'approved_then_chargeback':
    case 'approved_refund_fails':
      return responseCodes.approved;
    case 'card_declined':
      return responseCodes.notPermitted;
    case 'insufficient_funds':
      return responseCodes.insufficientFunds;
    case 'expired_card':
      return responseCodes.expiredCard;
    case 'incorrect_cvc':
      return responseCodes.securityCodeMismatch;
    case 'lost_card':
      return responseCodes.lostCard;
    case 'stolen_card':
      return responseCodes.stolenCard;
    case 'do_not_honor':
      return responseCodes.doNotHonor;
    case 'fraud_suspected':
      return responseCodes.suspectedFraud;
    case 'processing_error':
      return responseCodes.systemMalfunction;
    case 'issuer_unavailable':
      return responseCodes.issuerUnavailable;
    default:
      return assertNever(outcome, 'outcome of a test card');
  }
}
