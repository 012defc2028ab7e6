import type { Book } from './book.ts';
import { parseResponseCode, type ResponseCode } from './response-codes.ts';

/** A capture, void or refund in the book. */
export interface BookedMessage {
  readonly reference: string;
  readonly kind: 'capture' | 'void' | 'refund';
  readonly authorization: bigint;
  readonly amount: bigint;
  readonly currency: string;
  readonly responseCode: ResponseCode;
  readonly reversed: boolean;
}

interface MessageRow {
  reference: string;
  kind: 'capture' | 'void' | 'refund';
  authorization_number: string;
  amount: string;
  currency: string;
  response_code: string;
  reversed: boolean;
}

/** The capture, void or refund under a reference; undefined when none came. */
export async function findMessage(book: Book, reference: string): Promise<BookedMessage | undefined> {
  const result = await book.query<MessageRow>({
    name: 'sandbox_bank_find_message',
    text: `select reference, kind, authorization_number::text as authorization_number, amount::text as amount, currency,
                  response_code, reversed
             from sandbox_bank.messages where reference = $1`,
    values: [reference],
  });
  const row = result.rows[0];
  return (
    row && {
      reference: row.reference,
      kind: row.kind,
      authorization: BigInt(row.authorization_number),
      amount: BigInt(row.amount),
      currency: row.currency,
      responseCode: parseResponseCode(row.response_code),
      reversed: row.reversed,
    }
  );
}

/** Writes a message that was judged. */
export async function insertMessage(
  book: Book,
  message: Omit<BookedMessage, 'reversed'>,
  now: Date,
): Promise<void> {
  await book.query({
    name: 'sandbox_bank_insert_message',
    text: `insert into sandbox_bank.messages
             (reference, kind, authorization_number, amount, currency, response_code, created_at)
           values ($1, $2, $3, $4, $5, $6, $7)`,
    values: [
      message.reference,
      message.kind,
      message.authorization.toString(),
      message.amount.toString(),
      message.currency,
      message.responseCode,
      now,
    ],
  });
}

/** Notes that a message was undone. */
export async function markMessageReversed(book: Book, reference: string): Promise<void> {
  await book.query('update sandbox_bank.messages set reversed = true where reference = $1', [reference]);
}
