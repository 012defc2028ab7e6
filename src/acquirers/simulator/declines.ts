import type { DeclineReason } from '../../domain/decline.ts';

/** The bank's response codes, after ISO 8583 field 39, in the trade's words. */
const reasons: ReadonlyMap<string, DeclineReason> = new Map([
  ['05', 'do_not_honor'],
  ['12', 'processing_error'],
  ['13', 'processing_error'],
  ['14', 'incorrect_number'],
  ['1A', 'authentication_required'],
  ['25', 'processing_error'],
  ['41', 'lost_card'],
  ['43', 'stolen_card'],
  ['51', 'insufficient_funds'],
  ['54', 'expired_card'],
  ['57', 'card_declined'],
  ['59', 'fraud_suspected'],
  ['91', 'issuer_unavailable'],
  ['96', 'processing_error'],
  ['N7', 'incorrect_cvc'],
]);

/** Why the bank declined; a code that we do not know is a plain decline. */
export function declineReason(responseCode: string): DeclineReason {
  return reasons.get(responseCode) ?? 'card_declined';
}
