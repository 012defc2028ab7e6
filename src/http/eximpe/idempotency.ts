import type { FastifyReply, FastifyRequest } from 'fastify';
import { isFinal, type Payment } from '../../domain/payment.ts';
import type { Refund } from '../../domain/refund.ts';
import { addSeconds } from '../../lib/clock.ts';
import type {
  EarlierRequest,
  IdempotencyClaim,
  StoredAnswer,
  TransactionalStores,
} from '../../usecases/ports/store.ts';
import { AnswerError } from '../edge/dialect.ts';
import { canonicalRequestHash, hashKey, parseIdempotencyKey } from '../edge/idempotency-key.ts';
import { callOf } from './authenticate.ts';
import { sendStored } from './envelope.ts';
import { errorAnswer, throwProblem } from './errors.ts';
import type { EximpeRoom } from './room.ts';

const keptSeconds = 30 * 24 * 3600;
const retryAfterSeconds = '2';

/**
 * The claim of a request that carries `Idempotency-Key`, null when it does not. `body` is the body as the route reads
 * it, so that spellings which mean the same are the same request.
 */
export function readClaim(request: FastifyRequest, room: EximpeRoom, body: unknown): IdempotencyClaim | null {
  const header = parseIdempotencyKey(request.headers['idempotency-key']);
  if (header.kind === 'absent') return null;
  if (header.kind === 'malformed')
    throwProblem(request, 'idempotency_key', 'Idempotency-Key must be 1 to 255 printable ASCII characters.');
  const { method, url } = request;
  const path = `${(url.split('?', 1)[0] ?? '').replace(/\/$/, '')}/`;
  return {
    keyHash: hashKey(header.key, room.secretKey),
    requestHash: canonicalRequestHash({ method, path, body, secretKey: room.secretKey }),
    expiresAt: addSeconds(room.gateway.clock.now(), keptSeconds),
  };
}

/**
 * Answers a request whose key was seen before: the kept bytes, or the outcome when it became known since. Otherwise 400
 * for another request under the key, 409 while the first has no final answer.
 */
export async function answerEarlier(
  request: FastifyRequest,
  reply: FastifyReply,
  room: EximpeRoom,
  claim: IdempotencyClaim,
  earlier: EarlierRequest,
  render: (payment: Payment, refund: Refund | null) => StoredAnswer | null,
): Promise<FastifyReply> {
  switch (earlier.kind) {
    case 'answered':
      return replay(reply, earlier.answer);
    case 'other_request':
      throw otherRequest();
    case 'unanswered': {
      const answer = await settledAnswer(request, room, earlier, render);
      if (!answer) throw inUse();
      const { idempotency } = room.gateway;
      return replay(reply, await idempotency.keepAnswer(callOf(request).merchant.id, claim.keyHash, answer));
    }
  }
}

/**
 * Runs a request that touches only our own tables, once for each key, in one transaction with its answer: `work` may use
 * the stores that it is given and no other connection. An error thrown by it ends the request and keeps nothing, so that
 * a mended request may use the key again.
 */
export async function runOnce(
  request: FastifyRequest,
  reply: FastifyReply,
  room: EximpeRoom,
  body: unknown,
  work: (stores: Pick<TransactionalStores, 'cards'>) => Promise<StoredAnswer>,
): Promise<FastifyReply> {
  const claim = readClaim(request, room, body);
  if (!claim) return sendStored(reply, await work(room.gateway));
  const result = await room.gateway.idempotency.runOnce(callOf(request).merchant.id, claim, work);
  if (result.kind === 'ran') return sendStored(reply, result.answer);
  return answerEarlier(request, reply, room, claim, result, () => null);
}

/**
 * The same for work that uses connections of its own and is harmless when equal requests do it twice at once: it runs
 * before the transaction that keeps its answer, so that no request holds one connection while it waits for another.
 */
export async function runRepeatable(
  request: FastifyRequest,
  reply: FastifyReply,
  room: EximpeRoom,
  body: unknown,
  work: (claim: IdempotencyClaim | null) => Promise<StoredAnswer>,
): Promise<FastifyReply> {
  const claim = readClaim(request, room, body);
  if (!claim) return sendStored(reply, await work(null));
  const { idempotency } = room.gateway;
  const merchantId = callOf(request).merchant.id;
  const earlier = await idempotency.find(merchantId, claim);
  if (earlier) return answerEarlier(request, reply, room, claim, earlier, () => null);
  const answer = await work(claim);
  const result = await idempotency.runOnce(merchantId, claim, async () => answer);
  if (result.kind === 'ran') return sendStored(reply, result.answer);
  return answerEarlier(request, reply, room, claim, result, () => null);
}

async function settledAnswer(
  request: FastifyRequest,
  room: EximpeRoom,
  earlier: Extract<EarlierRequest, { kind: 'unanswered' }>,
  render: (payment: Payment, refund: Refund | null) => StoredAnswer | null,
): Promise<StoredAnswer | null> {
  const { payments } = room.gateway;
  const merchantId = callOf(request).merchant.id;
  if (earlier.paymentId === null) return null;
  const payment = await payments.findPayment(merchantId, { id: earlier.paymentId });
  if (!payment) return null;
  if (earlier.refundId !== null) {
    const refund = await payments.findRefund(merchantId, { id: earlier.refundId });
    return refund && render(payment, refund);
  }
  return isFinal(payment) ? render(payment, null) : null;
}

function replay(reply: FastifyReply, answer: StoredAnswer): FastifyReply {
  return sendStored(reply.header('idempotent-replayed', 'true'), answer);
}

function otherRequest(): AnswerError {
  return new AnswerError(
    errorAnswer(400, 'ERR_IDEMPOTENCY_001', 'The Idempotency-Key was used for a different request.'),
  );
}

function inUse(): AnswerError {
  return new AnswerError(
    errorAnswer(
      409,
      'ERR_IDEMPOTENCY_002',
      'A request with this Idempotency-Key has no final answer yet.',
      undefined,
      { 'retry-after': retryAfterSeconds },
    ),
  );
}
