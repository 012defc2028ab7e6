import { createHash } from 'node:crypto';
import multipart, { type Multipart } from '@fastify/multipart';
import type { FastifyRequest } from 'fastify';
import { containsPan } from '../../../domain/card.ts';
import type { Payment } from '../../../domain/payment.ts';
import { randomHex } from '../../../lib/random.ts';
import type { OrderDocument } from '../../../usecases/ports/orders.ts';
import type { IdempotencyClaim } from '../../../usecases/ports/store.ts';
import { AnswerError, type EdgeServer } from '../../edge/dialect.ts';
import { successAnswer } from '../envelope.ts';
import { throwProblem, throwProblems } from '../errors.ts';
import { cardNumberInTextMessage, choiceMessage, FieldProblems, requiredMessage } from '../field-problems.ts';
import { runRepeatable } from '../idempotency.ts';
import { choiceOf } from '../lenient-body.ts';
import { readPapers } from '../order-papers.ts';
import { type EximpeRoom, withAndWithoutSlash } from '../room.ts';
import { orderDetailView } from '../views/order.ts';
import { findOrder, type OrderPath } from './find-order.ts';

/** 2 MB (section 8.4). */
const fileBytesMax = 2 * 1024 * 1024;
const partBytesMax = 16 * 1024;
const identifierLengthMax = 255;

interface Upload {
  readonly identifier: string;
  readonly kind: OrderDocument['kind'];
  readonly mediaType: OrderDocument['mediaType'];
  readonly content: Buffer;
}

/** `POST /pg/orders/{order_id}/documents/` (section 8.4): `multipart/form-data`. */
export async function addUploadDocument(scope: EdgeServer, room: EximpeRoom): Promise<void> {
  await scope.register(multipart, {
    limits: { fileSize: fileBytesMax, files: 1, fields: 8, parts: 9, fieldSize: partBytesMax },
  });
  for (const url of withAndWithoutSlash('/orders/:orderId/documents/')) {
    scope.post<{ Params: OrderPath }>(
      url,
      { bodyLimit: fileBytesMax + 64 * 1024 },
      async (request, reply) => {
        const order = await findOrder(request, room);
        const upload = await readUpload(request);
        const { content, ...rest } = upload;
        const body = { ...rest, content: createHash('sha256').update(content).digest('hex') };
        return runRepeatable(request, reply, room, body, async (claim) => {
          const document = {
            id: documentId(room, order, claim),
            paymentId: order.id,
            merchantId: order.merchantId,
            ...rest,
            createdAt: room.gateway.clock.now(),
          };
          await room.orders.insertDocument(document, content);
          const papers = await readPapers(room, order);
          return successAnswer(
            'Documents uploaded successfully',
            orderDetailView(order, papers, room.gateway.mode === 'sandbox'),
          );
        });
      },
    );
  }
}

/** The same under the same key, so that a repeated upload does not add a second document. */
function documentId(room: EximpeRoom, order: Payment, claim: IdempotencyClaim | null): string {
  if (!claim) return randomHex(room.gateway.random, 16);
  return createHash('sha256').update(order.merchantId).update(claim.keyHash).digest('hex').slice(0, 32);
}

async function readUpload(request: FastifyRequest): Promise<Upload> {
  if (!request.isMultipart()) throwProblem(request, 'file', requiredMessage);
  const fields = new Map<string, string>();
  let content: Buffer | undefined;
  try {
    for await (const part of request.parts()) {
      if (part.type === 'file') {
        const bytes = await part.toBuffer();
        if (part.fieldname === 'file') content = bytes;
      } else fields.set(part.fieldname, fieldText(part));
    }
  } catch (error) {
    throw uploadProblem(request, error);
  }
  return judgeUpload(request, fields, content);
}

function fieldText(part: Extract<Multipart, { type: 'field' }>): string {
  return typeof part.value === 'string' ? part.value.trim() : '';
}

function uploadProblem(request: FastifyRequest, error: unknown): unknown {
  const code = (error as { code?: unknown }).code;
  if (code === 'FST_REQ_FILE_TOO_LARGE')
    return problemOf(request, 'file', 'The file must not be larger than 2 MB.');
  if (typeof code === 'string' && /^FST_(?:.*_LIMIT|PROTO_VIOLATION|INV_MULTIPART_CONTENT_TYPE)$/.test(code))
    return problemOf(request, 'error', 'The form could not be read.');
  // The parser's own words for a form that ends early or breaks its boundary carry no code.
  return error instanceof AnswerError || code !== undefined
    ? error
    : problemOf(request, 'error', 'The form could not be read.');
}

function problemOf(request: FastifyRequest, path: string, message: string): unknown {
  try {
    return throwProblem(request, path, message);
  } catch (error) {
    return error;
  }
}

const readKind = choiceOf(['invoice', 'awb']);

function judgeUpload(
  request: FastifyRequest,
  fields: ReadonlyMap<string, string>,
  content: Buffer | undefined,
): Upload {
  const problems = new FieldProblems();
  const identifier = fields.get('identifier') ?? '';
  if (identifier === '') problems.add('identifier', requiredMessage);
  else if (identifier.length > identifierLengthMax)
    problems.add('identifier', `Ensure this field has no more than ${identifierLengthMax} characters.`);
  const sent = fields.get('document_type') ?? '';
  const kind = readKind(sent);
  if (sent === '') problems.add('document_type', requiredMessage);
  else if (kind !== 'invoice' && kind !== 'awb') problems.add('document_type', choiceMessage(sent));
  if (containsPan(sent)) problems.add('document_type', cardNumberInTextMessage);
  const mediaType = content && mediaTypeOf(content);
  if (!content || content.length === 0) problems.add('file', requiredMessage);
  else if (!mediaType) problems.add('file', 'The file must be a PDF or JPEG.');
  throwProblems(request, problems);
  if (!content || !mediaType || (kind !== 'invoice' && kind !== 'awb'))
    throw new TypeError('an upload without problems is complete');
  return { identifier, kind, mediaType, content };
}

/** By the file's own first bytes; its name and declared type may say anything. */
function mediaTypeOf(content: Buffer): OrderDocument['mediaType'] | undefined {
  if (content.subarray(0, 5).toString('latin1') === '%PDF-') return 'application/pdf';
  return content[0] === 0xff && content[1] === 0xd8 && content[2] === 0xff ? 'image/jpeg' : undefined;
}
