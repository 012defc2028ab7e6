import type { CardBrand, CardFace, CardFunding } from '../domain/card.ts';
import type { Currency } from '../domain/currency.ts';
import type { DeclineReason } from '../domain/decline.ts';
import type {
  AttemptId,
  AuthenticationId,
  CardId,
  MerchantId,
  PaymentId,
  PaymentMethodId,
} from '../domain/ids.ts';
import type { CaptureMethod } from '../domain/merchant.ts';
import type { MinorUnits } from '../domain/money.ts';
import type {
  Authorization,
  CardSource,
  Payment,
  PaymentState,
  PaymentStatus,
  VoidCause,
} from '../domain/payment.ts';
import { assert, assertNever } from '../lib/assert.ts';
import type { Parameters } from './parameters.ts';

/** A row of `payments` joined with its card, as `paymentColumns` selects it. */
export interface PaymentRow {
  readonly id: PaymentId;
  readonly merchant_id: MerchantId;
  readonly version: number;
  readonly event_count: number;
  readonly dialect: string;
  readonly order_number: string | null;
  readonly order_payment_number: string | null;
  readonly state: PaymentState;
  readonly amount: MinorUnits;
  readonly currency: Currency;
  readonly captured: MinorUnits;
  readonly refunded: MinorUnits;
  readonly refunding: MinorUnits;
  readonly capture_method: CaptureMethod;
  readonly flow_id: string;
  readonly source: CardSource;
  readonly initiator: 'cardholder' | 'merchant';
  readonly hosted_until: Date | null;
  readonly cards_tried: number;
  readonly payment_method_id: PaymentMethodId | null;
  readonly customer_reference: string | null;
  readonly save_card: boolean;
  readonly merchant_reference: string | null;
  readonly return_url: string | null;
  readonly metadata: Record<string, unknown>;
  readonly email: string | null;
  readonly phone: string | null;
  readonly product_name: string | null;
  readonly details: Record<string, unknown>;
  readonly failure_reason: DeclineReason | null;
  readonly void_cause: VoidCause | null;
  readonly authentication_id: AuthenticationId | null;
  readonly authorization_attempt_id: AttemptId | null;
  readonly acquirer: string | null;
  readonly acquirer_reference: string | null;
  readonly authorization_code: string | null;
  readonly network_transaction_id: string | null;
  readonly expires_at: Date | null;
  readonly capture_before: Date | null;
  readonly captured_at: Date | null;
  readonly created_at: Date;
  readonly updated_at: Date;
  readonly card: CardFaceRow | null;
}

/** A card's face as `cardFaceJson` selects it. */
export interface CardFaceRow {
  readonly id: CardId;
  readonly brand: CardBrand;
  readonly bin: string;
  readonly last4: string;
  readonly pan_length: number;
  readonly expiry_month: number;
  readonly expiry_year: number;
  readonly cardholder_name: string | null;
  readonly country: string | null;
  readonly funding: CardFunding | null;
}

/** The face of card `alias` as one JSON column; null when the outer join found none. */
export function cardFaceJson(alias: string): string {
  return `case when ${alias}.id is null then null else json_build_object(
    'id', ${alias}.id, 'brand', ${alias}.brand, 'bin', ${alias}.bin, 'last4', ${alias}.last4,
    'pan_length', ${alias}.pan_length, 'expiry_month', ${alias}.expiry_month, 'expiry_year', ${alias}.expiry_year,
    'cardholder_name', ${alias}.cardholder_name, 'country', ${alias}.country, 'funding', ${alias}.funding) end`;
}

export const paymentColumns = `p.id, p.merchant_id, p.version, p.event_count, p.dialect, p.order_number, p.order_payment_number,
  p.state, p.amount, p.currency, p.captured, p.refunded, p.refunding, p.capture_method, p.flow_id, p.source, p.initiator,
  p.hosted_until, p.cards_tried,
  p.payment_method_id, p.customer_reference, p.save_card, p.merchant_reference, p.return_url, p.metadata, p.email, p.phone,
  p.product_name, p.details, p.failure_reason, p.void_cause, p.authentication_id, p.authorization_attempt_id, p.acquirer,
  p.acquirer_reference, p.authorization_code, p.network_transaction_id, p.expires_at, p.capture_before, p.captured_at,
  p.created_at, p.updated_at, ${cardFaceJson('c')} as card`;

export function cardFaceFromRow(row: CardFaceRow): CardFace {
  return {
    id: row.id,
    brand: row.brand,
    bin: row.bin,
    last4: row.last4,
    panLength: row.pan_length,
    expiry: { month: row.expiry_month, year: row.expiry_year },
    cardholderName: row.cardholder_name,
    country: row.country,
    funding: row.funding,
  };
}

