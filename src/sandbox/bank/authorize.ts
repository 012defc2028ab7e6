import type { Pool } from 'pg';
import { cardName, findSandboxCard, type SandboxCard } from '../cards.ts';
import {
  authorizationAnswer,
  type Booking,
  findAuthorization,
  insertAuthorization,
  parseNetworkTransactionId,
  readAuthorization,
} from './book.ts';
import { raiseDispute } from './disputes.ts';
import { drawFault } from './fault-plan.ts';
import { authorizationDelivery, bookedMoney, type Delivery } from './faults.ts';
import { judgeAuthorization } from './judge.ts';
import { bookLate, findLate } from './late.ts';
import { findProof } from './proof.ts';
import { type ResponseCode, responseCodes } from './response-codes.ts';
import type { Answer, AuthorizationMessage } from './wire.ts';

/** An answer and the way it leaves the bank. */
export interface Reply {
  readonly answer: Answer;
  readonly delivery: Delivery;
}

/** Judges an authorization or purchase, books it and answers; an approved card costs two statements. */
export async function authorize(pool: Pool, message: AuthorizationMessage, now: Date): Promise<Reply> {
  const card = findSandboxCard(message.cardNumber);
  const { authenticated, firstAuthenticated, issuerDecision } = await lookUpFacts(pool, message);
  const responseCode = judgeAuthorization(card, {
    initiator: message.initiator,
    authenticated,
    firstAuthenticated,
    issuerDecision,
  });
  const approved = responseCode === responseCodes.approved;
  const fault = approved ? (card?.fault ?? (await drawFault(pool))) : null;
  const booking: Booking = {
    reference: message.reference,
    copy: 0,
    merchantReference: message.merchantReference,
    kind: message.kind,
    initiator: message.initiator,
    card: cardName(message.cardNumber),
    authenticated: authenticated || firstAuthenticated,
    ...bookedMoney(fault, message),
    responseCode,
    fault,
  };
  if (fault === 'never_received') return { answer: declinedAnswer(booking), delivery: 'hang_up' };
  if (fault === 'approves_late') return authorizeLate(pool, booking, now);
  const number = await insertAuthorization(pool, booking, now);
  if (number === null) return repeatAnswer(pool, booking);
  await followCard(pool, card, { ...booking, number }, now);
  return { answer: authorizationAnswer({ ...booking, number }), delivery: authorizationDelivery(fault) };
}

const noFacts = { authenticated: false, firstAuthenticated: false, issuerDecision: null };

async function lookUpFacts(
  pool: Pool,
  message: AuthorizationMessage,
): Promise<{ authenticated: boolean; firstAuthenticated: boolean; issuerDecision: ResponseCode | null }> {
  if (message.proof !== null) {
    const proof = await findProof(pool, message, message.proof);
    return { ...noFacts, authenticated: proof.authenticated, issuerDecision: proof.issuerDecision };
  }
  if (message.initiator === 'merchant' && message.networkTransactionId !== null) {
    const number = parseNetworkTransactionId(message.networkTransactionId);
    const first = number === undefined ? undefined : await readAuthorization(pool, number);
    return {
      ...noFacts,
      firstAuthenticated:
        first?.authenticated === true &&
        first.card === cardName(message.cardNumber) &&
        first.status !== 'declined',
    };
  }
  return noFacts;
}

async function followCard(
  pool: Pool,
  card: SandboxCard | undefined,
  booked: Booking & { number: bigint },
  now: Date,
): Promise<void> {
  if (booked.responseCode !== responseCodes.approved) return;
  if (booked.fault === 'approves_twice') await insertAuthorization(pool, { ...booked, copy: 1 }, now);
  if (card?.outcome === 'approved_then_chargeback' && booked.kind === 'purchase') {
    await raiseDispute(
      pool,
      { authorization: booked.number, amount: booked.amount, currency: booked.currency },
      now,
    );
  }
}

async function authorizeLate(pool: Pool, booking: Booking, now: Date): Promise<Reply> {
  const known = (await findAuthorization(pool, booking.reference)) !== undefined;
  if (known) return repeatAnswer(pool, booking);
  if ((await findLate(pool, booking.reference)) === undefined) await bookLate(pool, booking, now);
  return { answer: declinedAnswer(booking), delivery: 'hang_up' };
}

/** The reference was seen before: the first answer again, or a no when it was reversed before it ever came. */
async function repeatAnswer(pool: Pool, booking: Booking): Promise<Reply> {
  const booked = await findAuthorization(pool, booking.reference);
  if (booked !== undefined) return { answer: authorizationAnswer(booked), delivery: 'answer' };
  return { answer: declinedAnswer(booking), delivery: 'answer' };
}

function declinedAnswer(booking: Booking): Answer {
  return {
    result: 'declined',
    responseCode: responseCodes.invalidTransaction,
    id: null,
    amount: booking.amount.toString(),
    currency: booking.currency,
    authorizationCode: null,
    networkTransactionId: null,
    avsResult: null,
    cvcResult: null,
  };
}
