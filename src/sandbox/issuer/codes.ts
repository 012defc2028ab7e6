import { type ResponseCode, responseCodes } from '../bank/response-codes.ts';

/** A one-time code that means something, and what the bank then answers to the authorization. */
export interface OneTimeCode {
  readonly code: string;
  /** Null leaves the answer to the card. */
  readonly responseCode: ResponseCode | null;
  readonly meaning: string;
}

/** Each of these authenticates; any other code is wrong. */
export const oneTimeCodes: readonly OneTimeCode[] = [
  { code: '123456', responseCode: null, meaning: 'Authenticated; the card decides' },
  { code: '111111', responseCode: responseCodes.notPermitted, meaning: 'Card declined' },
  { code: '222222', responseCode: responseCodes.insufficientFunds, meaning: 'Insufficient funds' },
  { code: '333333', responseCode: responseCodes.expiredCard, meaning: 'Expired card' },
  { code: '444444', responseCode: responseCodes.securityCodeMismatch, meaning: 'Wrong security code' },
  { code: '555555', responseCode: responseCodes.issuerUnavailable, meaning: 'Network error' },
];

/** How often a wrong code may be typed before the authentication has failed. */
export const wrongCodesMax = 3;

/** The code that was typed, spaces aside; undefined when it is none of them. */
export function findOneTimeCode(typed: string): OneTimeCode | undefined {
  const code = typed.replace(/\s/g, '');
  return oneTimeCodes.find((candidate) => candidate.code === code);
}
