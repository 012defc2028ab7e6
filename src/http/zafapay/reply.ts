import type { FastifyReply } from 'fastify';
import type { StoredAnswer } from '../../usecases/ports/store.ts';
import type { ErrorAnswer } from '../edge/dialect.ts';

/** A view as the bytes that go out and that a repeated request gets again. */
export function storeAnswer(status: number, view: object): StoredAnswer {
  return { status, body: JSON.stringify(view) };
}

/** An error that a repeated request is to get again. */
export function storeError({ status, body }: ErrorAnswer): StoredAnswer {
  return { status, body: JSON.stringify(body) };
}

/** Sends an answer byte for byte. */
export function sendStored(reply: FastifyReply, { status, body }: StoredAnswer): FastifyReply {
  return reply
    .code(status)
    .type('application/json; charset=utf-8')
    .header('cache-control', 'no-store')
    .send(body);
}
