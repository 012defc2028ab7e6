import type { FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import type { NumberedPage, PagePosition } from '../../usecases/ports/orders.ts';
import type { EximpeRoom } from './room.ts';

const pageSizeMax = 500;

/** The two query parameters of every list (section 2). */
export const pageQuery = {
  page: Type.Optional(Type.String({ pattern: '^[1-9][0-9]{0,6}$', description: 'From 1.' })),
  page_size: Type.Optional(
    Type.String({ pattern: '^[1-9][0-9]{0,6}$', description: `At most ${pageSizeMax}; more is cut.` }),
  ),
};

export interface PageNumber extends PagePosition {
  readonly page: number;
}

/** Which rows the request asks for. */
export function readPage(
  query: { readonly page?: string; readonly page_size?: string },
  defaultSize: number,
): PageNumber {
  const page = Number(query.page ?? 1);
  const limit = Math.min(Number(query.page_size ?? defaultSize), pageSizeMax);
  return { page, limit, offset: (page - 1) * limit };
}

/** The paginator's body; `next` and `previous` are the request's own address with another page. */
export function paginated<Row, View>(
  request: FastifyRequest,
  room: EximpeRoom,
  { page, limit, offset }: PageNumber,
  { count, rows }: NumberedPage<Row>,
  view: (row: Row) => View,
) {
  const linkTo = (other: number): string => {
    const url = new URL(`${room.publicUrl}${request.url}`);
    url.searchParams.set('page', String(other));
    return url.href;
  };
  return {
    count,
    page,
    page_size: limit,
    next: offset + limit < count ? linkTo(page + 1) : null,
    previous: page > 1 ? linkTo(page - 1) : null,
    results: rows.map(view),
  };
}
