import { createHash } from 'node:crypto';
import type { Pool, PoolClient } from 'pg';
import { assertNever } from '../../lib/assert.ts';
import { findSandboxCardByName, type SandboxCard } from '../cards.ts';
import type { Reply } from './authorize.ts';
import {
  authorizationId,
  type BookedAuthorization,
  inTransaction,
  lockAuthorization,
  parseAuthorizationId,
  updateAuthorization,
} from './book.ts';
import { raiseDispute } from './disputes.ts';
import { followUpDelivery } from './faults.ts';
import { findMessage, insertMessage } from './messages.ts';
import { type ResponseCode, responseCodes } from './response-codes.ts';
import type { Answer, FollowUpMessage } from './wire.ts';

export type FollowUpKind = 'capture' | 'void' | 'refund';

/** Captures, voids or refunds an authorization under its row's lock; a reference seen before gets its first answer. */
export async function followUp(
  pool: Pool,
  kind: FollowUpKind,
  message: FollowUpMessage,
  now: Date,
): Promise<Reply> {
  const number = parseAuthorizationId(message.authorization);
  if (number === undefined) return unknownAuthorization(message);
  return inTransaction(pool, async (client) => {
    const authorization = await lockAuthorization(client, number);
    if (authorization === undefined) return unknownAuthorization(message);
    const known = await findMessage(client, message.reference);
    if (known !== undefined) {
      const same = known.kind === kind && known.authorization === number;
      const responseCode = same ? known.responseCode : responseCodes.invalidTransaction;
      return {
        answer: followUpAnswer(message, followUpId(kind, message.reference, number), responseCode),
        delivery: 'answer',
      };
    }
    const card = findSandboxCardByName(authorization.card);
    const responseCode = judgeFollowUp(kind, message, authorization, card);
    await insertMessage(client, { ...message, kind, authorization: number, responseCode }, now);
    if (responseCode === responseCodes.approved)
      await applyFollowUp(client, kind, message, authorization, card, now);
    return {
      answer: followUpAnswer(message, followUpId(kind, message.reference, number), responseCode),
      delivery:
        responseCode === responseCodes.approved ? followUpDelivery(kind, authorization.fault) : 'answer',
    };
  });
}

function judgeFollowUp(
  kind: FollowUpKind,
  message: FollowUpMessage,
  authorization: BookedAuthorization,
  card: SandboxCard | undefined,
): ResponseCode {
  if (message.currency !== authorization.currency) return responseCodes.invalidTransaction;
  switch (kind) {
    case 'capture':
      if (authorization.status !== 'authorized') return responseCodes.invalidTransaction;
      return message.amount > authorization.amount ? responseCodes.invalidAmount : responseCodes.approved;
    case 'void':
      return authorization.status === 'authorized'
        ? responseCodes.approved
        : responseCodes.invalidTransaction;
    case 'refund':
      if (authorization.status !== 'captured') return responseCodes.invalidTransaction;
      if (authorization.refunded + message.amount > authorization.captured)
        return responseCodes.invalidAmount;
      return card?.outcome === 'approved_refund_fails' ? responseCodes.notPermitted : responseCodes.approved;
    default:
      return assertNever(kind, 'kind of message');
  }
}

async function applyFollowUp(
  client: PoolClient,
  kind: FollowUpKind,
  message: FollowUpMessage,
  authorization: BookedAuthorization,
  card: SandboxCard | undefined,
  now: Date,
): Promise<void> {
  const { number, captured, refunded } = authorization;
  switch (kind) {
    case 'capture':
      await updateAuthorization(client, number, { status: 'captured', captured: message.amount, refunded });
      if (card?.outcome === 'approved_then_chargeback') {
        await raiseDispute(
          client,
          { authorization: number, amount: message.amount, currency: message.currency },
          now,
        );
      }
      return;
    case 'void':
      return updateAuthorization(client, number, { status: 'voided', captured, refunded });
    case 'refund': {
      const total = refunded + message.amount;
      const status = total === captured ? 'refunded' : 'captured';
      return updateAuthorization(client, number, { status, captured, refunded: total });
    }
    default:
      return assertNever(kind, 'kind of message');
  }
}

function unknownAuthorization(message: FollowUpMessage): Reply {
  return { answer: followUpAnswer(message, null, responseCodes.recordNotFound), delivery: 'answer' };
}

/** The bank's name of what a message booked: `re_…`, a refund's own, or that of the authorization captured or voided. */
export function followUpId(kind: FollowUpKind, reference: string, authorization: bigint): string {
  if (kind !== 'refund') return authorizationId(authorization);
  return `re_${createHash('sha256').update(reference).digest('hex').slice(0, 24)}`;
}

/** What the bank answers to a capture, void or refund; `id` is null when there is nothing that has one. */
export function followUpAnswer(
  message: { readonly amount: bigint; readonly currency: string },
  id: string | null,
  responseCode: ResponseCode,
): Answer {
  return {
    result: responseCode === responseCodes.approved ? 'approved' : 'declined',
    responseCode,
    id,
    amount: message.amount.toString(),
    currency: message.currency,
    authorizationCode: null,
    networkTransactionId: null,
    avsResult: null,
    cvcResult: null,
  };
}
