import { AnswerError } from '../edge/dialect.ts';
import { validationAnswer } from './errors.ts';

const limitDefault = 20;
const limitMax = 100;

interface Request {
  readonly id: string;
}

/** Where a page of a list begins: right after this row, newest first. */
export interface PageStart {
  readonly createdAt: Date;
  readonly id: string;
}

/** What a list's query asks for. */
export interface PageQuery {
  readonly limit?: string | undefined;
  readonly cursor?: string | undefined;
}

/** How many rows to show and where to begin; bad values end the request. */
export function readPage(
  request: Request,
  { limit, cursor }: PageQuery,
): { readonly limit: number; readonly after: PageStart | undefined } {
  const rows = limit === undefined ? limitDefault : Number(limit);
  if (!(rows >= 1 && rows <= limitMax)) throw badQuery(request, 'limit', `must be from 1 to ${limitMax}`);
  const after = cursor === undefined ? undefined : decodeCursor(cursor);
  if (cursor !== undefined && !after)
    throw badQuery(request, 'cursor', 'must be the next_cursor of an earlier page');
  return { limit: rows, after };
}

/** A moment of a query in ISO 8601 with its zone; anything else ends the request. */
export function readMoment(request: Request, name: string, text: string): Date {
  const moment = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:\d{2}))?$/.test(text)
    ? new Date(text)
    : new Date(Number.NaN);
  if (Number.isNaN(moment.getTime()))
    throw badQuery(request, name, 'must be ISO 8601, such as 2026-05-01T09:00:00.000Z');
  return moment;
}

/**
 * One page of `rows`, of which one more than `limit` was asked for: whether it came tells whether another page follows.
 */
export function renderPage<Row extends PageStart>(
  rows: readonly Row[],
  limit: number,
  view: (row: Row) => object,
): { readonly data: object[]; readonly next_cursor: string | null } {
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  return { data: shown.map(view), next_cursor: rows.length > limit && last ? encodeCursor(last) : null };
}

/** `<milliseconds>.<id>` in base64url; not a secret, and good only with the key that may read the list. */
export function encodeCursor({ createdAt, id }: PageStart): string {
  return Buffer.from(`${createdAt.getTime()}.${id}`).toString('base64url');
}

/** Reads back what `encodeCursor` wrote; undefined for anything else. */
export function decodeCursor(cursor: string): PageStart | undefined {
  const match = /^(\d{1,15})\.([a-z]+_[0-9A-Za-z]{1,64})$/.exec(Buffer.from(cursor, 'base64url').toString());
  return match?.[1] && match[2] ? { createdAt: new Date(Number(match[1])), id: match[2] } : undefined;
}

function badQuery(request: Request, path: string, message: string): Error {
  return new AnswerError(validationAnswer(request, [{ path, message }]));
}
