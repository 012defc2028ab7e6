import type { AuthenticationId, MerchantId, PaymentId } from '../domain/ids.ts';
import type { AuthenticationResult } from '../usecases/ports/authenticator.ts';
import type { Authentication } from '../usecases/ports/store.ts';
import type { Database } from './database.ts';

interface AuthenticationRow {
  readonly id: AuthenticationId;
  readonly payment_id: PaymentId;
  readonly merchant_id: MerchantId;
  readonly state: Authentication['state'];
  readonly server_transaction_id: string;
  readonly acs_transaction_id: string | null;
  readonly ds_transaction_id: string | null;
  readonly acs_url: string | null;
  readonly creq: string | null;
  readonly browser_token_hash: Buffer;
  readonly results_token_hash: Buffer;
  readonly version: string | null;
  readonly trans_status: 'Y' | 'A' | 'N' | 'U' | 'R' | 'I' | null;
  readonly challenge_cancel: string | null;
  readonly eci: string | null;
  readonly authentication_value: string | null;
  readonly created_at: Date;
  readonly expires_at: Date;
}

/** The authentication that a browser's token or an id names; tokens are looked up by their hash. */
export async function findAuthentication(
  database: Database,
  by: { readonly browserTokenHash: Buffer } | { readonly id: AuthenticationId },
): Promise<Authentication | null> {
  const [column, value] = 'id' in by ? ['id', by.id] : ['browser_token_hash', by.browserTokenHash];
  const { rows } = await database.query<AuthenticationRow>({
    name: `find-authentication-by-${column}`,
    text: `select id, payment_id, merchant_id, state, server_transaction_id, acs_transaction_id, ds_transaction_id, acs_url, creq,
        browser_token_hash, results_token_hash, version, trans_status, challenge_cancel, eci, authentication_value, created_at, expires_at
      from authentications where ${column} = $1`,
    values: [value],
  });
  return rows[0] ? authenticationFromRow(rows[0]) : null;
}

function authenticationFromRow(row: AuthenticationRow): Authentication {
  const proven = row.trans_status !== null && row.trans_status !== 'N' && row.trans_status !== 'R';
  return {
    id: row.id,
    paymentId: row.payment_id,
    merchantId: row.merchant_id,
    state: row.state,
    serverTransactionId: row.server_transaction_id,
    acsTransactionId: row.acs_transaction_id,
    dsTransactionId: row.ds_transaction_id,
    acsUrl: row.acs_url,
    creq: row.creq,
    browserTokenHash: row.browser_token_hash,
    resultsTokenHash: row.results_token_hash,
    proof: proven
      ? {
          transStatus: row.trans_status as 'Y' | 'A' | 'U' | 'I',
          eci: row.eci,
          authenticationValue: row.authentication_value,
          dsTransactionId: row.ds_transaction_id,
          version: row.version ?? '2.2.0',
        }
      : null,
    challengeCancel: row.challenge_cancel,
    createdAt: row.created_at,
    expiresAt: row.expires_at,
  };
}

/** Writes the result of a challenge that waits for one; false when none does, so that a repeated message changes nothing. */
export async function recordAuthenticationResult(
  database: Database,
  resultsTokenHash: Buffer,
  result: AuthenticationResult,
  now: Date,
): Promise<boolean> {
  const passed = result.transStatus === 'Y' || result.transStatus === 'A';
  const { rowCount } = await database.query({
    name: 'record-authentication-result',
    text: `update authentications set state = $3, trans_status = $4, trans_status_reason = $5, challenge_cancel = $6, eci = $7,
        authentication_value = $8, ds_transaction_id = coalesce($9, ds_transaction_id), version = $10, finished_at = $11
      where results_token_hash = $1 and server_transaction_id = $2::uuid and state = 'challenge'
        and acs_transaction_id = $12 and expires_at > $11`,
    values: [
      resultsTokenHash,
      result.serverTransactionId,
      passed ? 'authenticated' : 'refused',
      result.transStatus,
      result.transStatusReason,
      result.challengeCancel,
      result.eci,
      result.authenticationValue,
      result.dsTransactionId,
      result.version,
      now.toISOString(),
      result.acsTransactionId,
    ],
  });
  return rowCount === 1;
}
