import { type Given, readRowNumber, WrongArguments } from './command.ts';

/** What every list takes: how many rows, and before which one to go on. */
export const pageOptions = { limit: { type: 'string' }, before: { type: 'string' } } as const;
export const pageUsage = '[--limit 50] [--before PLACE]';

/** How many rows to show, 50 unless told. */
export function readLimit(given: Given): number {
  return given.number('limit', { min: 1, max: 500, otherwise: 50 });
}

/** The row before which to go on, in a list of numbered rows. */
export function readRowBefore(given: Given): bigint | undefined {
  const text = given.text('before');
  return text === undefined ? undefined : readRowNumber(text);
}

/** A row of a list that is ordered by a time, and by an id where times are equal. */
export interface Place {
  readonly at: Date;
  readonly id: string;
}

/** The row before which to go on, in a list ordered by time. */
export function readPlaceBefore(given: Given): Place | undefined {
  const text = given.text('before');
  if (text === undefined) return undefined;
  const [, time = '', id = ''] = /^([^/]+)\/(.+)$/.exec(text) ?? [];
  const at = new Date(time);
  if (id === '' || Number.isNaN(at.getTime()))
    throw new WrongArguments('--before must be a place that this list printed at its end');
  return { at, id };
}

/**
 * Shows the first `limit` of the rows and, when there are more, how to go on. Ask for one row more than the limit.
 */
export function printPage<Row>(
  rows: readonly Row[],
  limit: number,
  print: (shown: readonly Row[]) => void,
  placeOf: (row: Row) => Place | bigint,
): void {
  const shown = rows.slice(0, limit);
  print(shown);
  const last = shown.at(-1);
  if (rows.length <= limit || last === undefined) return;
  const place = placeOf(last);
  console.log(
    `\nMore:  --before ${typeof place === 'bigint' ? place : `${place.at.toISOString()}/${place.id}`}`,
  );
}
