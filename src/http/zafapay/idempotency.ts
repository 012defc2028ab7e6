import type { FastifyReply, FastifyRequest } from 'fastify';
import type { MerchantId, PaymentId, RefundId } from '../../domain/ids.ts';
import { addSeconds } from '../../lib/clock.ts';
import type {
  EarlierRequest,
  IdempotencyClaim,
  StoredAnswer,
  TransactionalStores,
} from '../../usecases/ports/store.ts';
import { sendAnswer } from '../edge/dialect.ts';
import { canonicalRequestHash, hashKey, parseIdempotencyKey } from '../edge/idempotency-key.ts';
import { callerOf } from './authentication.ts';
import type { ZafapayContext } from './context.ts';
import { errorAnswer, errorToThrow } from './errors.ts';
import { sendStored } from './reply.ts';

const keptSeconds = 30 * 24 * 60 * 60;
const retryAfterSeconds = '2';

/**
 * The claim of a request that carries `Idempotency-Key`; null when it carries none. `path` names the operation and its
 * object canonically, so that `tx_…` and `req_…` of one payment are one request.
 */
export function readClaim(
  { gateway, idempotencySecret }: ZafapayContext,
  request: FastifyRequest,
  path: string,
): IdempotencyClaim | null {
  const header = parseIdempotencyKey(request.headers['idempotency-key']);
  if (header.kind === 'absent') return null;
  if (header.kind === 'malformed') {
    const message = 'must be 1 to 255 printable ASCII characters';
    throw errorToThrow(request, 'validation_error', `Idempotency-Key ${message}.`, {
      param: 'Idempotency-Key',
      details: [{ param: 'Idempotency-Key', message }],
    });
  }
  const { method, body } = request;
  return {
    keyHash: hashKey(header.key, idempotencySecret),
    requestHash: canonicalRequestHash({ method, path, body, secretKey: idempotencySecret }),
    expiresAt: addSeconds(gateway.clock.now(), keptSeconds),
  };
}

/** The final answer to a request of which only the beginning is known; null while its outcome is open. */
export type LateAnswer = (paymentId: PaymentId, refundId: RefundId | null) => Promise<StoredAnswer | null>;

/**
 * Answers a repeated request: with the bytes of the first answer, with the late one when the outcome has become known
 * since (and keeps it), or with one of the contract's two refusals (section 2.1).
 */
export async function sendEarlier(
  { gateway }: ZafapayContext,
  request: FastifyRequest,
  reply: FastifyReply,
  {
    claim,
    earlier,
    lateAnswer,
  }: { claim: IdempotencyClaim; earlier: EarlierRequest; lateAnswer: LateAnswer },
): Promise<FastifyReply> {
  if (earlier.kind === 'answered') return sendReplay(reply, earlier.answer);
  if (earlier.kind === 'other_request') {
    const message = 'This Idempotency-Key was used for another request. Use a new key for each operation.';
    return sendAnswer(reply, errorAnswer(request, 'idempotency_key_mismatch', message));
  }
  const answer = earlier.paymentId === null ? null : await lateAnswer(earlier.paymentId, earlier.refundId);
  if (answer === null) {
    const message =
      'The first request with this Idempotency-Key has no final outcome yet. Try again shortly.';
    const headers = { 'retry-after': retryAfterSeconds };
    return sendAnswer(reply, errorAnswer(request, 'idempotency_key_in_use', message, { headers }));
  }
  const standing = await gateway.idempotency.keepAnswer(callerOf(request).merchant.id, claim.keyHash, answer);
  return sendReplay(reply, standing);
}

function sendReplay(reply: FastifyReply, answer: StoredAnswer): FastifyReply {
  reply.header('idempotent-replayed', 'true');
  return sendStored(reply, answer);
}

/**
 * Answers a request that touches nothing but our own tables. Under a key, the work and the answer to keep are one
 * transaction; `work` says separately what to send now, for secrets that a replay may not show again. An `AnswerError`
 * out of `work` undoes everything and is not kept.
 */
export async function sendOnce(
  context: ZafapayContext,
  request: FastifyRequest,
  reply: FastifyReply,
  path: string,
  work: (
    stores: TransactionalStores,
  ) => Promise<{ readonly send: StoredAnswer; readonly keep: StoredAnswer }>,
): Promise<FastifyReply> {
  const { gateway } = context;
  const claim = readClaim(context, request, path);
  if (claim === null) return sendStored(reply, (await work(gateway)).send);
  const merchantId: MerchantId = callerOf(request).merchant.id;
  let fresh: StoredAnswer | undefined;
  const result = await gateway.idempotency.runOnce(merchantId, claim, async (stores) => {
    const { send, keep } = await work(stores);
    fresh = send;
    return keep;
  });
  if (result.kind === 'ran') return sendStored(reply, fresh ?? result.answer);
  return sendEarlier(context, request, reply, { claim, earlier: result, lateAnswer: async () => null });
}
