import type { FastifyRequest } from 'fastify';
import { throwProblem } from './errors.ts';
import { isCalendarDate } from './parse-order.ts';

/**
 * A bound of a period in a query: `2026-03-04`, or ISO 8601 with a time, UTC unless it names a zone. A day alone means
 * its first instant as a lower bound and its last as an upper one.
 */
export function readQueryDate(
  request: FastifyRequest,
  name: string,
  text: string | undefined,
  bound: 'from' | 'to',
): Date | undefined {
  if (text === undefined || text === '') return undefined;
  if (/^\d{4}-\d{2}-\d{2}$/.test(text) && isCalendarDate(text))
    return new Date(bound === 'from' ? `${text}T00:00:00.000Z` : `${text}T23:59:59.999Z`);
  // In a query a plus sign that was not escaped arrives as a space.
  const match = /^(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2}(?::\d{2}(?:\.\d{1,6})?)?)(Z|[+ -]\d{2}:\d{2})?$/.exec(
    text,
  );
  const date = match && new Date(`${match[1]}T${match[2]}${match[3]?.replace(' ', '+') ?? 'Z'}`);
  if (date && isCalendarDate(match?.[1] ?? '') && !Number.isNaN(date.getTime())) return date;
  return throwProblem(request, name, 'Enter a valid date or time in ISO 8601.');
}
