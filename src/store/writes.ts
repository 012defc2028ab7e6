import type { Attempt } from '../domain/attempt.ts';
import type { EventSnapshot } from '../domain/event.ts';
import { snapshotToJson } from '../domain/event.ts';
import type { AttemptId, MerchantId } from '../domain/ids.ts';
import type { Payment } from '../domain/payment.ts';
import type { PaymentMethod } from '../domain/payment-method.ts';
import type { Refund } from '../domain/refund.ts';
import type {
  AttemptUpdate,
  Authentication,
  IdempotencyClaim,
  NewCard,
  PaymentChange,
  StoredAnswer,
} from '../usecases/ports/store.ts';
import type { Parameters } from './parameters.ts';

/**
 * The writes that a payment's two commits are made of. Each is a data-modifying query for a `with` list; `source` is
 * the earlier query on which it depends: when that yields no row, nothing is written.
 */
type Columns = readonly (readonly [column: string, placeholder: string])[];

/** `insert … select … from source`, so that the row is written only if the source has one. */
export function insertFrom(source: string, table: string, columns: Columns): string {
  return `insert into ${table} (${columns.map(([column]) => column).join(', ')})
    select ${columns.map(([, placeholder]) => placeholder).join(', ')} from ${source} returning 1`;
}

/** In the `returning` of an update: another merchant's row aborts the statement, should its condition let it through. */
export function ownRow(table: string, merchant: string): string {
  return `sallyport_own(${table}.merchant_id, ${merchant})`;
}

export function insertClaim(
  parameters: Parameters,
  source: string | null,
  claim: IdempotencyClaim,
  owner: { merchantId: MerchantId; paymentId: string; refundId: string | null; now: Date },
  answer: StoredAnswer | null,
): string {
  const columns: Columns = [
    ['merchant_id', parameters.text(owner.merchantId)],
    ['key_hash', parameters.bytes(claim.keyHash)],
    ['request_hash', parameters.bytes(claim.requestHash)],
    ['payment_id', parameters.text(owner.paymentId)],
    ['refund_id', parameters.text(owner.refundId)],
    ['created_at', parameters.time(owner.now)],
    ['expires_at', parameters.time(claim.expiresAt)],
    ['answer_status', parameters.integer(answer?.status ?? null)],
    ['answer_body', parameters.text(answer?.body ?? null)],
  ];
  return `insert into idempotency_keys (${columns.map(([column]) => column).join(', ')})
    select ${columns.map(([, placeholder]) => placeholder).join(', ')}${source === null ? '' : ` from ${source}`}
    on conflict (merchant_id, key_hash) do nothing returning 1`;
}

export function insertCard(
  parameters: Parameters,
  source: string,
  merchantId: MerchantId,
  card: NewCard,
  now: Date,
): string {
  const { face, sealed } = card;
  return insertFrom(source, 'cards', [
    ['id', parameters.text(face.id)],
    ['merchant_id', parameters.text(merchantId)],
    ['brand', parameters.text(face.brand)],
    ['bin', parameters.text(face.bin)],
    ['last4', parameters.text(face.last4)],
    ['pan_length', parameters.integer(face.panLength)],
    ['expiry_month', parameters.integer(face.expiry.month)],
    ['expiry_year', parameters.integer(face.expiry.year)],
    ['cardholder_name', parameters.text(face.cardholderName)],
    ['country', parameters.text(face.country)],
    ['funding', parameters.text(face.funding)],
    ['fingerprint', parameters.bytes(sealed.fingerprint)],
    ['fingerprint_version', parameters.integer(sealed.fingerprintVersion)],
    ['created_at', parameters.time(now)],
  ]);
}

export function insertPan(
  parameters: Parameters,
  source: string,
  merchantId: MerchantId,
  card: NewCard,
  now: Date,
): string {
  return insertFrom(source, 'vault.pans', [
    ['card_id', parameters.text(card.face.id)],
    ['merchant_id', parameters.text(merchantId)],
    ['sealed', parameters.bytes(card.sealed.sealedPan)],
    ['key_version', parameters.integer(card.sealed.keyVersion)],
    ['created_at', parameters.time(now)],
  ]);
}

