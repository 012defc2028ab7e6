import type { Pool, PoolClient } from 'pg';
import { assertNever } from '../../lib/assert.ts';
import {
  authorizationId,
  type BookedAuthorization,
  inTransaction,
  lockAuthorization,
  lockAuthorizations,
  updateAuthorization,
} from './book.ts';
import { reversalsRefusedMax } from './faults.ts';
import { followUpAnswer, followUpId } from './follow-up.ts';
import { dropLate } from './late.ts';
import { type BookedMessage, findMessage, markMessageReversed } from './messages.ts';
import { type ResponseCode, responseCodes } from './response-codes.ts';
import type { Answer, ReversalMessage } from './wire.ts';

/**
 * Undoes whatever came, or may still come, under `original`, and acknowledges; nothing there is acknowledged too, and
 * the reference stays closed. A reversal may be repeated without end; only a card made for it is refused, and that
 * refusal is no answer for good.
 */
export async function reverse(pool: Pool, message: ReversalMessage, now: Date): Promise<Answer> {
  return inTransaction(pool, async (client) => {
    const found = await findMessage(client, message.original);
    if (found !== undefined) return reverseFollowUp(client, found);
    const booked = await lockAuthorizations(client, message.original);
    const wanted = booked.filter(
      ({ number }) => message.authorization === null || authorizationId(number) === message.authorization,
    );
    for (const authorization of wanted) {
      if (!(await reverseAuthorization(client, authorization))) {
        const id = authorizationId(authorization.number);
        return followUpAnswer(authorization, id, responseCodes.systemMalfunction);
      }
    }
    if (message.authorization === null) await closeReference(client, message, now);
    const first = wanted[0];
    return first === undefined
      ? followUpAnswer({ amount: 0n, currency: '' }, null, responseCodes.approved)
      : followUpAnswer(first, authorizationId(first.number), responseCodes.approved);
  });
}

/** Takes an authorization out of force; false when its reversal is refused once more. */
async function reverseAuthorization(
  client: PoolClient,
  authorization: BookedAuthorization,
): Promise<boolean> {
  if (!authorization.live) return true;
  if (authorization.fault === 'reversal_refused' && authorization.reversalsRefused < reversalsRefusedMax) {
    await client.query(
      'update sandbox_bank.authorizations set reversals_refused = reversals_refused + 1 where number = $1',
      [authorization.number.toString()],
    );
    return false;
  }
  await updateAuthorization(client, authorization.number, { status: 'reversed', captured: 0n, refunded: 0n });
  return true;
}

async function closeReference(client: PoolClient, message: ReversalMessage, now: Date): Promise<void> {
  await dropLate(client, message.original);
  await client.query(
    `insert into sandbox_bank.reversals (original, reference, created_at) values ($1, $2, $3)
     on conflict (original) do nothing`,
    [message.original, message.reference, now],
  );
}

async function reverseFollowUp(client: PoolClient, message: BookedMessage): Promise<Answer> {
  const authorization = await lockAuthorization(client, message.authorization);
  const current = await findMessage(client, message.reference);
  if (authorization === undefined || current === undefined) {
    return followUpAnswer(message, null, responseCodes.recordNotFound);
  }
  const undone = current.reversed || current.responseCode !== responseCodes.approved;
  const responseCode = undone ? responseCodes.approved : await undoFollowUp(client, message, authorization);
  return followUpAnswer(
    message,
    followUpId(message.kind, message.reference, message.authorization),
    responseCode,
  );
}

async function undoFollowUp(
  client: PoolClient,
  message: BookedMessage,
  authorization: BookedAuthorization,
): Promise<ResponseCode> {
  const { number, captured, refunded, status } = authorization;
  switch (message.kind) {
    case 'capture':
      if (status !== 'captured' || refunded > 0n) return responseCodes.invalidTransaction;
      await updateAuthorization(client, number, { status: 'authorized', captured: 0n, refunded: 0n });
      break;
    case 'refund':
      if (status !== 'captured' && status !== 'refunded') return responseCodes.invalidTransaction;
      await updateAuthorization(client, number, {
        status: 'captured',
        captured,
        refunded: refunded - message.amount,
      });
      break;
    case 'void':
      // A hold that was released is gone: the issuer would have to authorize anew.
      return responseCodes.invalidTransaction;
    default:
      return assertNever(message.kind, 'kind of message');
  }
  await markMessageReversed(client, message.reference);
  return responseCodes.approved;
}