export function paymentFromRow(row: PaymentRow): Payment {
  return {
    id: row.id,
    merchantId: row.merchant_id,
    version: row.version,
    eventCount: row.event_count,
    dialect: row.dialect,
    orderNumber: row.order_number,
    orderPaymentNumber: row.order_payment_number,
    status: statusFromRow(row),
    amount: row.amount,
    currency: row.currency,
    captureMethod: row.capture_method,
    flowId: row.flow_id,
    source: row.source,
    initiator: row.initiator,
    hosted: row.hosted_until && { openUntil: row.hosted_until, cardsTried: row.cards_tried },
    card: row.card && cardFaceFromRow(row.card),
    paymentMethodId: row.payment_method_id,
    customerReference: row.customer_reference,
    saveCard: row.save_card,
    merchantReference: row.merchant_reference,
    returnUrl: row.return_url,
    metadata: row.metadata,
    email: row.email,
    phone: row.phone,
    productName: row.product_name,
    details: row.details,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}

function present<T>(value: T | null, column: string, row: PaymentRow): T {
  assert(value !== null, `payment ${row.id} is ${row.state} without ${column}`);
  return value;
}

function authorizationFromRow(row: PaymentRow): Authorization {
  return {
    attemptId: present(row.authorization_attempt_id, 'authorization_attempt_id', row),
    acquirer: present(row.acquirer, 'acquirer', row),
    acquirerReference: present(row.acquirer_reference, 'acquirer_reference', row),
    authorizationCode: row.authorization_code,
    networkTransactionId: row.network_transaction_id,
  };
}

function statusFromRow(row: PaymentRow): PaymentStatus {
  switch (row.state) {
    case 'awaiting_card':
      return { state: 'awaiting_card', expiresAt: present(row.expires_at, 'expires_at', row) };
    case 'authenticating':
      return {
        state: 'authenticating',
        authenticationId: present(row.authentication_id, 'authentication_id', row),
        expiresAt: present(row.expires_at, 'expires_at', row),
      };
    case 'authorizing':
      return { state: 'authorizing' };
    case 'authorized':
      return {
        state: 'authorized',
        authorization: authorizationFromRow(row),
        captureBefore: present(row.capture_before, 'capture_before', row),
      };
    case 'captured':
      return {
        state: 'captured',
        authorization: authorizationFromRow(row),
        captured: row.captured,
        capturedAt: present(row.captured_at, 'captured_at', row),
        refunded: row.refunded,
        refunding: row.refunding,
      };
    case 'failed':
      return { state: 'failed', reason: present(row.failure_reason, 'failure_reason', row) };
    case 'voided':
      return { state: 'voided', cause: present(row.void_cause, 'void_cause', row) };
    default:
      return assertNever(row.state, 'state of a payment row');
  }
}

/** Columns that change with a payment's state, each with its placeholder. */
export function changingColumns(
  payment: Payment,
  parameters: Parameters,
): [column: string, placeholder: string][] {
  const { status } = payment;
  const held = 'authorization' in status ? status.authorization : null;
  const captured = status.state === 'captured' ? status : null;
  return [
    ['version', parameters.integer(payment.version)],
    ['event_count', parameters.integer(payment.eventCount)],
    ['state', parameters.text(status.state)],
    ['amount', parameters.bigint(payment.amount)],
    ['captured', parameters.bigint(captured?.captured ?? 0n)],
    ['refunded', parameters.bigint(captured?.refunded ?? 0n)],
    ['refunding', parameters.bigint(captured?.refunding ?? 0n)],
    ['cards_tried', parameters.integer(payment.hosted?.cardsTried ?? 0)],
    ['card_id', parameters.text(payment.card?.id ?? null)],
    ['payment_method_id', parameters.text(payment.paymentMethodId)],
    ['failure_reason', parameters.text(status.state === 'failed' ? status.reason : null)],
    ['void_cause', parameters.text(status.state === 'voided' ? status.cause : null)],
    [
      'authentication_id',
      parameters.text(status.state === 'authenticating' ? status.authenticationId : null),
    ],
    ['authorization_attempt_id', parameters.text(held?.attemptId ?? null)],
    ['acquirer', parameters.text(held?.acquirer ?? null)],
    ['acquirer_reference', parameters.text(held?.acquirerReference ?? null)],
    ['authorization_code', parameters.text(held?.authorizationCode ?? null)],
    ['network_transaction_id', parameters.text(held?.networkTransactionId ?? null)],
    ['expires_at', parameters.time('expiresAt' in status ? status.expiresAt : null)],
    ['capture_before', parameters.time(status.state === 'authorized' ? status.captureBefore : null)],
    ['captured_at', parameters.time(captured?.capturedAt ?? null)],
    ['details', parameters.json(JSON.stringify(payment.details))],
    ['updated_at', parameters.time(payment.updatedAt)],
  ];
}

/** Columns that are written once, when the payment is opened. */
export function fixedColumns(
  payment: Payment,
  parameters: Parameters,
): [column: string, placeholder: string][] {
  return [
    ['id', parameters.text(payment.id)],
    ['merchant_id', parameters.text(payment.merchantId)],
    ['dialect', parameters.text(payment.dialect)],
    ['order_number', parameters.text(payment.orderNumber)],
    ['order_payment_number', parameters.text(payment.orderPaymentNumber)],
    ['currency', parameters.text(payment.currency)],
    ['capture_method', parameters.text(payment.captureMethod)],
    ['flow_id', parameters.text(payment.flowId)],
    ['source', parameters.text(payment.source)],
    ['initiator', parameters.text(payment.initiator)],
    ['hosted_until', parameters.time(payment.hosted?.openUntil ?? null)],
    ['customer_reference', parameters.text(payment.customerReference)],
    ['save_card', parameters.boolean(payment.saveCard)],
    ['merchant_reference', parameters.text(payment.merchantReference)],
    ['return_url', parameters.text(payment.returnUrl)],
    ['metadata', parameters.json(JSON.stringify(payment.metadata))],
    ['email', parameters.text(payment.email)],
    ['phone', parameters.text(payment.phone)],
    ['product_name', parameters.text(payment.productName)],
    ['created_at', parameters.time(payment.createdAt)],
  ];
}