export function insertCvc(
  parameters: Parameters,
  source: string,
  merchantId: MerchantId,
  card: NewCard,
): string {
  return insertFrom(source, 'vault.cvcs', [
    ['card_id', parameters.text(card.face.id)],
    ['merchant_id', parameters.text(merchantId)],
    ['sealed', parameters.bytes(card.sealed.sealedCvc)],
    ['key_day', parameters.date(card.sealed.cvcKeyDay)],
    ['expires_at', parameters.time(card.cvcExpiresAt)],
  ]);
}

export function insertAttempt(parameters: Parameters, source: string, attempt: Attempt): string {
  return insertFrom(source, 'attempts', [
    ['id', parameters.text(attempt.id)],
    ['payment_id', parameters.text(attempt.paymentId)],
    ['merchant_id', parameters.text(attempt.merchantId)],
    ['refund_id', parameters.text(attempt.refundId)],
    ['original_attempt_id', parameters.text(attempt.originalAttemptId)],
    ['only_acquirer_reference', parameters.text(attempt.onlyAcquirerReference)],
    ['kind', parameters.text(attempt.kind)],
    ['state', parameters.text(attempt.state)],
    ['amount', parameters.bigint(attempt.amount)],
    ['acquirer', parameters.text(attempt.acquirer)],
    ['created_at', parameters.time(attempt.createdAt)],
  ]);
}

export function updateAttempt(
  parameters: Parameters,
  source: string,
  merchantId: MerchantId,
  update: AttemptUpdate,
): string {
  const merchant = parameters.text(merchantId);
  return `update attempts set
      state = ${parameters.text(update.state)},
      acquirer_reference = coalesce(${parameters.text(update.acquirerReference)}, acquirer_reference),
      authorization_code = coalesce(${parameters.text(update.authorizationCode)}, authorization_code),
      network_transaction_id = coalesce(${parameters.text(update.networkTransactionId)}, network_transaction_id),
      decline_reason = ${parameters.text(update.declineReason)},
      unknown_cause = ${parameters.text(update.unknownCause)},
      next_inquiry_at = ${parameters.time(update.nextInquiryAt)},
      sent_at = coalesce(${parameters.time(update.sentAt ?? null)}, sent_at),
      finished_at = ${parameters.time(update.finishedAt)}
    from ${source}
    where attempts.id = ${parameters.text(update.id)} and attempts.merchant_id = ${merchant}
    returning ${ownRow('attempts', merchant)}`;
}

export function upsertRefund(parameters: Parameters, source: string, refund: Refund): string {
  const insert = insertFrom(source, 'refunds', [
    ['id', parameters.text(refund.id)],
    ['number', parameters.text(refund.number)],
    ['payment_id', parameters.text(refund.paymentId)],
    ['merchant_id', parameters.text(refund.merchantId)],
    ['amount', parameters.bigint(refund.amount)],
    ['fee', parameters.bigint(refund.fee)],
    ['state', parameters.text(refund.state)],
    ['reason', parameters.text(refund.reason)],
    ['merchant_reference', parameters.text(refund.merchantReference)],
    ['message', parameters.text(refund.message)],
    ['acquirer_reference', parameters.text(refund.acquirerReference)],
    ['created_at', parameters.time(refund.createdAt)],
    ['updated_at', parameters.time(refund.updatedAt)],
    ['refunded_at', parameters.time(refund.refundedAt)],
  ]);
  return insert.replace(
    /returning 1$/,
    `on conflict (id) do update set state = excluded.state, message = excluded.message,
      acquirer_reference = excluded.acquirer_reference, updated_at = excluded.updated_at, refunded_at = excluded.refunded_at
    returning ${ownRow('refunds', parameters.text(refund.merchantId))}`,
  );
}

