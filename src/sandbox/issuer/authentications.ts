import type { Book } from '../bank/book.ts';
import { parseResponseCode, type ResponseCode } from '../bank/response-codes.ts';

export type AuthenticationStatus = 'C' | 'Y' | 'A' | 'N' | 'U' | 'R';

/** An authentication in the issuer's book; `C` while its challenge is open. */
export interface Authentication {
  readonly acsTransactionId: string;
  readonly serverTransactionId: string;
  readonly dsTransactionId: string;
  /** The last part of the address of its challenge page. */
  readonly pageToken: string;
  /** First six and last four digits, as the bank's book names cards. */
  readonly card: string;
  readonly last4: string;
  readonly brand: string;
  readonly merchantName: string;
  readonly amount: bigint;
  readonly currency: string;
  readonly purchaseDate: Date;
  readonly notificationUrl: string;
  readonly resultsUrl: string;
  /** `threeDSSessionData` as the browser brought it; it goes back unchanged. */
  readonly sessionData: string | null;
  /** `MD` of the older message flow; with it the browser takes `PaRes` back too. */
  readonly returnReference: string | null;
  /** Wrong one-time codes so far. */
  readonly tries: number;
  readonly transStatus: AuthenticationStatus;
  readonly transStatusReason: string | null;
  readonly challengeCancel: string | null;
  readonly eci: string | null;
  readonly authenticationValue: string | null;
  readonly responseCode: ResponseCode | null;
  readonly expiresAt: Date;
  readonly resultDeliveredAt: Date | null;
}

const columns = `acs_transaction_id, server_transaction_id, ds_transaction_id, page_token, card, last4, brand, merchant_name,
  amount::text as amount, currency, purchase_date, notification_url, results_url, session_data, return_reference, tries,
  trans_status, trans_status_reason, challenge_cancel, eci, authentication_value, response_code, expires_at,
  result_delivered_at`;

interface AuthenticationRow {
  acs_transaction_id: string;
  server_transaction_id: string;
  ds_transaction_id: string;
  page_token: string;
  card: string;
  last4: string;
  brand: string;
  merchant_name: string;
  amount: string;
  currency: string;
  purchase_date: Date;
  notification_url: string;
  results_url: string;
  session_data: string | null;
  return_reference: string | null;
  tries: number;
  trans_status: AuthenticationStatus;
  trans_status_reason: string | null;
  challenge_cancel: string | null;
  eci: string | null;
  authentication_value: string | null;
  response_code: string | null;
  expires_at: Date;
  result_delivered_at: Date | null;
}

function fromRow(row: AuthenticationRow): Authentication {
  return {
    acsTransactionId: row.acs_transaction_id,
    serverTransactionId: row.server_transaction_id,
    dsTransactionId: row.ds_transaction_id,
    pageToken: row.page_token,
    card: row.card,
    last4: row.last4,
    brand: row.brand,
    merchantName: row.merchant_name,
    amount: BigInt(row.amount),
    currency: row.currency,
    purchaseDate: row.purchase_date,
    notificationUrl: row.notification_url,
    resultsUrl: row.results_url,
    sessionData: row.session_data,
    returnReference: row.return_reference,
    tries: row.tries,
    transStatus: row.trans_status,
    transStatusReason: row.trans_status_reason,
    challengeCancel: row.challenge_cancel,
    eci: row.eci,
    authenticationValue: row.authentication_value,
    responseCode: row.response_code === null ? null : parseResponseCode(row.response_code),
    expiresAt: row.expires_at,
    resultDeliveredAt: row.result_delivered_at,
  };
}

