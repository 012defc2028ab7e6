import type { FastifyReply } from 'fastify';
import type { StoredAnswer } from '../../usecases/ports/store.ts';

/** The envelope of every success but the refund list (section 3). */
export function success(message: string, data: unknown) {
  return { success: true as const, message, data };
}

/** A success as the bytes that go out and, under an idempotency key, are kept. */
export function successAnswer(message: string, data: unknown, status: 200 | 202 = 200): StoredAnswer {
  return { status, body: JSON.stringify(success(message, data)) };
}

/** Sends an answer byte for byte. */
export function sendStored(reply: FastifyReply, answer: StoredAnswer): FastifyReply {
  return reply
    .code(answer.status)
    .headers({ 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store' })
    .send(answer.body);
}