export function upsertAuthentication(
  parameters: Parameters,
  source: string,
  authentication: Authentication,
): string {
  const { proof } = authentication;
  const insert = insertFrom(source, 'authentications', [
    ['id', parameters.text(authentication.id)],
    ['payment_id', parameters.text(authentication.paymentId)],
    ['merchant_id', parameters.text(authentication.merchantId)],
    ['state', parameters.text(authentication.state)],
    ['server_transaction_id', parameters.uuid(authentication.serverTransactionId)],
    ['acs_transaction_id', parameters.text(authentication.acsTransactionId)],
    ['ds_transaction_id', parameters.text(authentication.dsTransactionId)],
    ['acs_url', parameters.text(authentication.acsUrl)],
    ['creq', parameters.text(authentication.creq)],
    ['browser_token_hash', parameters.bytes(authentication.browserTokenHash)],
    ['results_token_hash', parameters.bytes(authentication.resultsTokenHash)],
    ['version', parameters.text(proof?.version ?? null)],
    ['trans_status', parameters.text(proof?.transStatus ?? null)],
    ['eci', parameters.text(proof?.eci ?? null)],
    ['authentication_value', parameters.text(proof?.authenticationValue ?? null)],
    ['created_at', parameters.time(authentication.createdAt)],
    ['expires_at', parameters.time(authentication.expiresAt)],
  ]);
  return insert.replace(
    /returning 1$/,
    `on conflict (id) do update set state = excluded.state,
      acs_transaction_id = excluded.acs_transaction_id, ds_transaction_id = excluded.ds_transaction_id,
      acs_url = excluded.acs_url, creq = excluded.creq, version = excluded.version, trans_status = excluded.trans_status,
      eci = excluded.eci, authentication_value = excluded.authentication_value, expires_at = excluded.expires_at
    returning ${ownRow('authentications', parameters.text(authentication.merchantId))}`,
  );
}

/** A card saved before is refreshed with its newest row; a new one is the customer's default when it is the first. */
export function writeSavedCard(
  parameters: Parameters,
  source: string,
  saved: { method: PaymentMethod; isNew: boolean },
): string {
  const { method, isNew } = saved;
  if (!isNew) {
    const merchant = parameters.text(method.merchantId);
    return `update payment_methods set card_id = ${parameters.text(method.card.id)},
        network_transaction_id = coalesce(${parameters.text(method.networkTransactionId)}, network_transaction_id),
        updated_at = ${parameters.time(method.updatedAt)}
      from ${source}
      where payment_methods.id = ${parameters.text(method.id)}
        and payment_methods.merchant_id = ${merchant} and payment_methods.status <> 'detached'
      returning ${ownRow('payment_methods', merchant)}`;
  }
  return insertFrom(source, 'payment_methods', paymentMethodColumns(parameters, method));
}

export function paymentMethodColumns(parameters: Parameters, method: PaymentMethod): Columns {
  const merchant = parameters.text(method.merchantId);
  const customer = parameters.text(method.customerReference);
  return [
    ['id', parameters.text(method.id)],
    ['merchant_id', merchant],
    ['customer_reference', customer],
    ['hex_token', parameters.text(method.hexToken)],
    ['status', parameters.text(method.status)],
    [
      'is_default',
      `not exists (select 1 from payment_methods earlier where earlier.merchant_id = ${merchant}
        and earlier.customer_reference = ${customer} and earlier.status <> 'detached')`,
    ],
    ['nickname', parameters.text(method.nickname)],
    ['declared_funding', parameters.text(method.declaredFunding)],
    ['card_id', parameters.text(method.card.id)],
    ['fingerprint', parameters.bytes(method.fingerprint)],
    ['network_transaction_id', parameters.text(method.networkTransactionId)],
    ['created_at', parameters.time(method.createdAt)],
    ['updated_at', parameters.time(method.updatedAt)],
  ];
}

