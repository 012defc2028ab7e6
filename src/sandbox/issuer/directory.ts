import { randomBytes, randomUUID } from 'node:crypto';
import type { CardBrand } from '../../domain/card.ts';
import { currencyExponent } from '../../domain/currency.ts';
import { parseCurrencyNumber } from '../../domain/currency-number.ts';
import { type EciOutcome, eciFor } from '../../domain/eci.ts';
import { addSeconds } from '../../lib/clock.ts';
import type { Book } from '../bank/book.ts';
import { MessageError } from '../bank/wire.ts';
import { type CardThreeDs, cardName, findSandboxCard } from '../cards.ts';
import { type Authentication, type AuthenticationStatus, insertAuthentication } from './authentications.ts';

const messageVersion = '2.2.0';
/** How long the cardholder has for a challenge (EMV 3-D Secure 2.2.0, 5.5). */
export const challengeSeconds = 600;

interface AuthenticationDemand {
  readonly serverTransactionId: string;
  readonly cardNumber: string;
  readonly amount: bigint;
  readonly currency: string;
  readonly purchaseDate: Date;
  readonly merchantName: string;
  readonly notificationUrl: string;
  readonly resultsUrl: string;
  readonly mandated: boolean;
}

/**
 * Answers an AReq with an ARes, as directory server and ACS in one; the same threeDSServerTransID gets the same answer.
 *
 * @throws {MessageError} when the AReq cannot be read.
 */
export async function answerAreq(
  book: Book,
  body: unknown,
  context: { readonly now: Date; readonly publicUrl: string },
): Promise<object> {
  const demand = parseAreq(body);
  const decision = decide(demand);
  const authentication = await insertAuthentication(
    book,
    newAuthentication(demand, decision, context.now),
    context.now,
  );
  return aresOf(authentication, context.publicUrl);
}

function aresOf(authentication: Authentication, publicUrl: string): object {
  const { transStatusReason, eci, authenticationValue, transStatus } = authentication;
  return {
    messageType: 'ARes',
    messageVersion,
    threeDSServerTransID: authentication.serverTransactionId,
    acsTransID: authentication.acsTransactionId,
    dsTransID: authentication.dsTransactionId,
    transStatus,
    ...(transStatusReason !== null && { transStatusReason }),
    ...(eci !== null && { eci }),
    ...(authenticationValue !== null && { authenticationValue }),
    ...(transStatus === 'C' && {
      acsChallengeMandated: 'Y',
      acsURL: `${publicUrl}/sandbox/acs/challenge/${authentication.pageToken}`,
    }),
  };
}

interface Decision {
  readonly transStatus: AuthenticationStatus;
  readonly transStatusReason: string | null;
  readonly outcome: EciOutcome;
}

const decisions: Record<Exclude<CardThreeDs, 'none'>, Decision> = {
  challenge: { transStatus: 'C', transStatusReason: null, outcome: 'not_authenticated' },
  frictionless: { transStatus: 'Y', transStatusReason: null, outcome: 'authenticated' },
  attempted: { transStatus: 'A', transStatusReason: null, outcome: 'attempted' },
  // 22: the ACS has a technical problem. 11: suspected fraud. 08: no card record.
  unavailable: { transStatus: 'U', transStatusReason: '22', outcome: 'not_authenticated' },
  rejected: { transStatus: 'R', transStatusReason: '11', outcome: 'not_authenticated' },
};
const unlisted: Decision = { transStatus: 'N', transStatusReason: '08', outcome: 'not_authenticated' };

function decide(demand: AuthenticationDemand): Decision {
  const card = findSandboxCard(demand.cardNumber);
  if (card === undefined) return unlisted;
  if (card.three_ds !== 'none') return decisions[card.three_ds];
  return demand.mandated ? decisions.challenge : decisions.frictionless;
}

function newAuthentication(demand: AuthenticationDemand, decision: Decision, now: Date): Authentication {
  const { mandated: _, cardNumber, ...asked } = demand;
  const brand: CardBrand = findSandboxCard(cardNumber)?.brand ?? 'unknown';
  const proven = decision.transStatus === 'Y' || decision.transStatus === 'A';
  return {
    ...asked,
    acsTransactionId: randomUUID(),
    dsTransactionId: randomUUID(),
    pageToken: randomBytes(24).toString('base64url'),
    card: cardName(cardNumber),
    last4: cardNumber.slice(-4),
    brand,
    sessionData: null,
    returnReference: null,
    tries: 0,
    transStatus: decision.transStatus,
    transStatusReason: decision.transStatusReason,
    challengeCancel: null,
    eci: decision.transStatus === 'C' ? null : eciFor(brand, decision.outcome),
    authenticationValue: proven ? newAuthenticationValue() : null,
    responseCode: null,
    expiresAt: addSeconds(now, challengeSeconds),
    resultDeliveredAt: null,
  };
}

/** A CAVV or AAV: 20 bytes in base64. */
export function newAuthenticationValue(): string {
  return randomBytes(20).toString('base64');
}

function parseAreq(body: unknown): AuthenticationDemand {
  if (typeof body !== 'object' || body === null) throw new MessageError('AReq: expected an object');
  const fields = body as Record<string, unknown>;
  if (fields.messageType !== 'AReq') throw new MessageError('messageType: expected AReq');
  const currency = parseCurrencyNumber(match(fields, 'purchaseCurrency', /^[0-9]{3}$/));
  if (currency === undefined) throw new MessageError('purchaseCurrency: not a number of ISO 4217');
  if (match(fields, 'purchaseExponent', /^[0-4]$/) !== String(currencyExponent(currency))) {
    throw new MessageError('purchaseExponent: not that of the currency');
  }
  return {
    serverTransactionId: match(fields, 'threeDSServerTransID', /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/),
    cardNumber: match(fields, 'acctNumber', /^[0-9]{13,19}$/),
    amount: BigInt(match(fields, 'purchaseAmount', /^[1-9][0-9]{0,17}$/)),
    currency,
    purchaseDate: purchaseDate(match(fields, 'purchaseDate', /^[0-9]{14}$/)),
    merchantName: match(fields, 'merchantName', /^.{1,255}$/su),
    notificationUrl: httpUrl(fields, 'notificationURL'),
    resultsUrl: httpUrl(fields, 'threeDSServerURL'),
    mandated: fields.threeDSRequestorChallengeInd === '04',
  };
}

function match(fields: Record<string, unknown>, name: string, pattern: RegExp): string {
  const value = fields[name];
  if (typeof value !== 'string' || !pattern.test(value))
    throw new MessageError(`${name}: not as EMV 3-D Secure has it`);
  return value;
}

function httpUrl(fields: Record<string, unknown>, name: string): string {
  const url = URL.parse(match(fields, name, /^.{1,2048}$/su));
  if (url === null || (url.protocol !== 'https:' && url.protocol !== 'http:')) {
    throw new MessageError(`${name}: expected an http or https address`);
  }
  return url.href;
}

/** `20261104093000`, UTC. */
function purchaseDate(text: string): Date {
  const date = new Date(text.replace(/^(....)(..)(..)(..)(..)(..)$/, '$1-$2-$3T$4:$5:$6Z'));
  if (Number.isNaN(date.getTime())) throw new MessageError('purchaseDate: not a date');
  return date;
}