/** Writes an authentication unless its server transaction is known; returns the one that stands in the book. */
export async function insertAuthentication(
  book: Book,
  authentication: Authentication,
  now: Date,
): Promise<Authentication> {
  await book.query({
    name: 'sandbox_bank_insert_authentication',
    text: `insert into sandbox_bank.authentications
             (acs_transaction_id, server_transaction_id, ds_transaction_id, page_token, card, last4, brand, merchant_name,
              amount, currency, purchase_date, notification_url, results_url, trans_status, trans_status_reason, eci,
              authentication_value, expires_at, created_at)
           values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19)
           on conflict (server_transaction_id) do nothing`,
    values: [
      authentication.acsTransactionId,
      authentication.serverTransactionId,
      authentication.dsTransactionId,
      authentication.pageToken,
      authentication.card,
      authentication.last4,
      authentication.brand,
      authentication.merchantName,
      authentication.amount.toString(),
      authentication.currency,
      authentication.purchaseDate,
      authentication.notificationUrl,
      authentication.resultsUrl,
      authentication.transStatus,
      authentication.transStatusReason,
      authentication.eci,
      authentication.authenticationValue,
      authentication.expiresAt,
      now,
    ],
  });
  const stored = await findOne(book, 'server_transaction_id', authentication.serverTransactionId);
  return stored ?? authentication;
}

/** The authentication whose challenge page has this token; undefined when there is none. */
export function findByPageToken(book: Book, pageToken: string): Promise<Authentication | undefined> {
  return findOne(book, 'page_token', pageToken);
}

/** The authentication of this ACS transaction, which must be a UUID; undefined when there is none. */
export function findByAcsTransactionId(book: Book, id: string): Promise<Authentication | undefined> {
  return findOne(book, 'acs_transaction_id', id);
}

async function findOne(
  book: Book,
  column: 'page_token' | 'acs_transaction_id' | 'server_transaction_id',
  value: string,
): Promise<Authentication | undefined> {
  const result = await book.query<AuthenticationRow>({
    name: `sandbox_bank_authentication_by_${column}`,
    text: `select ${columns} from sandbox_bank.authentications where ${column} = $1`,
    values: [value],
  });
  return result.rows.map(fromRow)[0];
}

/** Keeps what the browser must take back; an opening without them leaves them as they are. */
export async function keepReturnFields(
  book: Book,
  id: string,
  fields: { sessionData: string | null; returnReference: string | null },
): Promise<void> {
  await book.query(
    `update sandbox_bank.authentications
        set session_data = coalesce($2, session_data), return_reference = coalesce($3, return_reference)
      where acs_transaction_id = $1`,
    [id, fields.sessionData, fields.returnReference],
  );
}

/** Counts a wrong code of an open challenge with tries left; returns how many there were, or null when it is not open. */
export async function countWrongCode(book: Book, id: string): Promise<number | null> {
  const result = await book.query<{ tries: number }>(
    `update sandbox_bank.authentications set tries = tries + 1
      where acs_transaction_id = $1 and trans_status = 'C' and tries < 3 returning tries`,
    [id],
  );
  return result.rows[0]?.tries ?? null;
}

/** How a challenge ends. */
export interface ChallengeEnd {
  readonly transStatus: 'Y' | 'N';
  readonly transStatusReason: string | null;
  readonly challengeCancel: string | null;
  readonly eci: string;
  readonly authenticationValue: string | null;
  readonly responseCode: ResponseCode | null;
}

/** Ends a challenge that is open; whoever comes second changes nothing. */
export async function endChallenge(book: Book, id: string, end: ChallengeEnd): Promise<void> {
  await book.query(
    `update sandbox_bank.authentications
        set trans_status = $2, trans_status_reason = $3, challenge_cancel = $4, eci = $5, authentication_value = $6,
            response_code = $7
      where acs_transaction_id = $1 and trans_status = 'C'`,
    [
      id,
      end.transStatus,
      end.transStatusReason,
      end.challengeCancel,
      end.eci,
      end.authenticationValue,
      end.responseCode,
    ],
  );
}

/** Notes that the 3DS Server acknowledged the result. */
export async function markResultDelivered(book: Book, id: string, now: Date): Promise<void> {
  await book.query(
    'update sandbox_bank.authentications set result_delivered_at = $2 where acs_transaction_id = $1',
    [id, now],
  );
}
