import type { Pool, PoolClient } from 'pg';
import { type Fault, findSandboxCardByName } from '../cards.ts';
import { parseResponseCode, type ResponseCode, responseCodes } from './response-codes.ts';
import type { Answer } from './wire.ts';

/** Where the book's statements run: the pool, or one transaction. */
export type Book = Pool | PoolClient;

export type AuthorizationStatus = 'authorized' | 'captured' | 'voided' | 'reversed' | 'refunded' | 'declined';

/** An authorization about to be written into the book. */
export interface Booking {
  readonly reference: string;
  /** 0, or 1 for the second one of a bank that approves twice. */
  readonly copy: 0 | 1;
  readonly merchantReference: string;
  readonly kind: 'authorization' | 'purchase';
  readonly initiator: 'cardholder' | 'merchant';
  readonly card: string;
  readonly authenticated: boolean;
  readonly amount: bigint;
  readonly currency: string;
  readonly responseCode: ResponseCode;
  /** What the bank does wrong about it. */
  readonly fault: Fault | null;
}

/** An authorization as the book holds it. */
export interface BookedAuthorization {
  readonly number: bigint;
  readonly reference: string;
  readonly merchantReference: string;
  readonly kind: 'authorization' | 'purchase';
  readonly initiator: 'cardholder' | 'merchant';
  readonly card: string;
  readonly authenticated: boolean;
  readonly amount: bigint;
  readonly currency: string;
  readonly status: AuthorizationStatus;
  readonly responseCode: ResponseCode;
  readonly fault: Fault | null;
  readonly captured: bigint;
  readonly refunded: bigint;
  readonly live: boolean;
  readonly reversalsRefused: number;
  readonly createdAt: Date;
}

/**
 * Writes an authorization unless its reference is already booked or was reversed before it came.
 * Returns its number, or null when nothing was written.
 */
export async function insertAuthorization(book: Book, booking: Booking, now: Date): Promise<bigint | null> {
  const approved = booking.responseCode === responseCodes.approved;
  const claimed = approved && booking.kind === 'purchase';
  const result = await book.query<{ number: string }>({
    name: 'sandbox_bank_insert_authorization',
    text: `insert into sandbox_bank.authorizations
             (reference, copy, merchant_reference, kind, initiator, card, authenticated, amount, currency, status,
              response_code, captured, created_at, fault)
           select $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14
            where not exists (select from sandbox_bank.reversals where original = $1)
           on conflict (reference, copy) do nothing
           returning number::text as number`,
    values: [
      booking.reference,
      booking.copy,
      booking.merchantReference,
      booking.kind,
      booking.initiator,
      booking.card,
      booking.authenticated,
      booking.amount.toString(),
      booking.currency,
      approved ? (claimed ? 'captured' : 'authorized') : 'declined',
      booking.responseCode,
      claimed ? booking.amount.toString() : '0',
      now,
      booking.fault,
    ],
  });
  const row = result.rows[0];
  return row === undefined ? null : BigInt(row.number);
}

const columns = `number::text as number, reference, merchant_reference, kind, initiator, card, authenticated,
  amount::text as amount, currency, status, response_code, captured::text as captured, refunded::text as refunded, live,
  reversals_refused, created_at, fault`;

interface AuthorizationRow {
  number: string;
  reference: string;
  merchant_reference: string;
  kind: 'authorization' | 'purchase';
  initiator: 'cardholder' | 'merchant';
  card: string;
  authenticated: boolean;
  amount: string;
  currency: string;
  status: AuthorizationStatus;
  response_code: string;
  captured: string;
  refunded: string;
  live: boolean;
  reversals_refused: number;
  created_at: Date;
  fault: Fault | null;
}

function fromRow(row: AuthorizationRow): BookedAuthorization {
  return {
    number: BigInt(row.number),
    reference: row.reference,
    merchantReference: row.merchant_reference,
    kind: row.kind,
    initiator: row.initiator,
    card: row.card,
    authenticated: row.authenticated,
    amount: BigInt(row.amount),
    currency: row.currency,
    status: row.status,
    responseCode: parseResponseCode(row.response_code),
    // What was booked before plans were has its card's.
    fault: row.fault ?? findSandboxCardByName(row.card)?.fault ?? null,
    captured: BigInt(row.captured),
    refunded: BigInt(row.refunded),
    live: row.live,
    reversalsRefused: row.reversals_refused,
    createdAt: row.created_at,
  };
}

/** The first authorization under a reference; undefined when there is none. */
export async function findAuthorization(
  book: Book,
  reference: string,
): Promise<BookedAuthorization | undefined> {
  const result = await book.query<AuthorizationRow>({
    name: 'sandbox_bank_find_authorization',
    text: `select ${columns} from sandbox_bank.authorizations where reference = $1 and copy = 0`,
    values: [reference],
  });
  return result.rows.map(fromRow)[0];
}

/** The authorization of that number, read without a lock; undefined when there is none. */
export async function readAuthorization(
  book: Book,
  number: bigint,
): Promise<BookedAuthorization | undefined> {
  const result = await book.query<AuthorizationRow>({
    name: 'sandbox_bank_read_authorization',
    text: `select ${columns} from sandbox_bank.authorizations where number = $1`,
    values: [number.toString()],
  });
  return result.rows.map(fromRow)[0];
}

