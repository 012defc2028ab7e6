import type { Pool } from 'pg';
import {
  type AuthorizationStatus,
  authorizationId,
  type BookedAuthorization,
  listAuthorizations,
} from './book.ts';
import { bookDue } from './late.ts';

/** An authorization as the bank's book is shown; amounts are minor units, written as whole numbers. */
export interface BookEntry {
  readonly id: string;
  readonly reference: string;
  readonly merchant_reference: string;
  readonly amount: number;
  readonly currency: string;
  readonly status: AuthorizationStatus;
  readonly captured: number;
  readonly refunded: number;
  readonly live: boolean;
  readonly created_at: string;
}

export interface BookEntries {
  readonly authorizations: readonly BookEntry[];
  /** The cursor of the next page; null on the last. */
  readonly next_cursor: string | null;
}

/** The book, oldest entry first, with whatever is due by now booked before it is read. */
export async function readBook(
  pool: Pool,
  filter: { reference: string | null; merchantReference: string | null; after: bigint; limit: number },
  now: Date,
): Promise<BookEntries> {
  await bookDue(pool, now);
  const page = await listAuthorizations(pool, filter);
  return {
    authorizations: page.authorizations.map(toEntry),
    next_cursor: page.next === null ? null : page.next.toString(),
  };
}

function toEntry(authorization: BookedAuthorization): BookEntry {
  return {
    id: authorizationId(authorization.number),
    reference: authorization.reference,
    merchant_reference: authorization.merchantReference,
    amount: wholeNumber(authorization.amount),
    currency: authorization.currency,
    status: authorization.status,
    captured: wholeNumber(authorization.captured),
    refunded: wholeNumber(authorization.refunded),
    live: authorization.live,
    created_at: authorization.createdAt.toISOString(),
  };
}

/** Exact: an amount of the gateway has at most fifteen digits, and JSON's numbers are exact up to 2^53. */
function wholeNumber(amount: bigint): number {
  return Number(amount);
}
