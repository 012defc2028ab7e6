import type { Pool } from 'pg';
import { addSeconds } from '../../lib/clock.ts';
import { type Book, type Booking, insertAuthorization, inTransaction } from './book.ts';
import { lateSeconds } from './faults.ts';
import { parseResponseCode } from './response-codes.ts';

/** Keeps an approval out of the book until it is due, or until it has been asked for twice. */
export async function bookLate(book: Book, booking: Booking, now: Date): Promise<void> {
  await book.query(
    `insert into sandbox_bank.late_authorizations (reference, booking, due_at)
     select $1, $2, $3 where not exists (select from sandbox_bank.reversals where original = $1)
     on conflict (reference) do nothing`,
    [booking.reference, { ...booking, amount: booking.amount.toString() }, addSeconds(now, lateSeconds)],
  );
}

/** Whether an approval under this reference waits; undefined when none does. */
export async function findLate(book: Book, reference: string): Promise<{ inquiries: number } | undefined> {
  const result = await book.query<{ inquiries: number }>(
    'select inquiries from sandbox_bank.late_authorizations where reference = $1',
    [reference],
  );
  return result.rows[0];
}

/** Counts an inquiry about a waiting approval, and books it when it is the second. */
export async function inquireLate(pool: Pool, reference: string, now: Date): Promise<void> {
  await inTransaction(pool, async (client) => {
    const result = await client.query<{ inquiries: number; booking: StoredBooking }>(
      `update sandbox_bank.late_authorizations set inquiries = inquiries + 1 where reference = $1
       returning inquiries, booking`,
      [reference],
    );
    const late = result.rows[0];
    if (late !== undefined && late.inquiries >= 2) await bookNow(client, late.booking, now);
  });
}

/** Books every waiting approval whose time has come. */
export async function bookDue(pool: Pool, now: Date): Promise<void> {
  const due = await pool.query<{ reference: string }>({
    name: 'sandbox_bank_late_due',
    text: 'select reference from sandbox_bank.late_authorizations where due_at <= $1 limit 100',
    values: [now],
  });
  for (const { reference } of due.rows) {
    await inTransaction(pool, async (client) => {
      const locked = await client.query<{ booking: StoredBooking }>(
        'select booking from sandbox_bank.late_authorizations where reference = $1 for update',
        [reference],
      );
      const late = locked.rows[0];
      if (late !== undefined) await bookNow(client, late.booking, now);
    });
  }
}

/** Forgets a waiting approval that was reversed before it was booked. */
export async function dropLate(book: Book, reference: string): Promise<void> {
  await book.query('delete from sandbox_bank.late_authorizations where reference = $1', [reference]);
}

type StoredBooking = Omit<Booking, 'amount'> & { readonly amount: string };

async function bookNow(book: Book, stored: StoredBooking, now: Date): Promise<void> {
  const booking: Booking = {
    ...stored,
    amount: BigInt(stored.amount),
    responseCode: parseResponseCode(stored.responseCode),
  };
  await insertAuthorization(book, booking, now);
  await dropLate(book, booking.reference);
}