/** The same, locked until the transaction ends. */
export async function lockAuthorization(
  client: PoolClient,
  number: bigint,
): Promise<BookedAuthorization | undefined> {
  const result = await client.query<AuthorizationRow>({
    name: 'sandbox_bank_lock_authorization',
    text: `select ${columns} from sandbox_bank.authorizations where number = $1 for update`,
    values: [number.toString()],
  });
  return result.rows.map(fromRow)[0];
}

/** Every authorization under a reference, locked until the transaction ends. */
export async function lockAuthorizations(
  client: PoolClient,
  reference: string,
): Promise<BookedAuthorization[]> {
  const result = await client.query<AuthorizationRow>({
    name: 'sandbox_bank_lock_authorizations',
    text: `select ${columns} from sandbox_bank.authorizations where reference = $1 order by copy for update`,
    values: [reference],
  });
  return result.rows.map(fromRow);
}

/** Writes the sums and the status of an authorization that is locked. */
export async function updateAuthorization(
  client: PoolClient,
  number: bigint,
  change: { status: AuthorizationStatus; captured: bigint; refunded: bigint },
): Promise<void> {
  await client.query({
    name: 'sandbox_bank_update_authorization',
    text: 'update sandbox_bank.authorizations set status = $2, captured = $3, refunded = $4 where number = $1',
    values: [number.toString(), change.status, change.captured.toString(), change.refunded.toString()],
  });
}

export interface BookPage {
  readonly authorizations: readonly BookedAuthorization[];
  /** The number after which the next page begins; null on the last. */
  readonly next: bigint | null;
}

/**
 * The book from the oldest entry on, after `after`, narrowed to a reference or a merchant reference where given. Ordered
 * by the table's own number: the bare name would be that of the text that is selected.
 */
export async function listAuthorizations(
  book: Book,
  filter: { reference: string | null; merchantReference: string | null; after: bigint; limit: number },
): Promise<BookPage> {
  const result = await book.query<AuthorizationRow>(
    `select ${columns} from sandbox_bank.authorizations
      where number > $1 and ($2::text is null or reference = $2) and ($3::text is null or merchant_reference = $3)
      order by authorizations.number limit $4`,
    [filter.after.toString(), filter.reference, filter.merchantReference, filter.limit + 1],
  );
  const found = result.rows.map(fromRow);
  const authorizations = found.slice(0, filter.limit);
  return {
    authorizations,
    next: found.length > filter.limit ? (authorizations.at(-1)?.number ?? null) : null,
  };
}

/** Runs `work` in one transaction on a connection of `pool`; whatever it throws rolls back and is thrown on. */
export async function inTransaction<T>(pool: Pool, work: (client: PoolClient) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  let broken: Error | undefined;
  try {
    await client.query('begin');
    const result = await work(client);
    await client.query('commit');
    return result;
  } catch (error) {
    await client.query('rollback').catch((failure: Error) => {
      broken = failure;
    });
    throw error;
  } finally {
    client.release(broken);
  }
}

/** The bank's name of an authorization: 42 → `sba_42`. */
export function authorizationId(number: bigint): string {
  return `sba_${number}`;
}

/** The number in `sba_42`; undefined when the text is no such name. */
export function parseAuthorizationId(text: string): bigint | undefined {
  const match = /^sba_([1-9][0-9]{0,17})$/.exec(text);
  return match?.[1] === undefined ? undefined : BigInt(match[1]);
}

const networkTransactionIdPrefix = '8';

/** Fifteen digits that name the authorization at the network, as Visa's transaction identifier has. */
export function networkTransactionId(number: bigint): string {
  return networkTransactionIdPrefix + number.toString().padStart(14, '0');
}

/** The authorization's number in its network transaction id; undefined when this bank gave no such id. */
export function parseNetworkTransactionId(text: string): bigint | undefined {
  return /^8[0-9]{14}$/.test(text) ? BigInt(text.slice(1)) : undefined;
}

/** What the bank answers, and answers again, to the message that made this authorization. */
export function authorizationAnswer(
  booked: Pick<BookedAuthorization, 'number' | 'amount' | 'currency' | 'responseCode' | 'initiator' | 'card'>,
): Answer {
  const approved = booked.responseCode === responseCodes.approved;
  return {
    result: approved ? 'approved' : 'declined',
    responseCode: booked.responseCode,
    id: authorizationId(booked.number),
    amount: booked.amount.toString(),
    currency: booked.currency,
    authorizationCode: approved ? (booked.number % 1_000_000n).toString().padStart(6, '0') : null,
    networkTransactionId: approved ? networkTransactionId(booked.number) : null,
    avsResult: approved ? (findSandboxCardByName(booked.card)?.avs_result ?? null) : null,
    cvcResult: cvcResult(booked),
  };
}

function cvcResult({
  responseCode,
  initiator,
  card,
}: Pick<BookedAuthorization, 'responseCode' | 'initiator' | 'card'>): string | null {
  if (initiator === 'merchant') return null;
  if (responseCode === responseCodes.securityCodeMismatch) return 'N';
  return findSandboxCardByName(card)?.cvc_result ?? 'M';
}