export function insertEvent(
  parameters: Parameters,
  source: string,
  payment: Payment,
  event: NonNullable<PaymentChange['event']>,
  snapshot: EventSnapshot,
): string {
  return insertFrom(source, 'events', [
    ['id', parameters.text(event.id)],
    ['uuid', parameters.uuid(event.uuid)],
    ['merchant_id', parameters.text(payment.merchantId)],
    ['payment_id', parameters.text(payment.id)],
    ['sequence', parameters.integer(payment.eventCount)],
    ['type', parameters.text(event.type)],
    ['refund_id', parameters.text(snapshot.refund?.id ?? null)],
    ['snapshot', parameters.json(snapshotToJson(snapshot))],
    ['created_at', parameters.time(payment.updatedAt)],
  ]);
}

/** One delivery for each endpoint that is switched on and subscribed, in the transaction of the change itself. */
export function insertDeliveries(
  parameters: Parameters,
  source: string,
  payment: Payment,
  event: NonNullable<PaymentChange['event']>,
): string {
  const now = parameters.time(payment.updatedAt);
  return `insert into webhook_deliveries (id, event_id, endpoint_id, merchant_id, state, next_try_at, created_at)
    select 'dlv_' || replace(gen_random_uuid()::text, '-', ''), ${parameters.text(event.id)}, endpoint.id, endpoint.merchant_id,
      'pending', ${now}, ${now}
    from ${source}, webhook_endpoints endpoint
    where endpoint.merchant_id = ${parameters.text(payment.merchantId)} and endpoint.status = 'enabled'
      and ${parameters.text(event.type)} = any (endpoint.event_types)
    returning 1`;
}

/** Something that a person must see; the same thing about the same attempt is told once. */
export function insertAlert(
  parameters: Parameters,
  source: string,
  payment: Payment,
  alert: NonNullable<PaymentChange['alert']>,
): string {
  return insertFrom(source, 'alerts', [
    ['kind', parameters.text(alert.kind)],
    ['merchant_id', parameters.text(payment.merchantId)],
    ['payment_id', parameters.text(payment.id)],
    ['attempt_id', parameters.text(alert.attemptId)],
    ['message', parameters.text(alert.message)],
    ['created_at', parameters.time(payment.updatedAt)],
  ]).replace(
    /returning 1$/,
    'on conflict (kind, attempt_id) where attempt_id is not null do nothing returning 1',
  );
}

/** What these attempts took long about has come to its end: nobody need look any more. */
export function closeAlerts(
  parameters: Parameters,
  source: string,
  payment: Payment,
  attempts: readonly AttemptId[],
): string {
  return `update alerts set closed_at = ${parameters.time(payment.updatedAt)} from ${source}
    where alerts.kind in ('outcome_unknown_for_long', 'reversal_not_acknowledged')
      and alerts.attempt_id = any (${parameters.textArray(attempts)}) and alerts.closed_at is null
    returning 1`;
}

export function deleteCvc(
  parameters: Parameters,
  source: string,
  merchantId: MerchantId,
  cardId: string,
): string {
  return `delete from vault.cvcs using ${source}
    where vault.cvcs.card_id = ${parameters.text(cardId)} and vault.cvcs.merchant_id = ${parameters.text(merchantId)}
    returning 1`;
}

export function keepCvc(
  parameters: Parameters,
  source: string,
  merchantId: MerchantId,
  kept: NonNullable<PaymentChange['keepCvc']>,
): string {
  return `update vault.cvcs set expires_at = greatest(expires_at, ${parameters.time(kept.until)}) from ${source}
    where vault.cvcs.card_id = ${parameters.text(kept.of)} and vault.cvcs.merchant_id = ${parameters.text(merchantId)}
    returning 1`;
}

export function keepAnswer(
  parameters: Parameters,
  source: string,
  merchantId: MerchantId,
  keyHash: Buffer,
  answer: StoredAnswer,
): string {
  const merchant = parameters.text(merchantId);
  return `update idempotency_keys set answer_status = ${parameters.integer(answer.status)}, answer_body = ${parameters.text(answer.body)}
    from ${source}
    where idempotency_keys.merchant_id = ${merchant} and idempotency_keys.key_hash = ${parameters.bytes(keyHash)}
      and idempotency_keys.answer_status is null
    returning ${ownRow('idempotency_keys', merchant)}`;
}
